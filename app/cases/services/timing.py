"""Time limits 时限: stopped, let go on, lengthened, counted by another rule. Effects of steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import audit, deadlines
from app.cases import lists
from app.cases.models import Case, CaseClock
from app.cases.queries.file import files_of
from app.cases.queries.parties import known
from app.cases.services.mediation import not_ahead
from app.cases.services.parts import main_limits, redate
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from app.core.privacy import names_nobody
from app.deadlines import Limit, NoRule, Profile
from app.deadlines.calendar import Bilingual
from app.deadlines.wording import say
from tenants import realm
from tenants.database import db


def limit_of(one: CaseClock) -> Limit:
    return deadlines.load_rules().limit(one.profile_code, one.profile_version, one.code)


def reasons(one: CaseClock) -> Mapping[str, Bilingual]:
    """What may stop this clock here and now."""
    return deadlines.load_rules().pauses(limit_of(one), one.tenant_id, clock.today())


def pausable(case: Case) -> list[CaseClock]:
    return [one for one in case.clocks if one.state == "running" and reasons(one)]


def paused(case: Case) -> list[CaseClock]:
    return [one for one in case.clocks if one.state == "paused"]


def extendable(case: Case) -> list[CaseClock]:
    return [one for one in case.clocks if one.state == "running" and limit_of(one).extends_by > one.extended_by]


def further(case: Case) -> list[CaseClock]:
    """The open clocks that the steps of a case do not meet by themselves."""
    return [one for one in case.clocks if one.is_open and one.code not in main_limits(case)]


def ruled(case: Case) -> list[CaseClock]:
    """The open clocks that the case's own profile rules."""
    return [one for one in case.clocks if one.is_open and one.code in main_limits(case)]


def rules_to_choose(case: Case) -> list[Profile]:
    """The profiles that could bind the case instead of its own."""
    own = (case.profile_code, case.profile_version)
    every = deadlines.load_rules().profiles
    return [one for one in every if one.is_whole and (one.code, one.version) != own]


def limits_to_add(case: Case) -> list[Limit]:
    """What may be counted beside: the further limits of the case's own profile, and those of profiles without cases."""
    rules = deadlines.load_rules()
    own = rules.profile(case.profile_code, case.profile_version)
    sources = [own, *rules.families(whole=False).values()]
    left_out = {*main_limits(case), *(one.code for one in case.clocks if one.is_open)}
    return [one for source in sources for code, one in source.limits.items() if code not in left_out]


def pause(
    case: Case,
    by: Any,
    *,
    reason: str,
    evidence: str,
    on: date,
    clock: str = "",
    file: str | None = None,
    text: str | None = None,
    **rest: Any,
) -> None:
    not_ahead(case, on)
    names_nobody(known(case.id), evidence=evidence)  # the city reads clocks
    found = pausable(case)
    one = _one([one for one in found if reason in reasons(one)] or found, clock)
    if file:
        _check(case, file)
    deadlines.pause(one, on, reason, evidence, file=file or "", also=reasons(one))


def resume(case: Case, by: Any, *, on: date, clock: str = "", text: str | None = None, **rest: Any) -> None:
    not_ahead(case, on)
    deadlines.resume(_one(paused(case), clock), on)


def extend(
    case: Case,
    by: Any,
    *,
    amount: int,
    evidence: str,
    clock: str = "",
    needs_met: bool = False,
    drafted_on: date | None = None,
    text: str | None = None,
    **rest: Any,
) -> None:
    """Asked for in time is in time, when the approval comes a day later."""
    if not text:
        raise Invalid("text", _("Say why it needs longer."))
    names_nobody(known(case.id), evidence=evidence)
    on = drafted_on or _today()
    deadlines.extend(_one(extendable(case), clock), on, int(amount), evidence, needs_met=needs_met)


def choose_rule(case: Case, by: Any, *, profile: str, text: str | None = None, **rest: Any) -> None:
    """Count this case by another profile, whatever the rest of the city does."""
    if not text:
        raise Invalid("text", _("Say why this case is counted by another rule."))
    chosen = next((one for one in rules_to_choose(case) if f"{one.code}/{one.version}" == profile), None)
    if chosen is None:
        raise Invalid("profile", _("Choose one of the rules."))
    count_by(case, chosen, by)
    case.rule_chosen_at = clock.now()


