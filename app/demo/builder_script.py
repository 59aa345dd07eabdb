"""What was asked of the services, deed by deed: a life turned into the calls that people would have made.

The builder turns deeds into rows; the test that proves the builder takes the very same deeds through the services.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.cases import checklist
from app.cases.services.intake import Card
from app.demo.city import DATA
from app.demo.records import Act, Exchange, Life, Move
from app.demo.texts import Matter
from app.handoffs.kinds import KINDS

SHOWN = ("identity", "purchase")  # what everybody shows to whoever registers it
HELD: dict[str, list[str]] = tomllib.loads((DATA / "held.toml").read_text("utf-8"))
NEED = "需直接联系投诉人核实情况、反馈结果"
_TOLD_BY_THE_EXCHANGE = frozenset({"refer", "come_back", "taken_over"})
_VERBS = {
    "draft": "letter",
    **dict.fromkeys(("submit", "reject", "revise", "discard"), "letter_step"),
    "send": "send",
    "write": "write",
}
_AT_THE_COUNTER = frozenset({"window", "phone"})  # where a slip is printed


@dataclass(frozen=True)
class Deed:
    """Somebody at `place` does `verb`: lodge | attach | tick | perform | take | draft | approve | reject | note |
    letter | letter_step | send | move | write.

    `exchange` is the place of the exchange among those of the life.
    """

    at: datetime
    place: str
    by: str
    verb: str
    step: str = ""
    text: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    exchange: int = 0


@dataclass(frozen=True)
class Script:
    """A life and its deeds in order of time."""

    life: Life
    deeds: tuple[Deed, ...]


def script(life: Life, papers_since: datetime | None = None) -> Script:
    """The deeds of a life; files are made for what came in since then, or for all."""
    with_papers = papers_since is None or life.received_at >= papers_since
    told = [deed for act in _acts(life) for deed in _of_act(life, act, with_papers)]
    for place, exchange in enumerate(life.exchanges):
        told += [deed for move in exchange.moves for deed in _of_move(life, place, move, with_papers)]
    told.sort(key=lambda deed: deed.at)
    return Script(life, tuple(told))


def complaint(life: Life) -> dict[str, Any]:
    """What the clerk enters, by the names of `services.Complaint`; the merchant is looked up in the register."""
    about, who = life.matter, life.consumer
    return {
        "facts": life.letter.body,
        "demand": life.letter.demand,
        ("title" if life.channel in _AT_THE_COUNTER else "heading"): life.letter.title,
        "summary": life.letter.summary,
        "name": who.name,
        "phone": who.phone,
        "id_number": who.id_number,
        "address": who.address,
        "nature": life.nature,
        "channel": life.channel,
        "category": about.situation.category,
        "problem": about.situation.problem,
        "claims": about.claims,
        "amount": _money(about.amount),
        "merchant_name": life.merchant.sign,
        "prepaid": "prepaid" in about.tags,
        "card": _card(about) if "prepaid" in about.tags else None,
        "place": "platform" if "online" in about.tags else "shop",
        "held": held(life.letter.evidence),
        "minor": "minor" in about.tags,
        "elderly": about.elderly,
        "purchased_on": about.bought_on,
        "reference": life.reference,
        "received_at": life.received_at,
    }


def held(files: Iterable[str]) -> tuple[str, ...]:
    """The papers of the checklist that are there when these files are."""
    there = {code for code, words in HELD.items() for name in files if any(word in name for word in words)}
    return tuple(code for code in checklist.papers() if code in SHOWN or code in there)


def _card(about: Matter) -> Card:
    """What was paid, and what of it is used up: the rest is in dispute."""
    paid, left = _money(about.total), _money(about.amount)
    return Card(paid=paid, used=max(paid - left, Decimal(0)), paid_on=about.bought_on, records="merchant")


def letter(life: Life, exchange: Exchange, profile: str) -> dict[str, Any]:
    """What the handler fills in to hand something over, by the names of `handoffs.services.prepare`."""
    kind = KINDS[exchange.kind]
    return {
        "kind": kind.code,
        "subject": life.letter.title,
        "ask": exchange.ask,
        "wanted": exchange.wanted,
        "legal_basis": kind.basis_for(profile),
        "fields": dict(kind.fields),
        "need": NEED if kind.moves_case else "",
    }


def _acts(life: Life) -> list[Act]:
    acts = [act for act in life.acts if act.step not in _TOLD_BY_THE_EXCHANGE]
    if life.parent is not None:
        acts = [act for act in acts if act.step != "lodge"]  # taking it over opens the case
    return [*acts, life.waiting] if life.waiting else acts


def _of_act(life: Life, act: Act, papers: bool) -> list[Deed]:
    here = life.center
    if act.step == "lodge":
        slip = life.channel in _AT_THE_COUNTER
        files = life.letter.evidence if papers else ()
        return [Deed(act.at, here, act.by, "lodge", facts={"slip": slip}, files=files)]
    if act.step == "note":
        return [Deed(act.at, here, act.by, "note", text=act.text, facts=dict(act.facts))]
    if act.step == "tick":
        return [_tick(life, act)]
    if act.step == "perform":
        return [Deed(act.at, here, act.by, "perform", facts=dict(act.facts))]
    facts = _facts(life, act)
    text = act.text or None
    if act.files and papers:
        brought = Deed(act.at, here, act.by, "attach", files=act.files)
        return [brought, _tick(life, act), Deed(act.at, here, act.by, "take", act.step, text, facts)]
    if act.drafted_by is None or act.drafted_at is None:
        return [Deed(act.at, here, act.by, "take", act.step, text, facts)]
    draft = Deed(act.drafted_at, here, act.drafted_by, "draft", act.step, text, facts)
    if act is life.waiting:
        return [draft]
    verb = "reject" if act.rejected else "approve"
    return [draft, Deed(act.at, here, act.by, verb, act.step, act.rejected or None)]


def _tick(life: Life, act: Act) -> Deed:
    """What is on the checklist is there, with what was brought just now."""
    facts = {"held": held((*life.letter.evidence, *act.files))}
    return Deed(act.at, life.center, act.by, "tick", facts=facts)


def _facts(life: Life, act: Act) -> dict[str, Any]:
    """The facts as the form of the step would bring them; people and merchants are still named by login and key."""
    facts = dict(act.facts)
    if act.step == "claim":
        del facts["assignee"]
    if act.step == "settle":
        facts["amount"] = _money(facts["amount"])
    if act.step == "accept" and life.parent is not None:
        facts["merchant"] = life.merchant.key  # the shop stands in this county's register
    return facts


def _of_move(life: Life, place: int, move: Move, papers: bool) -> list[Deed]:
    files = move.files if papers else ()
    facts = {"reason": move.reason} if move.reason else {}
    verb = _VERBS.get(move.step, "move")
    return [Deed(move.at, move.office, move.by, verb, move.step, move.text or None, facts, files, place)]


def _money(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))
