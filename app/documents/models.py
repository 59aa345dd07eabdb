"""The columns of a document; a domain gives them a table of its own, Private: documents say who complained of what."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Sealing, Words, sealed
from app.core.states import State
from app.documents.kinds import Form, kinds


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


class ServiceColumns:
    """Mixin for `case_document_service` and its like: how, when and to whom a document was served."""

    party: Mapped[str]  # consumer | merchant | office
    mode: Mapped[str]
    served_on: Mapped[date]
    note: Mapped[Words] = mapped_column(default="", server_default="")
    noted_by: Mapped[UUID]
    noted_by_name: Mapped[str]
    noted_at: Mapped[datetime]