def count_by(case: Case, profile: Profile, by: Any) -> None:
    """Let another profile bind a case: its open clocks are counted anew from their own days, each on record.

    Raises WrongMoment where one of them was extended: what was granted under a rule stays with it.
    """
    for facts in rebased(case, profile):
        audit.record("case.rebased", case, by, facts=facts)


def rebased(case: Case, profile: Profile) -> list[dict[str, Any]]:
    """What is put on record of each open clock once another profile binds the case."""
    before = f"{case.profile_code}/{case.profile_version}"
    case.profile_code, case.profile_version = profile.code, profile.version
    told = []
    for old in ruled(case):
        due, new = old.due_on, deadlines.rebase(old, profile)
        if new is not None:
            case.clocks.append(new)
        facts = {"clock": old.code, "from": before, "to": f"{profile.code}/{profile.version}"}
        told.append({**facts, "was": due, "due": new.due_on if new else None})
    return told


def add_limit(case: Case, by: Any, *, limit: str, on: date, text: str | None = None, **rest: Any) -> None:
    not_ahead(case, on)
    chosen = next((one for one in limits_to_add(case) if key_of(one) == limit), None)
    if chosen is None:
        raise Invalid("limit", _("Choose one of the time limits."))
    profile = deadlines.load_rules().profile(chosen.profile, chosen.version)
    case.clocks.append(deadlines.start(CaseClock, profile, chosen.code, on))


def meet_limit(case: Case, by: Any, *, on: date, clock: str = "", text: str | None = None, **rest: Any) -> None:
    not_ahead(case, on)
    deadlines.meet(_one(further(case), clock), on)


def title_of(code: str) -> str:
    """What a limit is called, whichever profile it is in."""
    named = (one.limits[code].title for one in reversed(deadlines.load_rules().profiles) if code in one.limits)
    return next((say(title) for title in named), code)


def rule_name(key: str) -> str:
    """令20 行政机关 for order-20/1."""
    code, _slash, version = key.partition("/")
    return say(deadlines.load_rules().profile(code, int(version)).name)


def key_of(limit: Limit) -> str:
    """hotline-12345/1/hotline_answer."""
    return f"{limit.profile}/{limit.version}/{limit.code}"


def follow_regime() -> int:
    """Count open cases by the rule that the city's setting binds them to by now; how many were moved.

    Where the city takes them under the new rule, those that still go by the old. Where it takes that back, those that
    had been moved and were received before their rule came into force. A case whose rule was chosen for it alone, or
    one of whose limits was extended, stays as it is.
    """
    rules, today, moved = deadlines.load_rules(), clock.today(), 0
    takes_new = rules.regime(realm.current().writes or 0, today).in_flight == "new"
    query = select(Case).where(Case.open, Case.rule_chosen_at.is_(None)).options(selectinload(Case.clocks))
    for case in db.session.scalars(query):
        was_moved = rules.profile(case.profile_code, case.profile_version).effective_from > clock.on(case.received_at)
        if any(one.extended_by for one in ruled(case)) or not (takes_new or was_moved):
            continue
        try:
            profile = rules.binding(
                case.tenant_id, lists.as_city("channels", case.channel), clock.on(case.received_at), today
            )
        except NoRule:
            continue
        if (profile.code, profile.version) != (case.profile_code, case.profile_version):
            db.session.refresh(case, with_for_update={"of": Case})  # somebody may be taking a step at this moment
            count_by(case, profile, None)
            redate(case)
            case.version += 1
            moved += 1
    return moved


def _today() -> date:
    return clock.today()


def _one(found: list[CaseClock], code: str) -> CaseClock:
    """The clock that was named; without a name the mediation, or the only one there is."""
    named = [one for one in found if one.code == (code or "mediation")]
    if not named and not code and len(found) == 1:
        named = found
    if not named:
        raise WrongMoment(_("There is no such time limit to do this with."))
    return named[-1]


def _check(case: Case, file: str) -> None:
    if file not in {str(one.id) for one in files_of(case)}:
        raise Invalid("file", _("There is no such file in this case."))
