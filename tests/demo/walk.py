"""A life walked over the declared steps, without a database: every step is possible, every clock counts as it would."""

from __future__ import annotations

from datetime import date
from typing import Any

from app import deadlines
from app.cases.models import Case, CaseClock
from app.cases.services.parts import first_limit, follow
from app.cases.workflow import CASE
from app.core import clock
from app.deadlines import Rules
from app.deadlines.profiles import SUPPLEMENT
from app.demo.records import Act, Life

BESIDE = {"hotline": ("hotline-12345", "hotline_answer")}  # what the city has laid down in the demo


def walked(life: Life, rules: Rules) -> Case:
    """The case as the steps of its life leave it; raises what the services would have raised."""
    here = Case(status="lodged", tenant_id=2, nature=life.nature)
    on = clock.on(life.received_at)
    profile = rules.in_force(on)
    here.profile_code, here.profile_version = profile.code, profile.version
    _start(here, profile.code, first_limit(life.nature, profile), on, rules)
    if beside := BESIDE.get(life.channel):
        _start(here, *beside, on, rules)
    before = ""
    for act in life.acts:
        if act.step in ("lodge", "note", "tick", "perform") or act.rejected:
            continue
        step = CASE[act.step]
        assert here.status in step.source, (life.key, act)
        if act.step == "refer":
            before = here.status
        _ASIDE.get(act.step, lambda *told: None)(here, act, rules)
        here.status = before if act.step == "come_back" else str(step.target or here.status)
        follow(here, step, act.facts.get("on") or clock.on(act.at), rules=rules)
    assert here.status == life.state, life.key
    return here


def _start(here: Case, profile: str, limit: str, on: date, rules: Rules) -> None:
    here.clocks.append(deadlines.start(CaseClock, rules.profile(profile), limit, on, rules=rules, tenant_id=2))


def _the_clock(here: Case, act: Act) -> Any:
    found = here.clock(act.facts["clock"])
    assert found is not None, act
    return found


def _pause(here: Case, act: Act, rules: Rules) -> None:
    facts = act.facts
    also = SUPPLEMENT if facts["clock"] == "acceptance" else ()
    deadlines.pause(_the_clock(here, act), facts["on"], facts["reason"], facts["evidence"], also=also, rules=rules)


def _resume(here: Case, act: Act, rules: Rules) -> None:
    deadlines.resume(_the_clock(here, act), act.facts["on"], rules=rules)


def _extend(here: Case, act: Act, rules: Rules) -> None:
    facts = act.facts
    deadlines.extend(_the_clock(here, act), clock.on(act.at), facts["amount"], facts["evidence"], rules=rules)


def _rule(here: Case, act: Act, rules: Rules) -> None:
    code, _slash, version = act.facts["profile"].partition("/")
    profile = rules.profile(code, int(version))
    here.profile_code, here.profile_version = code, int(version)
    for one in [one for one in here.clocks if one.is_open and one.code in profile.limits]:
        other = deadlines.rebase(one, profile, rules=rules)
        assert other is not None
        here.clocks.append(other)


def _add_limit(here: Case, act: Act, rules: Rules) -> None:
    code, _version, limit = act.facts["limit"].split("/")
    assert here.clock(limit) is None
    _start(here, code, limit, act.facts["on"], rules)


def _meet_limit(here: Case, act: Act, rules: Rules) -> None:
    deadlines.meet(_the_clock(here, act), act.facts["on"], rules=rules)


_ASIDE = {
    "pause": _pause,
    "resume": _resume,
    "extend": _extend,
    "rule": _rule,
    "add_limit": _add_limit,
    "meet_limit": _meet_limit,
}
