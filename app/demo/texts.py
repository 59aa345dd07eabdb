"""What people write and say: a small grammar that turns the facts of one dispute into the words about it.

A `Situation` (read from data/situations-*.toml) knows what can go wrong with a gym card or a bag of seed. `matter()`
draws the facts of one case from it; `letter()` lets a consumer tell them in a voice; `say()` lets the staff, the
merchant and the departments speak about the same facts. Templates: `[a|b]` is a choice, `{slot}` is a fact.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp, log
from random import Random
from typing import Any

from app.demo.city import CITY, DATA
from app.demo.merchants import Merchant
from app.demo.people import Consumer

VOICES: dict[str, dict[str, Any]] = tomllib.loads((DATA / "voices.toml").read_text("utf-8"))
DESK: dict[str, Any] = tomllib.loads((DATA / "desk.toml").read_text("utf-8"))
_CLERKS: list[str] = VOICES.pop("clerks")["any"]

TITLE_LENGTH = 24
ELDERLY = 60

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_RANGE = re.compile(r"^(\d+)\.\.(\d+)$")
_STOPS = "。！？；：”）】"


@dataclass(frozen=True)
class Situation:
    """One thing that goes wrong between consumers and merchants.

    `total` is the price in yuan, `share` the part of it in dispute, `gap` the days from purchase to complaint; a
    `monthly` slot is a fee, and the total is what it came to since. A slot may name several facts that belong
    together: 'item+fault' = ['washing machine/leaks'].
    """

    key: str
    trades: tuple[str, ...]
    category: str
    problem: str
    claims: tuple[str, ...]
    total: tuple[int, int]
    gap: tuple[int, int]
    slots: Mapping[str, list[str]]
    text: Mapping[str, list[str]]
    share: tuple[float, float] = (1.0, 1.0)
    weight: float = 1.0
    months: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    old: float = 0.0
    voice: str | None = None
    monthly: str | None = None
    rural: bool = False
    growing: bool = False


_FLAGS = ("prepaid", "online", "minor", "claimant")


def _situations() -> dict[str, Situation]:
    rows = [
        row
        for name in ("situations-goods.toml", "situations-services.toml")
        for row in tomllib.loads((DATA / name).read_text("utf-8"))["situation"]
    ]
    found = {}
    for row in rows:
        tags = (*row.pop("tags", ()), *(flag for flag in _FLAGS if row.pop(flag, False)))
        facts: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        found[row["key"]] = Situation(**facts, tags=tags)
    return found


SITUATIONS: dict[str, Situation] = _situations()


@dataclass(frozen=True)
class Matter:
    """The facts of one dispute, fixed once, so that the letter, the minutes and the reply agree about them."""

    situation: Situation
    merchant: Merchant
    consumer: Consumer
    received_on: date
    bought_on: date
    found_on: date
    total: float
    amount: float
    claims: tuple[str, ...]
    department: str | None
    slots: Mapping[str, str] = field(repr=False)

    @property
    def elderly(self) -> bool:
        return self.consumer.age(self.received_on) >= ELDERLY

    @property
    def tags(self) -> tuple[str, ...]:
        return (*self.situation.tags, "elderly") if self.elderly else self.situation.tags


@dataclass(frozen=True)
class Letter:
    """How a case arrives: the title and summary carry no personal data, the body is the consumer's own words."""

    title: str
    body: str
    demand: str
    summary: str
    evidence: tuple[str, ...]
    voice: str


def fill(template: str, rng: Random, slots: Mapping[str, str]) -> str:
    """The template with its choices made and its slots filled; an unknown slot is a KeyError."""
    text, made = _CHOICE.subn(lambda found: rng.choice(found[1].split("|")), template)
    while made:
        text, made = _CHOICE.subn(lambda found: rng.choice(found[1].split("|")), text)
    return _SLOT.sub(lambda found: slots[found[1]], text)


