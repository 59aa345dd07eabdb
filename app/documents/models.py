"""The columns of a document, for a domain's own table; templates in the place of shipped ones; and what may be checked.

A domain's table of documents is Private: they say who complained of what.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Sealing, Words, sealed
from app.core.states import State
from app.documents.kinds import Form, kinds
from tenants.bases import Owned, Shared


class DocumentState(State):
    DRAFTED = "drafted", lazy_pgettext("document", "Draft"), ""
    WAITING = "waiting", _l("Waiting for approval"), "warn"
    ISSUED = "issued", lazy_pgettext("document", "Issued"), "ok"
    VOIDED = "voided", lazy_pgettext("document", "Void"), "red"
    DISCARDED = "discarded", lazy_pgettext("document", "Discarded"), ""


class DocumentColumns(Sealing):
    """Mixin for `case_document` and its like.

    What was filled in is sealed as a whole: of a draft what a person typed, of an issued document every fact in it.
    """

    kind: Mapped[str]  # the code of a form
    edition: Mapped[int] = mapped_column(default=1, server_default="1")  # 2 for the second of its kind on one matter
    number: Mapped[str | None]  # from issue on
    status: Mapped[str] = mapped_column(default=DocumentState.DRAFTED.value)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    facts_sealed: Mapped[str | None]
    drafted_by: Mapped[UUID]
    drafted_by_name: Mapped[str]
    drafted_at: Mapped[datetime]
    issued_by_name: Mapped[str | None]
    issued_on: Mapped[date | None]
    issued_at: Mapped[datetime | None]
    template_sha256: Mapped[str] = mapped_column(default="", server_default="")  # that it was filled into at issue

    facts = sealed("facts_sealed", mask=lambda _value: "")

    @property
    def form(self) -> Form:
        return kinds()[self.kind]

    @property
    def state(self) -> DocumentState:
        return DocumentState(self.status)

    def filled(self) -> dict[str, Any]:
        """What was filled in, whole: for the document itself, and for a page only after `masked()`."""
        said: dict[str, Any] = json.loads(self.reveal("facts") or "{}")
        return said

    def fill_in(self, facts: dict[str, Any]) -> None:
        self.facts = json.dumps(facts, ensure_ascii=False)


class DocumentTemplate(Shared):
    """A template in the place of the shipped one, or, without content, the word that the shipped one is back.

    The newest of an organisation rules; where it has none, the city's.
    """

    __tablename__ = "document_template"
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "edition"),)
    append_only = True

    kind: Mapped[str]
    edition: Mapped[int]
    name: Mapped[str] = mapped_column(default="", server_default="")  # of the file, as the person called it
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(default="", server_default="")
    put_by_name: Mapped[str]
    put_at: Mapped[datetime]


class DocumentCheck(Owned):
    """What anybody who holds an issued document may learn of it. Its key is the document's."""

    __tablename__ = "document_check"
    __table_args__ = (UniqueConstraint("tenant_id", "ticket_hash"),)
    changes = ("voided_on",)
    checked: ClassVar[tuple[str, ...]] = ("tenant_id", "ticket_hash", "kind", "number", "issued_on", "voided_on")

    ticket_hash: Mapped[str]
    kind: Mapped[str]
    number: Mapped[str]
    issued_on: Mapped[date]
    voided_on: Mapped[date | None]


class Letterhead(Owned):
    """What an organisation's documents say of it, as far as it has decided that; nothing in it is about a person."""

    __tablename__ = "letterhead"
    __table_args__ = (UniqueConstraint("tenant_id"),)
    changes = ("prefix", "address", "telephone", "hours", "version")

    prefix: Mapped[str] = mapped_column(default="", server_default="")  # what the numbers begin with
    address: Mapped[str] = mapped_column(default="", server_default="")
    telephone: Mapped[str] = mapped_column(default="", server_default="")
    hours: Mapped[str] = mapped_column(default="", server_default="")  # of opening
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class ServiceColumns:
    """Mixin for `case_document_service` and its like: how, when and to whom a document was served."""

    party: Mapped[str]  # consumer | merchant | office
    mode: Mapped[str]
    served_on: Mapped[date]
    note: Mapped[Words] = mapped_column(default="", server_default="")
    noted_by: Mapped[UUID]
    noted_by_name: Mapped[str]
    noted_at: Mapped[datetime]
