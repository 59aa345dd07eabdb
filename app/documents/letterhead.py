"""The letterhead of an organisation: what its numbers begin with, and where, by what telephone and when it is found."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.core.errors import Invalid
from app.documents.models import Letterhead
from tenants import realm
from tenants.database import db

WATCH = audit.Watch(words=("prefix", "address", "telephone", "hours"))
FACTS = {"issuer_address": "address", "issuer_phone": "telephone", "issuer_hours": "hours"}
_PREFIX = re.compile(r"[\u4e00-\u9fffA-Z]{2,8}")
_ADDRESS = re.compile(r"(?=.*[市区县旗镇乡村街路道巷弄号楼厦]).{5,100}")
_HOURS = re.compile(r"(?=.*[\d时点]).{4,60}")
# Spaces, hyphens and parentheses count in none of them.
_EXTENDED = (r"(0(?:10|2\d))([2-8]\d{7})", r"(0[3-9]\d{2})([2-8]\d{6,7})", r"([48]00)(\d{3})(\d{4})")
_BARE = (r"(123\d{2})",)
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#|(?<=\d{7})-) *(\d{1,6})$", re.IGNORECASE)


def present() -> Letterhead:
    """As this organisation has it now; empty where it has said nothing."""
    return _row() or Letterhead(**dict.fromkeys(WATCH.words, ""), version=1)


def prefix() -> str:
    """What the numbers of this organisation begin with: what it has chosen, else 临消."""
    return present().prefix or f"{realm.home().short_name[:1]}消"


def facts() -> dict[str, str]:
    """What a paper may say of where its issuer is found."""
    here = present()
    return {fact: getattr(here, name) for fact, name in FACTS.items()}


def change(by: Any, *, seen: int | None = None, **wanted: str) -> Letterhead:
    """Let papers say something else from now on; the row of numbers goes on. Raises Invalid, or Changed."""
    checked = {name: _checked(name, said.strip()) for name, said in wanted.items()}
    row = _row(lock=True)
    if row is None:
        row = Letterhead(**dict.fromkeys(WATCH.words, ""), version=1)
        db.session.add(row)
        db.session.flush()
    audit.only_as_seen(row, seen)
    was = WATCH.look(row)
    for name, said in checked.items():
        setattr(row, name, said)
    changes = WATCH.since(was, row)
    row.version += 1
    db.session.flush()
    audit.record("template.letterhead", row, by, changes=changes)
    return row


def _row(*, lock: bool = False) -> Letterhead | None:
    query = select(Letterhead).where(Letterhead.tenant_id == realm.home().id)
    return db.session.scalars(query.with_for_update() if lock else query).first()


def _checked(name: str, said: str) -> str:
    """What may be left out may also not be nonsense: people travel and call by it."""
    if not said:
        return ""
    if name == "telephone":
        return _telephone(said)
    shapes: dict[str, tuple[re.Pattern[str], str]] = {
        "prefix": (_PREFIX, _("Two to eight Chinese characters or capital letters, without blanks.")),
        "address": (_ADDRESS, _("The place with street and number, in 5 to 100 characters.")),
        "hours": (_HOURS, _("Days and times, such as 周一至周五 9:00—17:00, in at most 60 characters.")),
    }
    shape, sentence = shapes[name]
    if not shape.fullmatch(said):
        raise Invalid(name, sentence)
    return said


def _telephone(said: str) -> str:
    """0309-6110315转802, 400-800-0012 or 12315, however it was typed."""
    folded = unicodedata.normalize("NFKC", said)
    found = _EXTENSION.search(folded)
    number = re.sub(r"[-\s‐–—()]", "", folded[: found.start()] if found else folded)
    for shape in _EXTENDED if found else (*_EXTENDED, *_BARE):
        if parts := re.fullmatch(shape, number, re.ASCII):
            return "-".join(parts.groups()) + (f"转{found[1]}" if found else "")
    raise Invalid(
        "telephone",
        _("A landline with its area code, a 400 or 800 number, or a short one such as 12315; no mobile phone."),
    )
