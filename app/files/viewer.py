"""Files looked at one after the other, without being saved first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Response, make_response

from app.core import headers
from app.core.errors import Missing
from app.ui import render


def page(
    files: Sequence[Any],
    file_id: UUID,
    *,
    whose: str,
    back: str,
    page_of: Callable[..., str],
    bytes_of: Callable[..., str],
) -> Response:
    """The page of one of these files, with the ways to the one before and the one after it.

    `page_of` and `bytes_of` make an address out of `file_id`. Raises Missing for a file that is none of them.
    """
    at = next((n for n, one in enumerate(files) if one.id == file_id), None)
    if at is None:
        raise Missing
    response = make_response(
        render(
            "viewer.html",
            files=files,
            file=files[at],
            at=at + 1,
            before=files[at - 1] if at else None,
            after=files[at + 1] if at + 1 < len(files) else None,
            whose=whose,
            back=back,
            page_of=page_of,
            bytes_of=bytes_of,
        )
    )
    if files[at].shown_as == "pdf":
        headers.hold_inside(response)
    return response
