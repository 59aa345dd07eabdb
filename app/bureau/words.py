"""The words for what the bureau does: in its own trail, in the county's, on the page of the case, in notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from app.accounts.permissions import Can
from app.audit import words as audit_words
from app.bureau.models import Extent
from app.core import clock
from app.notifications import words as notices
from tenants.registry import registry

# In the county's chain.
_ON_A_CASE: dict[str, Any] = {
    "case.called_in": _l("The city called in the file"),
    "case.opened": _l("The city read the file"),
    "case.opened_paper": _l("The city opened a paper of the file"),
    "case.given_back": _l("The city gave the file back"),
}


def _told(facts: dict[str, Any]) -> str:
    """The codes of an entry in words: grant, county and case, extent, last moment."""
    place = registry.find(str(facts.get("place", "")))
    said = [facts.get("grant"), place.short_name if place else None, facts.get("case")]
    if facts.get("extent"):
        said.append(Extent(facts["extent"]).label)
    if facts.get("until"):
        said.append(_l("until %(day)s", day=clock.on(datetime.fromisoformat(str(facts["until"])))))
    return " · ".join(str(each) for each in said if each)


def _place(facts: dict[str, Any]) -> str:
    place = registry.find(facts["place"])
    return place.short_name if place else str(facts["place"])


_GRANT = {
    "grant.given": _l("Called in a file"),
    "grant.opened": _l("Read a called-in file"),
    "grant.opened_paper": _l("Opened a paper of a called-in file"),
    "grant.given_back": _l("Gave a called-in file back"),
}
_ORGANISATION = {
    "tenant.opened": _l("Opened an organisation"),
    "tenant.renamed": _l("Renamed an organisation"),
    "tenant.suspended": _l("Suspended an organisation"),
    "tenant.resumed": _l("Let an organisation in again"),
    "tenant.exported": _l("Exported an organisation"),
}

audit_words.extend(
    events={**_ON_A_CASE, **_GRANT, **_ORGANISATION},
    details={**dict.fromkeys((*_ON_A_CASE, *_GRANT), _told), **dict.fromkeys(_ORGANISATION, _place)},
    kinds={
        "file_grant": audit_words.Kind(_l("Files called in"), lambda entry: url_for("bureau.grants"), Can.CITY_CALL_IN),
    },
)
notices.extend({"case.called_in": _l("The city may read the file of %(number)s until %(until)s")})
