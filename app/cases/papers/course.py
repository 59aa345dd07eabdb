"""What became of a case, as its documents say it: sessions, recusals, time left out and added, performance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app import audit
from app.cases.models import Case, CaseClock, CaseFile
from app.cases.papers.phrases import day, english_day, english_hour, hour, hours, money, sentence
from app.cases.workflow import CASE
from app.core import clock
from app.deadlines import load_rules
from app.deadlines.wording import because, days, limit_title
from app.mediation import queries
from app.mediation.models import Instalment, InstalmentState, MediationSession, SessionState
from app.mediation.queries import Agreed

Told = tuple[date, str]  # a line of the course
SIDES = {"consumer": "投诉人", "merchant": "被投诉人", "mediator": "调解员本人", "center": "本单位"}


def course_of(case: Case, files: Sequence[CaseFile], *, ground: str) -> dict[str, Any]:
    """All of it, and in one text what happened on which day."""
    told: list[Told] = [(clock.on(case.received_at), "收到来件")]
    told += [(clock.on(case.accepted_at), "决定受理")] if case.accepted_at else []
    said = {
        **_sessions(case, told),
        **_recusals(case, told),
        **_times(case, {str(file.id): file.name for file in files}, told),
        **_performance(case, told),
    }
    if ground and case.decided_at:
        told.append((clock.on(case.decided_at), f"作出决定：{ground}"))
    told += [(clock.on(case.closed_at), "办结")] if case.closed_at else []
    lines = [f"{day(on)}，{sentence(what)}" for on, what in sorted(told, key=lambda one: one[0])]
    return {**said, "course": "\n".join(lines)}


# Sessions 调解会 ------------------------------------------------------------------------------------------------------


def _sessions(case: Case, told: list[Told]) -> dict[str, Any]:
    rows = [one for one in reversed(queries.of_case(case)) if one.status != SessionState.CANCELLED]
    ahead = [one for one in rows if one.starts_at > clock.now()]
    begun = [one for one in rows if one not in ahead]
    coming = min(ahead, key=_begins, default=None)
    last = max(begun, key=_begins, default=coming)
    for one in rows:
        if one.status == SessionState.HELD:
            told.append((clock.on(one.starts_at), f"第{one.ordinal}次调解，{_present(one)}"))
    return {
        "sessions": [_line(one) for one in rows],
        "next_session_at": hour(coming.starts_at) if coming else "",
        "next_session_at_en": english_hour(coming.starts_at) if coming else "",
        "next_session_place": _place(coming) if coming else "",
        "next_mediators": _mediators(coming) if coming else "",
        "last_session_at": hours(last.starts_at, last.ends_at) if last else "",
        "last_session_place": _place(last) if last else "",
        "last_mediators": _mediators(last) if last else "",
        "last_recorder": last.recorder.name if last and last.recorder else "",
        "last_present": _present(last) if last else "",
        "last_minutes": last.minutes if last else "",
    }


def _line(one: MediationSession) -> dict[str, str]:
    return {
        "ordinal": str(one.ordinal),
        "at": hours(one.starts_at, one.ends_at),
        "place": _place(one),
        "mediators": _mediators(one),
        "state": str(one.state.label),
        "present": _present(one),
        "minutes": one.minutes,
    }


def _begins(one: MediationSession) -> Any:
    return one.starts_at


def _place(one: MediationSession) -> str:
    if one.room:
        return f"{one.room.place}{one.room.name}"
    how = {"phone": "电话调解", "online": "线上调解"}.get(one.way, "")
    return f"{how}（{one.place}）" if how and one.place else how or one.place


def _mediators(one: MediationSession) -> str:
    return "、".join(mediator.name for mediator in one.mediators)


def _present(one: MediationSession) -> str:
    """Which side came, and who for it; known once it was held."""
    if one.status != SessionState.HELD:
        return ""
    who = {"consumer": one.consumers, "merchant": one.merchants}
    came = [f"{SIDES[side]}到场" + (f"（{said}）" if said else "") for side, said in who.items() if side in one.came]
    return "；".join([*came, *(f"{SIDES[side]}未到场" for side in who if side not in one.came)])


# Recusals 回避 --------------------------------------------------------------------------------------------------------


def _recusals(case: Case, told: list[Told]) -> dict[str, Any]:
    rows = list(reversed(queries.recusals(case)))
    last = rows[-1] if rows else None
    listed = [
        {
            "mediator": one.mediator.name,
            "asked_by": _asked_by(case, one.asked_by),
            "reason": one.reason,
            "decision": "准许" if one.granted else "驳回",
            "decided_on": day(one.decided_at),
        }
        for one in rows
    ]
    told += [
        (clock.on(one.decided_at), f"决定{'准许' if one.granted else '驳回'}对{one.mediator.name}的回避申请")
        for one in rows
    ]
    decision = ""
    if last:
        found = "理由成立，决定其回避。" if last.granted else "理由不成立，决定驳回回避申请。"
        decision = f"申请理由：{sentence(last.reason)}经审查，{found}"
    return {
        "recusals": listed,
        "recusal_asked_by": _asked_by(case, last.asked_by) if last else "",
        "recused_mediator": last.mediator.name if last else "",
        "recusal_decision": decision,
    }


def _asked_by(case: Case, side: str) -> str:
    return case.merchant_name if side == "merchant" and case.merchant_name else SIDES[side]


# Time limits 时限 -----------------------------------------------------------------------------------------------------


def _times(case: Case, names: Mapping[str, str], told: list[Told]) -> dict[str, Any]:
    """Where mediation stands still, since when and until when; and what time was added, or is asked for."""
    pauses = [(one, span) for one, span in _spans(case) if span["kind"] == "pause"]
    mediation = [span for one, span in pauses if one.code == "mediation"]
    last = mediation[-1] if mediation else None
    for one, span in pauses:
        told.append((date.fromisoformat(span["on"]), f"“{limit_title(one)}”期限中止（{_because(one, span)}）"))
        if "until" in span:
            told.append((date.fromisoformat(span["until"]), f"“{limit_title(one)}”期限恢复计算"))
    return {
        "pauses": [
            {
                "limit": limit_title(one),
                "reason": _because(one, span),
                "span": _from_to(span),
                "why": "，".join(filter(None, (_because(one, span), span.get("evidence", "")))),
                "evidence": span.get("evidence", ""),
                "file": names.get(span.get("file", ""), ""),
            }
            for one, span in pauses
        ],
        "pause_reason": next((f"因需{_because(one, span)}。" for one, span in pauses if span is last), ""),
        "pause_evidence": last.get("evidence", "") if last else "",
        "paused_on": date.fromisoformat(last["on"]) if last else None,
        "paused_on_en": english_day(date.fromisoformat(last["on"])) if last else "",
        "resumed_on": date.fromisoformat(last["until"]) if last and "until" in last else None,
        **_extensions(case, told),
    }


def _spans(case: Case) -> Iterator[tuple[CaseClock, dict[str, Any]]]:
    """What was left out and added, by its day; once, where a limit was counted anew by another rule."""
    known: dict[tuple[str, ...], tuple[CaseClock, dict[str, Any]]] = {}
    for one in case.clocks:
        for span in one.spans:
            if span["kind"] in ("pause", "extension"):
                known[one.code, span["kind"], span["on"], span.get("evidence", "")] = (one, span)
    yield from sorted(known.values(), key=lambda found: found[1]["on"])


def _extensions(case: Case, told: list[Told]) -> dict[str, Any]:
    granted = [(one, span) for one, span in _spans(case) if span["kind"] == "extension"]
    lines = [line for line in audit.trail(case.id) if line.entry.event == "case.extend"] if granted else []
    rows = []
    for one, span in granted:
        mine = [line for line in lines if (line.entry.facts.get("clock") or "mediation") == one.code]
        why = mine[-1] if mine else None  # the trail has the newest first, the spans the oldest
        lines = [line for line in lines if line is not why]
        told.append((date.fromisoformat(span["on"]), f"“{limit_title(one)}”期限延长{days(span['amount'], one.unit)}"))
        rows.append(
            {
                "limit": limit_title(one),
                "amount": days(span["amount"], one.unit),
                "on": _day(span["on"]),
                "granted": "，".join(filter(None, (_day(span["on"]), span.get("evidence", "")))),
                "evidence": span.get("evidence", ""),
                "reason": (why.words if why else "") or "",
                "approved_by": why.entry.actor_name if why else "",
            }
        )
    asked = _asked_for(case) or (rows[-1] if rows else {})
    return {
        "extensions": rows,
        "extended": asked.get("amount", ""),
        "extension_reason": asked.get("reason", ""),
        "extension_evidence": asked.get("evidence", ""),
    }


def _asked_for(case: Case) -> dict[str, str]:
    """The extension that waits for the director."""
    draft = CASE.waiting(case)
    if draft is None or draft.step != "extend":
        return {}
    one = case.clock(draft.facts.get("clock") or "mediation")
    unit = one.unit if one else "calendar"
    evidence = draft.facts.get("evidence") or ""
    return {"amount": days(int(draft.facts["amount"]), unit), "reason": draft.text or "", "evidence": evidence}


def _from_to(span: Mapping[str, Any]) -> str:
    since = _day(span["on"])
    return f"{since}至{_day(span['until'])}" if "until" in span else f"{since}起，尚未恢复"


def _because(one: CaseClock, span: Mapping[str, Any]) -> str:
    return because(load_rules().limit(one.profile_code, one.profile_version, one.code), span["reason"])


def _day(said: str) -> str:
    return day(date.fromisoformat(said))


# Performance 履行 -----------------------------------------------------------------------------------------------------


def _performance(case: Case, told: list[Told]) -> dict[str, Any]:
    agreed = queries.agreed(case)
    parts = [one for one in agreed.parts if one.status != InstalmentState.REPLACED] if agreed else []
    if agreed is None:
        return {"instalments": [], "proofs": [], "performed": "", "performed_on": None, "court": ""}
    told.append((agreed.agreement.agreed_on, "双方达成调解协议"))
    told += [(one.performed_on, f"第{one.ordinal}期履行，{_what(one)}") for one in parts if one.performed_on]
    return {
        "instalments": [
            {
                "ordinal": str(one.ordinal),
                "what": _what(one),
                "due_on": day(one.due_on),
                "performed_on": day(one.performed_on),
                "result": _result(one, agreed),
                "proof": _proofs(one, agreed),
            }
            for one in parts
        ],
        "proofs": [
            {"name": proof.name, "added_on": day(proof.added_at)}
            for one in parts
            for proof in agreed.proofs.get(one.id, ())
        ],
        "performed": "\n".join(f"第{one.ordinal}期（{_what(one)}）：{_result(one, agreed)}。" for one in parts),
        "performed_on": max((one.performed_on for one in parts if one.performed_on), default=None),
        "court": agreed.confirmation.court if agreed.confirmation else "",
    }


def _what(one: Instalment) -> str:
    said = f"支付{money(one.amount)}元" if one.amount is not None else ""
    return f"{said}（{one.words}）" if said and one.words else said or one.words


def _result(one: Instalment, agreed: Agreed) -> str:
    if one.performed_on:
        proof = _proofs(one, agreed)
        return f"{day(one.performed_on)}已履行" + (f"，凭证：{proof}" if proof else "")
    if one.status == InstalmentState.FAILED:
        return "未履行" + (f"，{one.remark.rstrip('。')}" if one.remark else "")
    return f"已支付{money(one.paid)}元，其余尚未履行" if one.paid else "尚未履行"


def _proofs(one: Instalment, agreed: Agreed) -> str:
    return "、".join(proof.name for proof in agreed.proofs.get(one.id, ()))