def matter(
    rng: Random,
    situation: Situation,
    merchant: Merchant,
    consumer: Consumer,
    received_on: date,
    *,
    found_on: date | None = None,
) -> Matter:
    """Draws the facts of one dispute; `found_on` fixes the day the trouble showed (a shop that closed on that day)."""
    gap = rng.randint(*situation.gap)
    if found_on:
        gap = max(gap, (received_on - found_on).days + 15)
    bought_on = received_on - timedelta(days=gap)
    found_on = found_on or received_on - timedelta(days=rng.randint(min(gap, 1), max(min(gap // 2, 45), min(gap, 1))))
    own = _slots(rng, situation)
    months = max(gap // 30, 1)
    total = float(own[situation.monthly]) * months if situation.monthly else _price(rng, *situation.total)
    share = rng.uniform(*situation.share)
    amount = total if situation.share == (1.0, 1.0) else max(_round(total * share), 1)
    claims = situation.claims[: 1 + (len(situation.claims) > 1 and rng.random() < 0.4)]
    department = rng.choice(situation.departments) if situation.departments else None

    slots = {
        "me": "{me}",
        "shop": merchant.sign.split("(")[0] if rng.random() < 0.5 else merchant.sign,
        "firm": merchant.name,
        "county": CITY.offices[merchant.county].county,
        "clerk": rng.choice(_CLERKS),
        "age": str(consumer.age(received_on)),
        "old": "老太婆" if consumer.woman else "老头子",
        "bought": _day(rng, bought_on, received_on),
        "bought_on": f"{bought_on.year}年{bought_on.month}月",
        "found": _day(rng, found_on, received_on, near=True),
        "months": str(months),
        "total": _plain(total),
        "stake": _plain(amount),
        "rest": _plain(max(total - amount, 1)),
        "part": _plain(max(_round(amount * rng.uniform(0.2, 0.6)), 1)),
        "low": _plain(max(_round(amount * rng.uniform(0.4, 0.7)), 1)),
        "total_": f"{total:,g}",
        "stake_": f"{amount:,g}",
    }
    slots.update((name, fill(value, rng, {**slots, **own})) for name, value in own.items())
    for name in ("ask", "reply"):
        slots[name] = fill(rng.choice(situation.text[name]), rng, slots)
    slots["summary"] = fill(rng.choice(situation.text["summary"]), rng, slots)
    if department:
        slots.update(_exchange(rng, situation, department, slots))
    return Matter(
        situation=situation,
        merchant=merchant,
        consumer=consumer,
        received_on=received_on,
        bought_on=bought_on,
        found_on=found_on,
        total=total,
        amount=amount,
        claims=claims,
        department=department,
        slots=slots,
    )


def letter(rng: Random, about: Matter, *, voice: str | None = None, report: bool = False) -> Letter:
    """A consumer's account of it; `report` adds the wish to see the merchant punished."""
    chosen = voice or about.situation.voice or _voice(rng, about)
    style = VOICES[chosen]
    texts = about.situation.text
    evidence = tuple(rng.sample(texts["evidence"], k=min(len(texts["evidence"]), rng.randint(1, 3))))
    slots = {
        **about.slots,
        "me": style["me"],
        "evidence": "、".join(name.rsplit(".", 1)[0] for name in evidence),
        "ask": about.slots["ask"].replace("{me}", style["me"]),
    }
    for part in ("deal", "trouble", "said", "did"):
        slots[part] = fill(rng.choice(texts[part]), rng, slots)
    body = _compose(rng, style, slots, angry=chosen == "angry")
    if report:
        body += fill(rng.choice(DESK["report"]["line"]), rng, slots)
    return Letter(
        rng.choice(_titles(rng, about, slots)), body, f"{slots['ask']}。", about.slots["summary"], evidence, chosen
    )


def entitle(rng: Random, about: Matter, *, but: str) -> str:
    """Another title for it than that one, where it has two."""
    titles = _titles(rng, about, about.slots)
    return rng.choice([title for title in titles if title != but] or titles)


def say(rng: Random, about: Matter, part: str, key: str, **facts: str) -> str:
    """What the desk writes about it: `part` and `key` name a list of data/desk.toml."""
    slots = {**about.slots, **facts}
    slots = {name: value.replace("{me}", "投诉人") for name, value in slots.items()}
    return fill(rng.choice(DESK[part][key]), rng, slots)


def spoken_day(day: date) -> str:
    """11月20日, as it is said in a note."""
    return f"{day.month}月{day.day}日"


def money(amount: float) -> str:
    return _plain(amount)


def _titles(rng: Random, about: Matter, slots: Mapping[str, str]) -> list[str]:
    titles = (fill(one, rng, slots) for one in about.situation.text["title"])
    return [title for title in titles if len(title) <= TITLE_LENGTH]


def _slots(rng: Random, situation: Situation) -> dict[str, str]:
    """The situation's own facts, one drawn from each list; 2..6 is a number from a range."""
    own: dict[str, str] = {}
    for names, values in situation.slots.items():
        chosen = rng.choice(values)
        span = _RANGE.match(chosen)
        parts = [str(rng.randint(int(span[1]), int(span[2])))] if span else chosen.split("/")
        own.update(zip(names.split("+"), parts, strict=True))
    return own


def _voice(rng: Random, about: Matter) -> str:
    if about.consumer.age(about.received_on) >= 66 and rng.random() < 0.7:
        return "elderly"
    return rng.choices(list(VOICES), [style["weight"] for style in VOICES.values()])[0]


def _compose(rng: Random, style: Mapping[str, Any], slots: Mapping[str, str], *, angry: bool) -> str:
    plan = rng.choice(style["plan"]).split()
    if len(plan) == 1:
        return _tidy(fill(rng.choice(style[plan[0]]), rng, slots))
    said = []
    for place, part in enumerate(plan):
        sentence = fill(rng.choice(style[part]), rng, slots) if part in style else slots[part]
        following = plan[place + 1] if place + 1 < len(plan) else ""
        if sentence and sentence[-1] not in _STOPS + "，":
            if (part, following) in {("deal", "trouble"), ("trouble", "said")} and rng.random() < 0.45:
                sentence += "，"
            else:
                sentence += "！" if angry and part != "deal" and rng.random() < 0.4 else "。"
        said.append(sentence)
    return _tidy("".join(said))


_JOINS = {"。。": "。", "，，": "，", "；。": "；", "。；": "；", "。，": "，", "其的": "其"}


def _tidy(text: str) -> str:
    """The text without the joins of templates that no writer would leave standing."""
    for found, better in _JOINS.items():
        text = text.replace(found, better)
    return text


def _exchange(rng: Random, situation: Situation, department: str, slots: Mapping[str, str]) -> dict[str, str]:
    """What is asked of the department and what it finds; where the lists run alongside, the same place in both."""
    asked, found = situation.text["assist"], situation.text["finding"]
    places = range(len(asked))
    if len(asked) == len(situation.departments) > 1:
        places = range(situation.departments.index(department), situation.departments.index(department) + 1)
    place = rng.choice(places)
    answer = found[place] if len(found) == len(asked) else rng.choice(found)
    return {"assist": fill(asked[place], rng, slots), "finding": fill(answer, rng, slots)}


def _day(rng: Random, day: date, now: date, *, near: bool = False) -> str:
    """A day as people name it: in full, with 今年 or 去年, or by month and day when that is clear."""
    spoken = spoken_day(day)
    age = (now - day).days
    if near and age <= 1:
        return rng.choice(("今天", "昨天")) if age == 0 else rng.choice(("昨天", spoken))
    ways = [f"{day.year}年{spoken}"]
    if day.year == now.year:
        ways += [f"今年{spoken}", spoken, spoken] if age < 150 else [f"今年{spoken}", f"今年{day.month}月"]
    elif day.year == now.year - 1:
        ways += [f"去年{spoken}", f"去年{day.month}月"]
    else:
        ways += [f"{day.year}年{day.month}月"]
    if near and day.year == now.year:
        ways = [spoken]
    return rng.choice(ways)


def _price(rng: Random, low: int, high: int) -> float:
    """An amount between the two, small ones more often than great ones, shaped as prices are."""
    amount = exp(rng.uniform(log(low), log(high)))
    if amount < 100:
        return min(max(round(amount * 2) / 2, low), high)
    steps: tuple[int, tuple[int, ...]] = (10, (0, 5, 8, 9))
    if amount >= 10000:
        steps = 1000, (0, 0, 500, 600, 800, 888)
    elif amount >= 1000:
        steps = 100, (0, 0, 50, 80, 88, 98, 99)
    step, tails = steps
    return float(min(max(int(amount) // step * step + rng.choice(tails), low), high))


def _round(amount: float) -> float:
    if amount < 100:
        return float(round(amount))
    return float(round(amount, -1) if amount < 20000 else round(amount, -2))


def _plain(amount: float) -> str:
    return f"{amount:.10g}"
