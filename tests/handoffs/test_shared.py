"""The receiver sees exactly the fields and files handed over, from then on, and until it is withdrawn (TI17)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from app.core.errors import Invalid, Missing
from app.handoffs import packet, queries, services
from app.handoffs.packet import FIELDS
from tenants.database import db
from tests.handoffs.conftest import ADDRESS, IDENTITY, PHONE, REFERRAL, REQUEST, TOLD, Exchange, case
from tests.handoffs.test_referral import evidence
from tests.town import EAST, MARKET, WEST, Town

WHOLE = {
    "name": "林晓梅",
    "phone": PHONE,
    "id_number": IDENTITY,
    "address": ADDRESS,
    "story": TOLD.facts,
    "demand": TOLD.demand,
}
MASKED = {
    "name": "林**",
    "phone": "138****6027",
    "id_number": "11**************78",
    "address": "江州市临河县****",
    "story": TOLD.facts.replace(PHONE, "138****6027"),
    "demand": TOLD.demand,
}
TICKED: list[dict[str, str]] = [
    {},
    *({code: extent} for code, extent in product(FIELDS, ("full", "masked"))),
    {"name": "masked", "phone": "full", "story": "full"},
    dict.fromkeys(FIELDS, "full"),
    dict.fromkeys(FIELDS, "masked"),
]


@pytest.mark.parametrize("fields", TICKED, ids=lambda ticked: ",".join(f"{c}:{e}" for c, e in ticked.items()) or "none")
def test_what_was_ticked_is_there_and_nothing_beside_it(exchange: Exchange, town: Town, fields: dict[str, str]) -> None:
    reference = exchange.send(exchange.lodge(), {**REQUEST, "fields": fields, "need": "核查需要"})
    with town.at(MARKET):
        personal = packet.personal_of(queries.by_reference(reference))
        assert personal is not None
        whole = {code: personal.reveal(code) for code in ("name", "phone", "id_number", "address")}
        whole |= {"story": personal.story or None, "demand": personal.demand or None}
        assert {code: value for code, value in whole.items() if value} == {
            code: WHOLE[code] for code, extent in fields.items() if extent == "full"
        }
        assert personal.masked == {code: MASKED[code] for code, extent in fields.items() if extent == "masked"}


@pytest.mark.parametrize("ticked", [(), (0,), (1,), (0, 1)])
def test_the_files_that_were_ticked_are_there_and_no_others(
    exchange: Exchange, town: Town, ticked: tuple[int, ...]
) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        files = evidence(case(number), town)
        db.session.commit()
        keys, names = [str(files[at].id) for at in ticked], [files[at].name for at in ticked]
    reference = exchange.send(number, REQUEST, files=keys)
    with town.at(MARKET):
        packed = queries.packed_files(queries.by_reference(reference))
        assert [file.name for file in packed] == names
        for file in packed:
            with services_open(file) as content:
                assert content.read().decode().startswith(file.name)


def services_open(file: Any) -> Any:
    from app.files.store import store

    return store.open(file)


@pytest.mark.parametrize(
    ("slug", "letter", "steps"),
    [
        (WEST, REFERRAL, []),
        (WEST, REFERRAL, ["sign"]),
        (MARKET, REQUEST, []),
        (MARKET, REQUEST, ["sign"]),
        (MARKET, REQUEST, ["sign", "accept"]),
    ],
)
def test_a_withdrawal_acts_at_once_and_the_sender_keeps_its_own(
    exchange: Exchange, town: Town, slug: str, letter: dict[str, Any], steps: list[str]
) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        keys = [str(file.id) for file in evidence(case(number), town)]
        db.session.commit()
    reference = exchange.send(number, letter, files=keys)
    for step in steps:
        exchange.do(slug, "handler" if slug == WEST else "officer", reference, step)
    with town.at(slug):
        first = queries.packed_files(queries.by_reference(reference))[0]
    exchange.do(EAST, "handler", reference, "withdraw", text="材料有误。")
    with town.at(slug):
        handoff = queries.by_reference(reference)
        assert packet.personal_of(handoff) is None
        assert queries.packed_files(handoff) == []
        with pytest.raises(Missing):
            queries.file_of(handoff, first.id)
    with town.at(EAST):
        handoff = queries.by_reference(reference)
        assert packet.personal_of(handoff) is not None
        assert len(queries.packed_files(handoff)) == 2


def test_what_the_receiver_copied_before_stays_in_its_own_case(exchange: Exchange, town: Town) -> None:
    """A case that was taken over is the receiver's; the packet behind it closes no more, for it cannot be withdrawn."""
    reference = exchange.send(exchange.lodge(), REFERRAL)
    exchange.do(WEST, "handler", reference, "sign")
    exchange.do(WEST, "handler", reference, "accept")
    with town.at(WEST):
        own = queries.own_case(queries.by_reference(reference))
        assert own is not None
        assert packet.material(own).party.reveal("name") == "林晓梅"


def test_a_whole_field_needs_a_reason(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        for code in ("name", "phone", "id_number", "address"):
            with pytest.raises(Invalid):
                services.prepare(case(number), town.handler, **{**REQUEST, "fields": {code: "full"}, "need": " "})
        services.prepare(case(number), town.handler, **{**REQUEST, "fields": {"story": "full"}, "need": ""})


def test_a_file_of_another_case_cannot_be_ticked(exchange: Exchange, town: Town) -> None:
    other, number = exchange.lodge(), exchange.lodge()
    with town.at(EAST):
        stranger = evidence(case(other), town)[0]
        db.session.commit()
        with pytest.raises(Invalid):
            services.prepare(case(number), town.handler, **REQUEST, files=[str(stranger.id)])


def test_the_row_that_the_bureau_reads_carries_no_phone(exchange: Exchange, town: Town) -> None:
    letter = {**REQUEST, "subject": "请联系13812346027", "ask": "消费者电话13812346027，请核查。"}
    reference = exchange.send(exchange.lodge(), letter)
    row = exchange.see(EAST, reference)
    assert PHONE not in f"{row.subject}{row.ask}{row.summary}{row.facts}"
    with town.at(MARKET):
        (told,) = queries.story(queries.by_reference(reference))
        assert told.words == letter["ask"]  # whole for the two
