"""The pages of the bureau."""

from __future__ import annotations

from app.core.area import Area
from app.facts import jobs  # the figures follow the trail from here on
from tenants.registry import registry

bureau = Area("bureau", "app.bureau", kinds={"bureau"})

from app.bureau import words  # noqa: E402  (what is said of all this in trails and notices)
from app.bureau.views import cases, exchange, figures, organisations, rules  # noqa: E402  (they need the area first)


@bureau.app_template_filter()
def place_slug(tenant_id: int) -> str:
    """The beginning of an organisation's addresses."""
    return registry.by_id(tenant_id).slug


__all__ = ["bureau", "cases", "exchange", "figures", "jobs", "organisations", "rules", "words"]
