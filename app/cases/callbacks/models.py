"""Who is called back after closing, how often it was tried, and what they said."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Case
from app.core.privacy import Words
from app.core.states import State, states_check
from tenants.bases import Private, owned_fk, owned_to


class CallBackState(State):
    WAITING = "waiting", lazy_pgettext("call-back", "To be called"), "warn"
    ANSWERED = "answered", lazy_pgettext("call-back", "Answered"), "ok"
    UNANSWERED = "unanswered", lazy_pgettext("call-back", "No valid answer"), ""
    DROPPED = "dropped", lazy_pgettext("call-back", "Dropped, the case was reopened"), ""


class Contact(State):
    """What came of one try."""

    ANSWERED = "answered", _l("answered the questions"), "ok"
    NOBODY = "nobody", _l("nobody answered"), ""
    DECLINED = "declined", _l("did not want to say"), ""
    WRONG = "wrong", _l("wrong number"), ""


class CallBack(Private):
    """One call-back on one closing of a case."""

    __tablename__ = "call_back"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "case_id", "closed_at"),
        states_check(CallBackState, "status"),
        CheckConstraint("basis in ('all', 'sample')", name="basis"),
        CheckConstraint("satisfaction between 1 and 5", name="satisfaction"),
        CheckConstraint("(satisfaction is not null) = (status = 'answered')", name="answered"),
        Index("ix_call_back_waiting", "tenant_id", "due_on", "id", postgresql_where="status = 'waiting'"),
        Index("ix_call_back_ended", "tenant_id", "ended_at", "id"),
    )
    changes = ("status", "satisfaction", "reason", "ended_at", "version")

    case_id: Mapped[UUID]
    closed_at: Mapped[datetime]
    basis: Mapped[str]  # why this case: all are called, or it was drawn
    due_on: Mapped[date]
    status: Mapped[str] = mapped_column(default=CallBackState.WAITING.value)
    satisfaction: Mapped[int | None]  # 1 very dissatisfied … 5 very satisfied
    reason: Mapped[Words | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    case: Mapped[Case] = owned_to("Case", "CallBack.case_id")
    attempts: Mapped[list[CallBackAttempt]] = relationship(
        primaryjoin=(
            "and_(CallBack.id == foreign(CallBackAttempt.call_back_id), "
            "CallBack.tenant_id == CallBackAttempt.tenant_id)"
        ),
        order_by="CallBackAttempt.id",
        viewonly=True,
    )

    @property
    def state(self) -> CallBackState:
        return CallBackState(self.status)


class CallBackAttempt(Private):
    """One time that somebody tried."""

    __tablename__ = "call_back_attempt"
    __table_args__ = (
        owned_fk("call_back", "call_back_id"),
        states_check(Contact, "result"),
        Index("ix_call_back_attempt", "tenant_id", "call_back_id"),
    )
    append_only = True

    call_back_id: Mapped[UUID]
    at: Mapped[datetime]
    by_id: Mapped[UUID]
    by_name: Mapped[str]
    result: Mapped[str]
    remark: Mapped[Words | None]
