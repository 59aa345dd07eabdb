"""A dump of the database shows nobody's phone, ID number or address, but in the words of those who wrote it down (CR1).

The fictional city is dumped whole, with a case on top of it whose people wrote their numbers wherever words are taken.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.cases import services as cases
from app.cases.queries import by_number
from app.cases.services import Complaint
from app.cases.services.intake import Agent, Card, Complainant
from app.cases.workflow import CASE
from app.core import clock
from app.core.privacy import own_words
from app.files.accept import accept
from app.handoffs import queries as letters
from app.handoffs import services as handoffs
from app.merchants import services as merchants
from tenants.audit import models
from tenants.bases import Private
from tenants.database import db
from tenants.registry import registry
from tests.demo.dump import found, secrets, told
from tests.town import EAST

PHONE, IDENTITY, ADDRESS = "18600007788", "110101199003078478", "江州市临河县城关镇柳荫路912号3幢501室"
WORDS = f"店长不退钱。我的电话{PHONE}，身份证{IDENTITY}，住{ADDRESS}。"
WHOLE = dict.fromkeys(("name", "phone", "id_number", "address", "story", "demand"), "full")
MINE = (PHONE, IDENTITY, ADDRESS.removeprefix("江州市临河县"))


@pytest.fixture
def confided(built: int, town: Any) -> None:
    """Somebody's numbers, said again at every turn of a case; the jobs that came of it still wait."""
    with town.at("linhe"):
        clerk, handler, director = (town.person("linhe", login) for login in ("heyun", "zhoulan", "shenyue"))
        told_ = Complaint(
            facts=WORDS, demand=WORDS, name="林晓梅", phone=PHONE, id_number=IDENTITY, address=ADDRESS,
            category="S0401", problem="P02", heading=f"退卡{PHONE}", summary=WORDS, order_number=PHONE, platform=WORDS,
            stream=WORDS, prepaid=True, card=Card(number=PHONE, lessor=WORDS),
            agent=Agent("林晓梅", phone=PHONE, id_number=IDENTITY, powers=WORDS),
            others=[Complainant("林晓梅", phone=PHONE)],
        )  # fmt: skip
        photo = accept(BytesIO("聊天记录".encode()), f"{PHONE}.txt")
        case = cases.lodge(told_, clerk, key="one", evidence=[photo], slip=True).case
        other = cases.lodge(replace(told_, facts=f"又一件。{WORDS}"), clerk, key="two").case
        cases.note(case, handler, text=WORDS)
        cases.reveal(case, handler, field="phone", reason=WORDS)
        db.session.commit()
        CASE.take("refuse", by_number(other.number), by=handler, ground="NA3", text=WORDS)
        for step, facts in (
            ("accept", {"title": "健身卡退费", "summary": "门店关闭"}),
            ("mediate", {}),
            ("session", {"on": clock.today(), "text": WORDS}),
        ):
            CASE.take(step, by_number(case.number), by=director, **facts)
            db.session.commit()
        letter = {"ask": WORDS, "wanted": WORDS, "need": WORDS, "fields": WHOLE, "subject": "核查预付卡备案"}
        market = registry.find("scjg")
        assert market is not None
        draft = handoffs.send(by_number(case.number), director, kind="request", receiver=market.id, **letter)
        reference = letters.reference_of(draft)
        CASE.take(
            "settle",
            by_number(case.number),
            by=director,
            on=clock.today(),
            terms=WORDS,
            amount=Decimal(1),
            consented=True,
        )
        merchants.add(handler, name="临河惠民食品有限公司", contact_name="林晓梅", contact_phone=PHONE)
        db.session.commit()
    with town.at("scjg"):
        for step in ("sign", "accept", "answer"):
            handoffs.take(letters.by_reference(reference), step, town.person("scjg", "lihang"), text=WORDS)
            db.session.commit()


def test_a_dump_shows_nobodys_phone_id_number_or_address(confided: None, root: Engine) -> None:
    with root.connect() as connection:
        wanted = secrets(connection)
        assert all(len(wanted[kind]) > 100 for kind in ("phone", "id_number", "address"))
        assert set(MINE) <= set().union(*wanted.values())
        assert told(connection, set().union(*wanted.values())) == set()
        assert len(found(connection, {PHONE})) > 10  # of the columns where words are taken


def test_what_is_stored_as_it_is_would_be_found(town: Any, root: Engine) -> None:
    """In a text, inside of JSON, among the jobs, and in bytes."""
    with town.at(EAST):
        cases.lodge(Complaint(facts="店长不退钱。"), town.person(EAST, "clerk"))
        db.session.commit()
    for place, value in (
        ("public.case_record.title", f"回电 {PHONE[:3]} {PHONE[3:7]}-{PHONE[7:]}"),
        ("public.case_party.address_sealed", ADDRESS),
        ("public.audit_entry.facts", json.dumps({"said": ADDRESS}, ensure_ascii=False)),
        ("jobs.procrastinate_jobs.args", json.dumps({"about": IDENTITY})),
        ("public.audit_entry.words_hash", PHONE.encode()),
    ):
        table, _, column = place.rpartition(".")
        with root.connect() as connection:
            planted = text(f"update {table} set {column} = :value where ctid = (select ctid from {table} limit 1)")
            assert connection.execute(planted, {"value": value}).rowcount == 1
            assert told(connection, MINE) == {place}
            connection.rollback()


def test_own_words_are_walled_off() -> None:
    """They are not sealed, so nobody reads them but those they were said to."""
    for table in sorted({table for table, _column in own_words()}):
        model = models()[table]
        assert issubclass(model, Private) or model.confidential, table
