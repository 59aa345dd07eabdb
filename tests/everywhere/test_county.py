"""A county: every page of theirs, seen by those who may see it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.everywhere.pages import HOW, every_page_holds
from tests.town import EAST

pytestmark = [pytest.mark.long, pytest.mark.browser]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("slug", [EAST])
def test_every_page_holds(sit: Any, app: Any, root: Any, slug: str, how: str) -> None:
    every_page_holds(sit, app, root, slug, how)
