"""Which chapters there are, whose work they tell of, and which of them tells of a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.accounts.permissions import Can, roles_of

CENTER, BUREAU, DEPARTMENT = "center", "bureau", "department"
KINDS: dict[str, Any] = {
    CENTER: _l("County centers"),
    DEPARTMENT: _l("Departments"),
    BUREAU: _l("City"),
}


@dataclass(frozen=True)
class Chapter:
    """A chapter is everybody's in its `kinds` of organisation, or theirs who may do one of `can`."""

    code: str
    kinds: tuple[str, ...] = (CENTER,)
    can: frozenset[Can] = frozenset()

    @property
    def whose(self) -> dict[str, list[Any]]:
        """kind of organisation -> the roles that do it, as /roles has them; none where everybody does."""
        return {
            kind: [role.label for role in roles_of(kind) if self.can & role.can] if self.can else []
            for kind in self.kinds
        }


def _chapter(code: str, *can: Can, kinds: Iterable[str] = (CENTER,)) -> Chapter:
    return Chapter(code, tuple(kinds), frozenset(can))


EVERYWHERE = (CENTER, DEPARTMENT, BUREAU)
CHAPTERS: dict[str, Chapter] = {
    chapter.code: chapter
    for chapter in (
        _chapter("account", kinds=EVERYWHERE),
        _chapter("intake", Can.CASE_INTAKE),
        _chapter("acceptance", Can.CASE_TRIAGE),
        _chapter("deadlines", kinds=EVERYWHERE),
        _chapter("sessions", Can.CASE_HANDLE),
        _chapter("agreements", Can.CASE_HANDLE),
        _chapter("closing", Can.CASE_HANDLE, Can.CASE_INTAKE),
        _chapter("together", Can.CASE_INTAKE, Can.CASE_HANDLE),
        _chapter("reports", Can.CASE_TRIAGE),
        _chapter("exchange", Can.HANDOFF_SEND),
        _chapter("documents", Can.CASE_HANDLE),
        _chapter("merchants", Can.MERCHANT_READ),
        _chapter("lists", Can.CASE_READ),
        _chapter("searching", kinds=EVERYWHERE),
        _chapter("colleagues", Can.CASE_READ),
        _chapter("privacy", kinds=EVERYWHERE),
        _chapter("data", Can.TRANSFER_IMPORT, Can.TRANSFER_EXPORT),
        _chapter("administration", Can.PERSON_KEEP, Can.LIST_KEEP, Can.CASE_APPROVE, kinds=EVERYWHERE),
        _chapter("departments", Can.HANDOFF_ANSWER, kinds=(DEPARTMENT,)),
        _chapter("bureau", Can.CITY_READ, kinds=(BUREAU,)),
    )
}

# Of an area, or of one of its pages: the chapter that tells of it.
ABOUT: dict[str, str] = {
    "portal": "account",
    "accounts": "account",
    "accounts.people": "administration",
    "accounts.person": "administration",
    "accounts.new_person": "administration",
    "accounts.slip": "administration",
    "accounts.roles": "administration",
    "deadlines": "deadlines",
    "deadlines.amend": "administration",
    "audit": "privacy",
    "notifications": "colleagues",
    "merchants": "merchants",
    "dealings": "merchants",
    "merging": "merchants",
    "documents": "documents",
    "templates": "administration",
    "cases": "acceptance",
    "cases.new": "intake",
    "cases.slip": "intake",
    "cases.files": "intake",
    "cases.remove_file": "intake",
    "cases.index": "lists",
    "cases.clock": "deadlines",
    "cases.reveal": "privacy",
    "papers": "documents",
    "worklist": "lists",
    "worklist.exports": "data",
    "worklist.new_export": "data",
    "worklist.show_export": "data",
    "parties": "together",
    "parties.agent": "intake",
    "parties.card": "intake",
    "parties.checklist": "intake",
    "parties.wanted": "intake",
    "parties.missing": "intake",
    "parties.consents": "sessions",
    "parties.divide": "reports",
    "parties.reveal": "privacy",
    "parties.correct": "intake",
    "parties.reunite": "reports",
    "contacts": "acceptance",
    "phrases": "acceptance",
    "center_phrases": "administration",
    "links": "together",
    "shares": "together",
    "alike": "together",
    "claimants": "acceptance",
    "signals": "administration",
    "suggestions": "administration",
    "suggestions.of_case": "acceptance",
    "reference": "administration",
    "mediation": "sessions",
    "mediation.perform": "agreements",
    "mediation.confirm": "agreements",
    "mediators": "administration",
    "tasks": "colleagues",
    "staffing": "colleagues",
    "callbacks": "closing",
    "settings": "administration",
    "groups": "together",
    "handoffs": "exchange",
    "investigations": "reports",
    "advocacy": "closing",
    "desk": "lists",
    "desk.search": "searching",
    "flows": "acceptance",
    "roles": "administration",
    "bureau": "bureau",
    "bureau.organisations": "administration",
    "bureau.new_organisation": "administration",
    "bureau.organisation": "administration",
    "bureau.rules": "administration",
    "bureau.new_rule": "administration",
    "bureau.walls": "administration",
    "transfer": "data",
    "handbook": "account",
}
# The same page, where another kind of organisation has another chapter of it.
ELSEWHERE: dict[tuple[str, str], str] = {(DEPARTMENT, "handoffs"): "departments", (DEPARTMENT, "flows"): "departments"}


def chapter_of(endpoint: str, kind: str | None = None) -> Chapter:
    """The chapter that tells of a page; of a page without one of its own, that of its area."""
    area = endpoint.partition(".")[0]
    code = ELSEWHERE.get((kind or "", area)) or ABOUT.get(endpoint) or ABOUT[area]
    return CHAPTERS[code]
