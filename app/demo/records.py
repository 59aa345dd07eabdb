"""What a life consists of, as plain values: acts, moves of an exchange, time limits, the life itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.demo.city import Office, Official
from app.demo.merchants import Merchant
from app.demo.people import Consumer
from app.demo.texts import Letter, Matter

AFTER = {
    "accept": "accepted",
    "refuse": "refused",
    "withdraw": "closed",
    "mediate": "mediating",
    "settle": "settled",
    "end": "ended",
    "retract": "ended",
    "close": "closed",
    "reopen": "accepted",
    "reconsider": "lodged",
    "refer": "referred",
    "taken_over": "closed",
    "file": "accepted",
    "not_file": "closed",
    "guide": "closed",
    "dealt_with": "closed",
}
OUTCOMES = {
    "refuse": "refused",
    "withdraw": "withdrawn",
    "settle": "settled",
    "end": "ended",
    "retract": "ended",
    "taken_over": "taken_over",
    "dealt_with": "filed",
    "not_file": "not_filed",
    "guide": "guided",
    "reopen": None,
    "reconsider": None,
}
SENT = {
    "draft": "drafted",
    "submit": "waiting",
    "reject": "rejected",
    "revise": "drafted",
    "discard": "discarded",
    "send": "sent",
    "resend": "sent",
    "sign": "signed",
    "accept": "accepted",
    "return": "returned",
    "answer": "answered",
    "send_back": "sent_back",
    "close": "closed",
    "withdraw": "withdrawn",
}


@dataclass(frozen=True)
class Incoming:
    """What came in, where and how; `fate` is what will become of it: hear | refuse | withdraw | refer,
    of a report also file | not_file.

    One that was taken over has a `parent`, and was taken by an official of the center. One that `waits` is referred
    these days, and nobody has signed for it yet.
    """

    key: int
    center: Office
    received_at: datetime
    channel: str
    nature: str
    matter: Matter
    letter: Letter
    fate: str
    ground: str | None = None
    outbreak: bool = False
    parent: int | None = None
    taken_by: Official | None = None
    waits: bool = False


@dataclass(frozen=True)
class Act:
    """A step that somebody took: `by` a login of that office.

    A drafted one was drafted by another, earlier; one that was `rejected` came back with these words, and nothing else.
    `files` are what was brought with it.
    """

    at: datetime
    step: str
    by: str
    text: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    drafted_by: str | None = None
    drafted_at: datetime | None = None
    rejected: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Move:
    """A step in an exchange or of the letter before it, by somebody of `office`; `files` are what was attached."""

    at: datetime
    step: str
    office: str
    by: str
    text: str = ""
    reason: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exchange:
    """A referral to another center, or a request to a department: the letter, and the handoff if it was sent.

    `ask` is what the letter said first; `state` is that of the handoff, or of the letter until there is one.
    """

    kind: str
    sender: str
    receiver: str
    ask: str
    wanted: str
    moves: tuple[Move, ...]
    state: str


@dataclass(frozen=True)
class Life:
    """A case and all that became of it until now. A case that was taken over names the `parent` that was referred."""

    key: int
    center: str
    received_at: datetime
    channel: str
    nature: str
    reference: str | None
    matter: Matter
    letter: Letter
    parent: int | None
    acts: tuple[Act, ...]
    exchanges: tuple[Exchange, ...]
    waiting: Act | None
    state: str
    outcome: str | None
    ground: str | None
    assignee: str | None
    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    recovered: float | None

    @property
    def origin(self) -> str:
        return "first" if self.parent is None else "taken_over"

    @property
    def merchant(self) -> Merchant:
        return self.matter.merchant

    @property
    def consumer(self) -> Consumer:
        return self.matter.consumer
