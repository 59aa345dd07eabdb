"""Sessions as a calendar takes them (RFC 5545). Calendars lie in clouds: no name, no title, no word that was said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from flask_babel import gettext as _

from app.cases.models import Case
from app.core import clock
from app.mediation.models import MediationSession, SessionState
from app.mediation.services.sessions import WAYS

LONGEST_LINE = 75  # octets
Fed = Iterable[tuple[MediationSession, Case]]


def calendar(name: str, sessions: Fed, link: Callable[[Case, MediationSession], str]) -> bytes:
    """A calendar of sessions; `link` is the address of one, where whoever may read it reads the rest."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hengping//Mediation//ZH", "CALSCALE:GREGORIAN"]
    lines += [f"X-WR-CALNAME:{escaped(name)}", "X-PUBLISHED-TTL:PT1H", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    for session, case in sessions:
        lines += _event(session, case, link(case, session))
    lines.append("END:VCALENDAR")
    return "".join(f"{piece}\r\n" for line in lines for piece in folded(line)).encode()


def _event(session: MediationSession, case: Case, address: str) -> list[str]:
    cancelled = session.status == SessionState.CANCELLED
    where = session.room.name if session.room else str(WAYS[session.way])
    return [
        "BEGIN:VEVENT",
        f"UID:{session.id}",
        f"DTSTAMP:{_moment(clock.now())}",
        f"DTSTART:{_moment(session.starts_at)}",
        f"DTEND:{_moment(session.ends_at)}",
        f"SEQUENCE:{session.version - 1}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"SUMMARY:{escaped(_('Mediation of case %(number)s', number=case.number))}",
        f"LOCATION:{escaped(where)}",
        f"URL:{address}",
        "END:VEVENT",
    ]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """TEXT as the RFC writes it (3.3.11)."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return text


def folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, never within a sign; what follows begins with a blank (3.1)."""
    piece, size = "", 0
    for sign in line:
        weight = len(sign.encode())
        if size + weight > LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + sign, size + weight
    yield piece
