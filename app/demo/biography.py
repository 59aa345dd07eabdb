"""One case: first everything that will happen to it, then what of that has happened by now."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from app.cases.services.closing import RETRACTED
from app.deadlines.profiles import Profile, Rules
from app.demo import crossing, limits
from app.demo.city import CITY, Official
from app.demo.pace import Pace
from app.demo.records import AFTER, OUTCOMES, Act, Exchange, Incoming, Life
from app.demo.texts import entitle, money, say, spoken_day

_OFFERS = {
    "C01": "repair",
    "C02": "redo",
    "C03": "replace",
    "C05": "pay",
    "C07": "pay",
    "C08": "apology",
    "C09": "perform",
    "C11": "pay",
}
_BROUGHT = ("聊天记录", "付款截图")  # what is told of as brought is in the file
_UNPAID = ("repair", "redo")
URGENT = 37  # one case in so many is marked as urgent by who takes it on
_DECIDING = frozenset({"accept", "refuse", "withdraw"})  # what is taken of a letter that reports nothing
_MODES = ("message", "message", "phone", "post", "handed", "internet")


class Biography:
    """The life of one case in one center, told up to `now`."""

    def __init__(
        self,
        case: Incoming,
        seed: int,
        now: datetime,
        rules: Rules,
        standing: set[tuple[str, str]],
        law: Profile | None = None,
    ) -> None:
        """`standing` is what lies in each county so far; `law` is that of the county that referred it."""
        self.case, self.seed, self.now, self.rules, self.standing = case, seed, now, rules, standing
        self.rng = rng = Random(f"life:{seed}:{case.key}")
        self.pace = Pace(rng, rules.calendar, law or rules.in_force(case.received_at.date()))
        self.clerk = rng.choice(case.center.holding("clerk")).login
        self.handler: Official = case.taken_by or rng.choice(case.center.holding("handler"))
        self.director = case.center.holding("director")[0].login
        self.acts: list[Act] = []
        self.exchanges: list[Exchange] = []
        self.child: Life | None = None
        self.awaited_since = self.accepted_at = case.received_at
        self.out: list[tuple[date, date]] = []  # not counted in the mediation
        age = (now - case.received_at).days
        # Somewhere something always lies: these stand still until somebody looks.
        self.untouched = age < 22 and rng.random() < 0.07 and not case.waits
        self.stuck = age < 130 and rng.random() < 0.055 and not case.waits

    def write(self, keys: Iterator[int]) -> tuple[Life, Life | None]:
        """The life, and the life of the case that another county opened from it; that one takes the next key."""
        self._lodge()
        if not self.untouched:
            if self.case.fate == "refer":
                crossing.refer(self, keys)
            elif self.case.fate == "refuse":
                self._refuse()
            elif self.case.fate == "withdraw":
                self._withdraw()
            elif self.case.fate in ("file", "not_file", "guide"):
                self._check()
            else:
                self.hear()
        return self._life(), self.child

    # For those who tell a part of it -----------------------------------------------------------------------------

    @property
    def last(self) -> datetime:
        """When the latest thing happened."""
        return self.acts[-1].at

    def act(self, at: datetime, step: str, by: str, text: str = "", **facts: Any) -> None:
        self.acts.append(Act(at, step, by, text, facts))

    def decide(
        self, step: str, drafted_at: datetime, at: datetime, text: str, *, rejected: str = "", **facts: Any
    ) -> None:
        """A step that the handler drafts and the director decides on."""
        self.acts.append(Act(at, step, self.director, text, facts, self.handler.login, drafted_at, rejected))

    def first_here(self, sort: str) -> bool:
        """Whether nothing of that sort lies in this county yet; from now on something does."""
        here = self.case.center.slug, sort
        if here in self.standing:
            return False
        self.standing.add(here)
        return True

    def note(self, at: datetime, text: str, *, public: bool = False) -> None:
        self.act(at, "note", self.handler.login, text, public=public)

    def words(self, part: str, key: str, **facts: str) -> str:
        return say(self.rng, self.case.matter, part, key, **facts)

    def taken_over(self, key: int, at: datetime, officer: Official) -> None:
        """The case that another county opened at that moment, with a life of its own."""
        there = CITY.offices[officer.office]
        case = replace(
            self.case, key=key, center=there, received_at=at, fate="hear", parent=self.case.key, taken_by=officer
        )
        other = Biography(case, self.seed, self.now, self.rules, self.standing, self.pace.law)
        self.child, _ = other.write(iter(()))

    def hear(self) -> None:
        """Accepted, mediated, settled or ended, closed."""
        self.accepted_at = self._decided_at()
        self.act(self.accepted_at, "accept", self.handler.login)
        started_at = self.pace.after(self.accepted_at, 0, 5)
        self.act(started_at, "mediate", self.handler.login)
        lies = self._lies()
        self.stuck = self.stuck or lies
        limits.beside(self)
        waits = [
            started_at,
            crossing.ask_department(self, started_at),
            started_at if lies else limits.test(self, started_at),
            self._supplement(started_at),
            self._hand_over(started_at),
        ]
        self._calls(started_at)
        if not self.stuck:
            self._mediate(max(waits))
        elif self.rng.random() < 0.7:
            self._explain()

    def _explain(self) -> None:
        """Why it is late, once it is."""
        due_on = self.pace.due_on("mediation", self.accepted_at.date())
        if not any(act.step == "pause" and act.facts["clock"] == "mediation" for act in self.acts):
            awaited = any(one.state in ("sent", "signed", "accepted", "sent_back") for one in self.exchanges)
            at = self.pace.on_day(due_on + timedelta(days=self.rng.randint(1, 6)))
            self.note(at, self.words("note", "awaited" if awaited else "late"))

    # The parts of it ---------------------------------------------------------------------------------------------

    def _lodge(self) -> None:
        """Registered by the clerk when it comes in, or on the next morning; then somebody takes it on."""
        if self.case.taken_by:
            self.act(self.case.received_at, "lodge", self.handler.login, assignee=self.handler.login)
            self.act(self.case.received_at, "tick", self.handler.login)  # what came over with it
            return
        at = self.case.received_at
        if self.case.channel not in ("window", "phone"):
            at = self.pace.after(at, 0, 1, soon=True)
        self.act(at, "lodge", self.clerk)
        if self.untouched:
            return
        if self.rng.random() < 0.6:
            words = self.words("note", "assign", assignee=self.handler.name) if self.rng.random() < 0.4 else ""
            self.act(self.pace.after(at, 0, 1), "assign", self.director, words, assignee=self.handler.login)
        else:
            self.act(self.pace.after(at, 0, 2), "claim", self.handler.login, assignee=self.handler.login)
        if self.case.fate == "hear" and self.case.key % URGENT == 0:
            self.act(self.last + timedelta(minutes=6), "flag", self.handler.login, traits=["urgent"])
        if self.case.fate == "hear" and self.rng.random() < 0.45:
            old = self.case.matter.elderly and self.rng.random() < 0.4
            self.note(self.pace.after(self.last, 0, 1), self.words("note", "elder" if old else "triage"))
        if self.case.fate == "hear" and self.rng.random() < 0.03:
            self._describe()
        if self.case.fate == "hear" and self.rng.random() < 0.04:
            limits.supply(self, given=True)

    def _describe(self) -> None:
        """The handler has read it and calls it by a better title."""
        about = self.case.matter
        facts = {
            "title": entitle(self.rng, about, but=self.case.letter.title),
            "summary": about.slots["summary"],
            "category": about.situation.category,
            "problem": about.situation.problem,
        }
        self.act(self.pace.after(self.last, 0, 1), "describe", self.handler.login, **facts)

    def _decided_at(self) -> datetime:
        """When a complaint is accepted or refused: within seven working days, now and then later."""
        days = (8, 12) if self.rng.random() < 0.02 else (0, 4)
        return max(self.pace.after(self.awaited_since, *days), self.pace.after(self.last, 0, 0))

    def _withdraw(self) -> None:
        self.act(self.pace.after(self.last, 0, 4), "withdraw", self.clerk, self.words("withdrawal", "text"))
        if self.rng.random() < 0.08:
            self._reconsider("withdrawal")

    def _reconsider(self, key: str) -> None:
        """What was not heard is heard after all."""
        at = self.pace.after(self.last, 4, 20)
        self.act(at, "reconsider", self.director, self.words("reconsider", key))
        self.awaited_since = at
        self.hear()

    def _lies(self) -> bool:
        """In every county one case is late and one nearly so, whatever chance has done: that is what clocks are for."""
        left = (self.pace.due_on("mediation", self.accepted_at.date()) - self.now.date()).days
        sort = "late" if -21 <= left < 0 else "soon" if 0 <= left <= 6 else None
        return sort is not None and self.first_here(sort)

    def _refuse(self) -> None:
        key = self.case.ground or "NA7"
        if "claimant" in self.case.matter.situation.tags:
            key = "claimant"
        if self.case.ground in ("NA5", "NA6") and self.rng.random() < 0.7:
            limits.supply(self, given=False)
        complaint = key == self.case.ground
        drafted_at = self._decided_at()
        if complaint and self.rng.random() < 0.12:
            at = self.pace.after(drafted_at, 1, 2)
            asked, answer = self.words("refusal", key), self.words("rejected", "refuse")
            self.decide("refuse", drafted_at, at, asked, rejected=answer, ground=self.case.ground)
            if self.rng.random() < 0.4:
                self.hear()
                return
            drafted_at = self.pace.after(at, 0, 2)
        at = self.pace.after(drafted_at, *((2, 5) if self.rng.random() < 0.2 else (1, 3)))
        self.decide("refuse", drafted_at, at, self.words("refusal", key), ground=self.case.ground)
        if complaint and self.rng.random() < 0.09:
            self._reconsider("refusal")

    def _check(self) -> None:
        """A report: its clue is checked, and a case file is opened on it or not."""
        checked_at = max(self.pace.after(self.awaited_since, 3, 13), self.pace.after(self.last, 0, 0))
        if self.case.fate == "not_file":
            self.decide("not_file", checked_at, self.pace.after(checked_at, 0, 2), self.words("report", "none"))
            return
        if self.case.fate == "guide":  # others have the power to look into it
            self.act(checked_at, "guide", self.handler.login, self.words("refusal", "report"))
            return
        self.act(checked_at, "file", self.handler.login)
        at = self.pace.after(checked_at, 8, 45)
        self.act(at, "dealt_with", self.handler.login, self.words("report", "result"))

    def _calls(self, since: datetime) -> None:
        at = since
        for _ in range(self.rng.choice((0, 1, 1, 2))):
            at = self.pace.after(at, 0, 4)
            self.note(at, self.words("note", "call", date=spoken_day(at.date())))
        if self.rng.random() < 0.15:
            self.note(self.pace.after(at, 0, 2), self.words("note", "told"), public=True)

    def _supplement(self, since: datetime) -> datetime:
        """The consumer comes again and tells more, now and then."""
        if self.rng.random() >= 0.05:
            return since
        at, words = self.pace.after(since, 1, 8), self.words("added", "text")
        brought = tuple(f"补交的{paper}.png" for paper in _BROUGHT if f"补交{paper}" in words)
        self.acts.append(Act(at, "supplement", self.clerk, words, files=brought))
        return at

    def _hand_over(self, since: datetime) -> datetime:
        """Another one of the house goes on with it, now and then."""
        others = [one for one in self.case.center.holding("handler") if one != self.handler]
        if not others or self.rng.random() >= 0.02:
            return since
        other, at = self.rng.choice(others), self.pace.after(since, 1, 6)
        self.act(at, "assign", self.director, self.words("note", "over", assignee=other.name), assignee=other.login)
        self.handler = other
        return at

    def _mediate(self, since: datetime) -> None:
        rng, accepted_at = self.rng, self.accepted_at
        due_on = self.pace.due_on("mediation", accepted_at.date(), self.out)
        agreed = rng.random() < (0.45 if self.case.outbreak else 0.69)
        took = int(rng.lognormvariate(2.75 if agreed else 3.1, 0.55)) + 2
        day = min(accepted_at.date() + timedelta(days=took), due_on - timedelta(days=rng.randint(0, 6)))
        chance = rng.random()
        if chance < 0.14:  # until the last days
            day = due_on - timedelta(days=rng.randint(0, 5))
        elif chance < 0.175:
            day = due_on + timedelta(days=rng.randint(1, 25))
        at = max(self.pace.on_day(day), self.pace.after(since, 1, 3))
        if agreed:
            self._settle(since, at)
        else:
            self._end(since, at, late=at.date() > due_on)

    def _sessions(self, since: datetime, last: datetime, *, agreed: str | None) -> None:
        """The meetings before the end: one or two that came to nothing, and mostly a last one."""
        begun_on = since.date()
        span = (last.date() - begun_on).days
        days = range(3, span - 4, 6)
        chosen = self.rng.sample(days, k=min(len(days), self.rng.choice((0, 0, 1, 2))))
        moments = [self.pace.on_day(begun_on + timedelta(days=day)) for day in sorted(chosen)]
        for meeting, at in enumerate(moments, start=1):
            if at < last:
                self.act(at, "session", self.handler.login, self._minutes(at, meeting, None), on=at.date())
        if agreed or self.rng.random() < 0.5:
            words = self._minutes(last, len(moments) + 1, agreed)
            self.act(last, "session", self.handler.login, words, on=last.date())

    def _minutes(self, at: datetime, meeting: int, agreed: str | None) -> str:
        parts = (
            "again" if meeting > 1 else "open",
            "claimant",
            "merchant",
            "mediator",
            "agreed" if agreed else "apart",
        )
        facts = {"date": spoken_day(at.date()), "round": "一二三四"[meeting - 1], "offer": agreed or ""}
        return "".join(self.words("minutes", part, **facts) for part in parts)

    def _settle(self, since: datetime, at: datetime) -> None:
        rng, amount = self.rng, self.case.matter.amount
        kind = _OFFERS.get(self.case.matter.claims[0], "card" if "prepaid" in self.case.matter.tags else "refund")
        paid = amount if rng.random() < 0.45 else float(max(round(amount * rng.uniform(0.4, 0.95)), 1))
        terms = self.words("offer", kind, offer=money(paid))
        self._sessions(since, at, agreed=terms)
        at += timedelta(minutes=rng.randint(5, 40))
        perform_by = self.rules.calendar.add_working_days(at.date(), rng.choice((3, 5, 7, 10, 15)))
        facts: dict[str, Any] = {
            "terms": terms,
            "amount": 0.0 if kind in _UNPAID else paid,
            "on": at.date(),
            "perform_by": perform_by,
        }
        self.act(at, "settle", self.handler.login, **facts)
        key = "performed" if kind in (*_UNPAID, "replace", "perform") else "settled"
        closed_at = self.pace.after(at, 2, 12)
        self.act(closed_at, "perform", self.handler.login, on=closed_at.date())
        words = self.words("closing", key, offer=money(paid))
        self.act(closed_at + timedelta(seconds=30), "close", self.handler.login, words)
        if rng.random() < 0.015:
            self._reopen()

    def _reopen(self) -> None:
        self.act(self.pace.after(self.last, 8, 30), "reopen", self.director, self.words("reopen", "text"))
        self.act(self.pace.after(self.last, 1, 4), "mediate", self.handler.login)
        at = self.pace.after(self.last, 3, 20)
        if self.rng.random() < 0.4:
            self._finish(at, "T3")
            return
        amount = self.case.matter.amount
        terms = self.words("offer", "refund", offer=money(amount))
        self.act(at, "settle", self.handler.login, terms=terms, amount=amount, on=at.date(), perform_by=None)
        words = self.words("closing", "settled", offer=money(amount))
        self.act(self.pace.after(at, 2, 8), "close", self.handler.login, words)

    def _end(self, since: datetime, at: datetime, *, late: bool) -> None:
        grounds = {"T1": 30, "T2": 24, "T3": 30, "T4": 0, "T5": 0, "T6": 3, "T7": 2, "T8": 1.5}
        if self.case.matter.department == "scjg" and self.case.matter.situation.category.startswith("G"):
            grounds["T4"] = 9
        if self.case.outbreak:
            grounds |= {"T2": 70, "T1": 4}
        if self.pace.law.code == "order-20":  # which does not know it
            grounds["T7"] = 0
        ground = "T5" if late else self.rng.choices(list(grounds), list(grounds.values()))[0]
        if ground not in ("T1", "T7"):
            self._sessions(since, at, agreed=None)
        self._finish(at + timedelta(minutes=self.rng.randint(10, 50)), ground)

    def _finish(self, at: datetime, ground: str) -> None:
        gone = ground == "T2" and self.case.matter.situation.key == "gym_closed"
        words = self.words("ending", "gone" if gone else ground)
        if "撤回投诉" in words:
            self.act(at, "retract", self.handler.login, words, on=at.date())
        else:
            self.act(at, "end", self.handler.login, words, ground=ground)
        told_at = self.pace.after(at, 0, 9 if self.rng.random() < 0.03 else 4)
        self.act(told_at, "notify", self.handler.login, mode=self.rng.choice(_MODES), on=told_at.date())
        self.act(self.pace.after(told_at, 0, 4), "close", self.handler.login, self.words("closing", "ended"))

    # What of it has happened -------------------------------------------------------------------------------------

    def _life(self) -> Life:
        case = self.case
        self._forget_the_late()
        acts = sorted((act for act in self.acts if act.at <= self.now), key=lambda act: act.at)
        waiting = next((act for act in self.acts if act.drafted_at and act.drafted_at <= self.now < act.at), None)
        whole = any(act.step in _DECIDING for act in (*acts, waiting) if act)
        state = before = "lodged"
        facts: dict[str, Any] = dict.fromkeys(
            ("outcome", "ground", "assignee", "amount", "accept", "decided", "closed")
        )
        for act in (act for act in acts if not act.rejected):
            if act.step == "refer":
                before = state
            state = before if act.step == "come_back" else AFTER.get(act.step, state)
            if act.step in ("reopen", "reconsider"):
                facts |= dict.fromkeys(("outcome", "ground", "amount", "decided", "closed"))
            facts |= {name: act.facts[name] for name in ("ground", "assignee") if name in act.facts}
            if act.step == "retract":
                facts["ground"] = RETRACTED
            facts["outcome"] = OUTCOMES.get(act.step, facts["outcome"])
            if act.step in ("accept", "file"):
                facts["accept"] = act.at
            elif act.step in ("refuse", "settle", "end", "retract", "not_file", "dealt_with", "guide"):
                facts["decided"], facts["amount"] = act.at, act.facts.get("amount")
            if AFTER.get(act.step) == "closed":
                facts["closed"] = act.at
        return Life(
            key=case.key,
            center=case.center.slug,
            received_at=case.received_at,
            channel=case.channel,
            # A letter that is both is divided before it is accepted; what went on whole had nothing reported in it.
            nature="C" if case.nature == "M" and whole else case.nature,
            reference=_reference(case),
            matter=case.matter,
            letter=case.letter,
            parent=self.case.parent,
            acts=tuple(acts),
            exchanges=tuple(self.exchanges),
            waiting=waiting,
            state=state,
            outcome=facts["outcome"],
            ground=facts["ground"],
            assignee=facts["assignee"],
            accepted_at=facts["accept"],
            decided_at=facts["decided"],
            closed_at=facts["closed"],
            recovered=facts["amount"],
        )

    def _forget_the_late(self) -> None:
        """What was to be done about a limit once the case was over is not done."""
        over = min((act.at for act in self.acts if AFTER.get(act.step) == "closed"), default=None)
        if over is not None:
            self.acts = [act for act in self.acts if act.step not in limits.STEPS or act.at < over]


def _reference(case: Incoming) -> str | None:
    """The number it had where it came from: the hotline's, or the platform's."""
    prefix = {"hotline": "", "platform": "1"}.get(case.channel)
    if prefix is None:
        return None
    return f"{prefix}{case.received_at:%Y%m%d}{(case.key * 7919 + 1213) % 100000:05d}"
