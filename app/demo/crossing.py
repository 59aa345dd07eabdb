"""What a case sends across the wall: a referral to another center, a request to a department."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.demo.city import CITY, Office
from app.demo.records import SENT, Exchange, Move

if TYPE_CHECKING:
    from app.demo.biography import Biography

_WANTED = {"referral": "受理并告知结果", "request": "核查结论、处理情况"}


def refer(case: Biography, keys: Iterator[int]) -> None:
    """To the county where the merchant is: taken over there, or heard here after all."""
    rng, pace = case.rng, case.pace
    there = CITY.offices[case.case.matter.merchant.county]
    taker = rng.choice(there.holding("handler"))
    officer = taker.login
    ask = case.words("referral", "reason", there=there.county)
    moves = _letter(case, pace.after(case.last, 0, 0 if case.case.waits else 3), ask, case.case.letter.evidence)
    if moves[-1].step != "send":
        _keep(case, "referral", there, ask, moves)
        _go_on(case, moves[-1])
        return
    at = moves[-1].at
    case.act(at, "refer", case.director, to=there.slug)
    if case.case.waits:
        _keep(case, "referral", there, ask, moves)
        return
    at = pace.after(at, *((3, 6) if rng.random() < 0.08 else (0, 2)))
    moves.append(Move(at, "sign", there.slug, officer))
    at = pace.after(at, *((8, 11) if rng.random() < 0.05 else (0, 4)))
    chance = rng.random()
    if chance < 0.14:
        mine = chance < 0.04
        moves.append(
            _own(case, at, "withdraw", case.words("referral", "withdraw"))
            if mine
            else _returned(case, at, there, officer)
        )
        _keep(case, "referral", there, ask, moves)
        case.act(at, "come_back", moves[-1].by, moves[-1].text, office=moves[-1].office)
        case.hear()
        return
    moves.append(Move(at, "accept", there.slug, officer, case.words("referral", "accept")))
    _keep(case, "referral", there, ask, moves)
    case.act(at, "taken_over", officer, office=there.slug)
    if at <= case.now:
        case.taken_over(next(keys), at, taker)


def ask_department(case: Biography, since: datetime) -> datetime:
    """A request to the department that knows the matter, for some; the moment until which its answer was awaited."""
    rng, slug = case.rng, case.case.matter.department
    chance = 0.7 if case.stuck else 0.45 if case.case.outbreak else 0.32
    if not slug or rng.random() > chance:
        return since
    department = CITY.offices[slug]
    ask = "".join(case.words("request", part, days="5") for part in ("open", "assist", "due"))
    moves = _letter(case, case.pace.after(since, 0, 5), ask, case.case.letter.evidence[:1])
    if moves[-1].step == "send":
        moves += _answered(case, moves[-1].at, department)
    _keep(case, "request", department, ask, moves)
    return moves[-1].at


def _letter(case: Biography, at: datetime, text: str, files: tuple[str, ...]) -> list[Move]:
    """Drafted by the handler, approved and sent by the director; some are given back, some never leave the house."""
    rng, pace = case.rng, case.pace
    moves = [_own(case, at, "draft", text, files)]
    lies = rng.random() if case.stuck else 1.0
    if lies < 0.14:
        return moves
    at = pace.after(at, 1, 2) if rng.random() < 0.06 else at + timedelta(minutes=1)
    moves.append(_own(case, at, "submit"))
    if lies < 0.28 or (not case.case.waits and rng.random() < 0.07):
        at = pace.after(at, 0, 1)
        moves.append(_by_director(case, at, "reject", case.words("rejected", "letter")))
        if lies < 0.28:
            return moves
        at = pace.after(at, 0, 1)
        if rng.random() < 0.25:
            return [*moves, _own(case, at, "discard")]
        moves.append(_own(case, at, "revise", f"{text}{case.words('request', 'more')}"))
        moves.append(_own(case, at + timedelta(minutes=2), "submit"))
    at = pace.after(at, 1, 2) if rng.random() < 0.3 else at + timedelta(minutes=rng.randint(10, 40))
    return [*moves, _by_director(case, at, "send", moves[-2].text if moves[-2].step == "revise" else text)]


def _answered(case: Biography, sent_at: datetime, department: Office) -> list[Move]:
    """What the department does with it: signs, accepts or returns, asks, answers; some requests lie."""
    rng, pace = case.rng, case.pace
    officer = rng.choice(department.holding("officer")).login
    if case.stuck and rng.random() < 0.3:
        return []
    at = pace.after(sent_at, *((3, 6) if rng.random() < 0.07 else (0, 2)))
    moves = [Move(at, "sign", department.slug, officer)]
    if rng.random() < 0.13:
        moves.append(_returned(case, pace.after(at, 0, 2), department, officer))
        at = pace.after(moves[-1].at, 0, 2)
        if moves[-1].reason != "incomplete":
            return [*moves, _own(case, at, "close")]
        moves.append(_own(case, at, "resend", case.words("department", "give"), case.case.letter.evidence))
        at = pace.after(at, 0, 1)
        moves.append(Move(at, "sign", department.slug, officer))
    at = pace.after(at, 0, 1)
    moves.append(Move(at, "accept", department.slug, officer, case.words("department", "accept")))
    if rng.random() < 0.15:
        at = pace.after(at, 0, 1)
        moves.append(Move(at, "write", department.slug, officer, case.words("department", "ask")))
        at = pace.after(at, 0, 1)
        moves.append(_own(case, at, "write", case.words("department", "give")))
    if case.stuck and rng.random() < 0.4:
        return [*moves, _own(case, pace.after(at, 4, 8), "write", case.words("department", "urge"))]
    if rng.random() < 0.025:
        return [*moves, _own(case, pace.after(at, 1, 3), "withdraw", case.words("department", "withdraw"))]
    at = pace.after(at, *((6, 14) if rng.random() < 0.16 else (1, 3)))
    moves.append(_answer(case, at, department))
    if case.stuck or rng.random() < 0.05:
        at = pace.after(at, 0, 3)
        moves.append(_own(case, at, "send_back", case.words("department", "vague")))
        if case.stuck:
            return moves
        at = pace.after(at, 1, 4)
        moves.append(_answer(case, at, department))
    moves.append(_own(case, pace.after(at, 0, 4), "close", case.words("department", "close")))
    return moves


def _answer(case: Biography, at: datetime, department: Office) -> Move:
    head = department.holding("head")[0].login
    files = ("复函.pdf", *case.rng.sample(("现场检查笔录.pdf", "现场照片.jpg"), k=case.rng.randint(0, 2)))
    return Move(at, "answer", department.slug, head, case.words("department", "answer"), files=files)


def _returned(case: Biography, at: datetime, receiver: Office, officer: str) -> Move:
    """Sent back, with the code and the words that fit it."""
    part = "referral" if receiver.kind == "center" else "department"
    reasons = ("elsewhere", "incomplete") if part == "referral" else ("incomplete", "incomplete", "not_ours")
    reason = case.rng.choice(reasons)
    words = case.words(part, reason, sender=case.case.center.county)
    return Move(at, "return", receiver.slug, officer, words, reason)


def _go_on(case: Biography, last: Move) -> None:
    """The letter never went out: the case is heard here, unless the letter still lies."""
    if last.step == "discard":
        case.note(last.at, case.words("referral", "kept"))
        case.hear()


def _by_director(case: Biography, at: datetime, step: str, text: str) -> Move:
    return Move(at, step, case.case.center.slug, case.director, text)


def _own(case: Biography, at: datetime, step: str, text: str = "", files: tuple[str, ...] = ()) -> Move:
    return Move(at, step, case.case.center.slug, case.handler.login, text, files=files)


def _keep(case: Biography, kind: str, receiver: Office, ask: str, moves: list[Move]) -> None:
    """Only what has happened by now."""
    past = tuple(move for move in moves if move.at <= case.now)
    if not past:
        return
    state = next(SENT[move.step] for move in reversed(past) if move.step in SENT)
    center = case.case.center.slug
    case.exchanges.append(Exchange(kind, center, receiver.slug, ask, _WANTED[kind], past, state))
