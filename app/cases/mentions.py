"""Colleagues who are called in a note (@王芳): nobody outside the organisation can be."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.audit.models import Entry
from app.cases.models import Case
from app.cases.tasks.queries import colleagues
from app.core import unit
from app.jobs import job
from app.notifications import notify
from tenants.database import db

MOST = 20
_SIGN = re.compile(r"(?<![\w.-])[@＠]|(?<=[^\x00-\x7f])[@＠]")  # not the one inside an address of mail
_IN_LOGIN = re.compile(r"[A-Za-z0-9_.-]")


def mentioned(text: str) -> list[Any]:
    """The people of this organisation who are called in it, by name or by sign-in name, each once.

    Of several names that fit the longest counts; those who share a name are all meant.
    """
    signs = [sign.end() for sign in _SIGN.finditer(text)]
    if not signs:
        return []
    here, found = colleagues(), {}
    for start in signs:
        said = text[start:]
        for person in _called(said, here):
            found[person.id] = person
    return list(found.values())[:MOST]


def _called(said: str, here: list[Any]) -> list[Any]:
    fits = [(len(name), person) for person in here for name in (person.name, person.login) if _begins(said, name)]
    longest = max((length for length, _person in fits), default=0)
    return [person for length, person in fits if length == longest]


def _begins(said: str, name: str) -> bool:
    """Whether it begins with the name, and a name in Latin letters ends there."""
    if not said.casefold().startswith(name.casefold()):
        return False
    following = said[len(name) : len(name) + 1]
    return not (_IN_LOGIN.fullmatch(name[-1]) and following and _IN_LOGIN.fullmatch(following) and following != ".")


def tell(case: Case, text: str, entry: UUID, by: Any) -> list[Any]:
    """Queue a notice for everybody who is called in a note; who they are."""
    people = [person for person in mentioned(text) if person.id != by.id]
    for person in people:
        unit.afterwards(tell_mentioned, case=case.id, entry=entry, person=person.id)
    return people


@job()
def tell_mentioned(case: str, entry: str, person: str) -> None:
    """The notice leads to the very note: its place in the story is known once it is written."""
    subject = db.session.scalars(select(Case).where(Case.id == UUID(case))).one()
    place = db.session.scalars(select(Entry.seq).where(Entry.id == UUID(entry))).one()
    notify(
        "case.mentioned",
        subject,
        people=[UUID(person)],
        endpoint="cases.show",
        arguments={"number": subject.number, "_anchor": f"e{place}"},
        key=f"case.mentioned:{entry}",
        loud=True,
    )
