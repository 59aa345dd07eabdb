"""What everybody counts by: the calendar and the legal profiles. Written by the bureau, read by all."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.deadlines.calendar import Bilingual
from app.deadlines.profiles import Basis, Limit, Profile, Regime, Unit
from tenants.bases import Owned, Reference


class CalendarYear(Reference):
    """A year whose holidays are known. `version` counts through all years: the highest is the calendar's."""

    __tablename__ = "calendar_year"
    changes = ("source", "version")

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    source: Mapped[str]
    version: Mapped[int]


class CalendarDay(Reference):
    """A weekday off or a weekend day worked; every other day follows the week."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("kind in ('holiday', 'workday')", name="kind"),)
    removable = True
    changes = ()

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    source: Mapped[str]


class LegalProfile(Reference):
    """One version of a body's limits; never edited, the next version takes its place."""

    __tablename__ = "legal_profile"
    append_only = True

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    family: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    law: Mapped[str]
    law_en: Mapped[str]
    authority: Mapped[str]
    authority_en: Mapped[str] = mapped_column(default="", server_default="")
    source: Mapped[str]
    source_en: Mapped[str] = mapped_column(default="", server_default="")
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    limits: Mapped[list[LegalLimit]] = relationship(order_by="LegalLimit.place", lazy="selectin")

    def value(self) -> Profile:
        """The profile as the arithmetic takes it."""
        return Profile(
            code=self.code,
            version=self.version,
            family=self.family,
            name=Bilingual(self.name, self.name_en),
            law=Bilingual(self.law, self.law_en),
            authority=Bilingual(self.authority, self.authority_en or self.authority),
            source=Bilingual(self.source, self.source_en or self.source),
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            limits={row.code: row.value() for row in self.limits},
        )


class LegalLimit(Reference):
    """One limit of one version of a profile."""

    __tablename__ = "legal_limit"
    __table_args__ = (
        ForeignKeyConstraint(["profile_code", "profile_version"], ["legal_profile.code", "legal_profile.version"]),
        CheckConstraint("amount > 0 and extends_by >= 0 and warns_at >= 0", name="amounts"),
        CheckConstraint("unit in ('working', 'calendar')", name="unit"),
        CheckConstraint("basis in ('text', 'digest', 'local')", name="basis"),
    )
    append_only = True

    profile_code: Mapped[str] = mapped_column(primary_key=True)
    profile_version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]  # its position on the page
    title: Mapped[str]
    title_en: Mapped[str]
    amount: Mapped[int]
    unit: Mapped[str]
    starts: Mapped[str]
    starts_en: Mapped[str]
    law: Mapped[str]
    law_en: Mapped[str]
    article: Mapped[str]
    rolls: Mapped[bool]
    pauses: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # [{code, zh, en}]
    extends_by: Mapped[int]
    extends_if: Mapped[str | None]
    extends_if_en: Mapped[str | None]
    extends_needs: Mapped[str | None]  # consent | told
    warns_at: Mapped[int]
    basis: Mapped[str]
    note: Mapped[str]
    note_en: Mapped[str] = mapped_column(default="", server_default="")

    def value(self) -> Limit:
        """The limit as the arithmetic takes it."""
        return Limit(
            profile=self.profile_code,
            version=self.profile_version,
            code=self.code,
            title=Bilingual(self.title, self.title_en),
            amount=self.amount,
            unit=Unit(self.unit),
            starts=Bilingual(self.starts, self.starts_en),
            law=Bilingual(self.law, self.law_en),
            article=self.article,
            rolls=self.rolls,
            pauses={pause["code"]: Bilingual(pause["zh"], pause["en"]) for pause in self.pauses},
            extends_by=self.extends_by,
            extends_if=Bilingual(self.extends_if, self.extends_if_en or "") if self.extends_if else None,
            extends_needs=self.extends_needs or "",
            warns_at=self.warns_at,
            basis=Basis(self.basis),
            note=Bilingual(self.note, self.note_en or self.note),
        )


class LegalRegime(Reference):
    """By which limits an organisation works from a day on; the bureau's own row is the city's."""

    __tablename__ = "legal_regime"
    __table_args__ = (
        CheckConstraint("in_flight in ('old', 'new')", name="in_flight"),
        CheckConstraint("on_transfer in ('anew', 'carry')", name="on_transfer"),
    )
    changes = ("channels", "family", "in_flight", "on_transfer", "reason", "set_at", "set_by", "supplement")

    organisation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tenant.id"), primary_key=True, autoincrement=False
    )
    effective_from: Mapped[date] = mapped_column(primary_key=True)
    family: Mapped[str | None]  # null: as the city has it
    in_flight: Mapped[str]
    on_transfer: Mapped[str]
    supplement: Mapped[bool]
    channels: Mapped[dict[str, str]] = mapped_column(JSONB)
    reason: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]

    def value(self) -> Regime:
        return Regime(
            organisation=self.organisation_id,
            effective_from=self.effective_from,
            family=self.family,
            in_flight=self.in_flight,
            on_transfer=self.on_transfer,
            supplement=self.supplement,
            channels=self.channels,
            reason=self.reason,
            set_by=self.set_by,
        )


class CalendarChange(Reference):
    """One version of the calendar: who changed which days, and on whose word. Every organisation reads why."""

    __tablename__ = "calendar_change"
    append_only = True

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    by_name: Mapped[str]
    reason: Mapped[str]
    source: Mapped[str]
    days: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # [{day, before, after, name, name_en}]


class CalendarRecount(Owned):
    """That an organisation's open clocks were counted by a version of the calendar, and how many moved."""

    __tablename__ = "calendar_recount"
    __table_args__ = (UniqueConstraint("tenant_id", "version"),)
    append_only = True

    version: Mapped[int]
    counted: Mapped[int]
    moved: Mapped[int]
    done_at: Mapped[datetime]


class ClockMove(Owned):
    """A due date that a version of the calendar moved."""

    __tablename__ = "clock_move"
    __table_args__ = (
        Index("ix_clock_move_version", "tenant_id", "version", "before_on"),
        Index("ix_clock_move_clock", "tenant_id", "clock_id"),
    )
    append_only = True

    version: Mapped[int]
    kind: Mapped[str]  # the table of the clock
    clock_id: Mapped[UUID]
    code: Mapped[str]
    profile_code: Mapped[str]
    profile_version: Mapped[int]
    number: Mapped[str]  # of the case or handoff
    before_on: Mapped[date]
    after_on: Mapped[date]
