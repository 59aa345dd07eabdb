"""What a center does for consumers beyond mediation: at most one support of litigation and one exposure per case."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Words
from app.core.states import State, states_check
from tenants.bases import Private, owned_fk


class LitigationState(State):
    ASKED = "asked", lazy_pgettext("advocacy", "Waits for approval"), "warn"
    DECLINED = "declined", lazy_pgettext("advocacy", "Not approved"), "red"
    APPROVED = "approved", lazy_pgettext("advocacy", "Approved"), "blue"
    FILED = "filed", lazy_pgettext("advocacy", "Before the court"), "blue"
    DECIDED = "decided", lazy_pgettext("advocacy", "Decided"), "ok"


class Means(State):
    """How a lawsuit is supported."""

    LETTER = "letter", _l("A letter of support to the court")
    ADVICE = "advice", _l("Legal advice and help with the papers")
    LAWYER = "lawyer", _l("A lawyer of the legal aid")
    EVIDENCE = "evidence", _l("Help in finding evidence")


class Judgment(State):
    WON = "won", _l("For the consumer"), "ok"
    PARTLY = "partly", _l("For the consumer in part"), "warn"
    LOST = "lost", _l("Against the consumer"), "red"
    SETTLED = "settled", lazy_pgettext("lawsuit", "Settled before the court"), "ok"
    WITHDRAWN = "withdrawn", lazy_pgettext("lawsuit", "Withdrawn"), ""


class ExposureState(State):
    PROPOSED = "proposed", lazy_pgettext("advocacy", "Waits for approval"), "warn"
    DECLINED = "declined", lazy_pgettext("advocacy", "Not approved"), "red"
    APPROVED = "approved", lazy_pgettext("advocacy", "Approved"), "blue"
    PUBLISHED = "published", lazy_pgettext("advocacy", "Published"), "ok"
    RETRACTED = "retracted", lazy_pgettext("advocacy", "Corrected or taken back"), "red"


class Medium(State):
    OWN = "own", _l("Our own website or account")
    PRESS = "press", _l("Newspaper")
    BROADCAST = "broadcast", _l("Radio or television")
    ONLINE = "online", _l("News online")
    BOARD = "board", _l("Notice board on the spot")


class _Matter(Private):
    """What both have: what for, who asked, who approved."""

    __abstract__ = True

    case_id: Mapped[UUID]
    reason: Mapped[Words]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    asked_by: Mapped[UUID]
    asked_by_name: Mapped[str]
    asked_at: Mapped[datetime]
    approved_by_name: Mapped[str | None]
    approved_at: Mapped[datetime | None]


class LitigationSupport(_Matter):
    """Support of a lawsuit: asked for, approved, before which court under which number, when heard, how decided."""

    __tablename__ = "litigation_support"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "case_id"),
        states_check(LitigationState, "status"),
        states_check(Means, "means"),
        states_check(Judgment, "judgment"),
    )

    status: Mapped[str] = mapped_column(default=LitigationState.ASKED.value)
    means: Mapped[str]
    court: Mapped[Words] = mapped_column(default="", server_default="")
    court_number: Mapped[Words] = mapped_column(default="", server_default="")
    filed_on: Mapped[date | None]
    hearing_at: Mapped[datetime | None]
    judgment: Mapped[str | None]
    judged_on: Mapped[date | None]
    result: Mapped[Words] = mapped_column(default="", server_default="")

    @property
    def state(self) -> LitigationState:
        return LitigationState(self.status)


class Exposure(_Matter):
    """Exposure through media: what is said, that the facts were checked and the merchant heard, where it appeared."""

    __tablename__ = "exposure"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "case_id"),
        states_check(ExposureState, "status"),
        states_check(Medium, "medium"),
    )

    status: Mapped[str] = mapped_column(default=ExposureState.PROPOSED.value)
    medium: Mapped[str]
    checked_on: Mapped[date | None]
    verified: Mapped[Words] = mapped_column(default="", server_default="")
    heard_on: Mapped[date | None]
    heard: Mapped[Words] = mapped_column(default="", server_default="")
    published_on: Mapped[date | None]
    published_in: Mapped[Words] = mapped_column(default="", server_default="")
    retracted_on: Mapped[date | None]

    @property
    def state(self) -> ExposureState:
        return ExposureState(self.status)
