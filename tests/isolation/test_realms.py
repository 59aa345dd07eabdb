"""Who is asking, said in Python: no realm no data, one session per stay, and jobs that carry their realm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.accounts.models import Person
from app.audit import record
from app.audit.jobs import settle_acts
from app.audit.models import Entry
from app.cases import lists
from app.cases.services import lodge
from app.core import clock, unit
from app.core.numbering import Counter
from app.jobs import drain, job
from app.notifications.models import Notice
from tenants import provisioning, realm
from tenants.bases import uuid7
from tenants.database import db
from tenants.mount import Mount
from tenants.provisioning import Act
from tenants.registry import registry
from tenants.session import NotOurs
from tests.cases.conftest import TOLD
from tests.town import CITY, EAST, WEST


def test_a_query_without_a_realm_raises(app: Any) -> None:
    with pytest.raises(realm.NoRealm):
        db.session.scalars(select(Person)).all()


def test_what_is_kept_for_an_organisation_is_kept_for_nobody_without_one(app: Any) -> None:
    """The lists are remembered by organisation (TI15): without a realm there is no key to look under."""
    with pytest.raises(realm.NoRealm):
        lists.entries("channels")


def test_one_address_has_an_answer_for_each_county(town: Any) -> None:
    """The same page, one after the other from one process: nothing of the first is in the second (TI15)."""
    with town.at(EAST):
        lodge(replace(TOLD, title="只有东县知道的事"), town.person(EAST, "handler"))
        db.session.commit()
    for slug, there in ((EAST, True), (WEST, False), (EAST, True)):
        page = town.client(slug, "handler").open("GET", "/cases").get_data(as_text=True)
        assert ("只有东县知道的事" in page) == there, slug


def test_realms_do_not_nest(town: Any) -> None:
    with town.at(EAST), pytest.raises(RuntimeError, match="do not nest"), town.at(WEST):
        pass


def test_a_new_row_is_stamped_with_the_tenant(town: Any) -> None:
    with town.at(EAST) as east:
        db.session.add(Counter(kind="test", year=2026, last=1))
        db.session.commit()
        assert db.session.scalars(select(Counter.tenant_id).where(Counter.kind == "test")).one() == east.id


def test_a_row_of_another_tenant_is_refused_at_flush(town: Any) -> None:
    with town.at(EAST):
        db.session.add(Counter(tenant_id=3, kind="test", year=2026, last=1))
        with pytest.raises(NotOurs):
            db.session.flush()


def test_bulk_and_raw_writes_meet_the_policy(town: Any) -> None:
    with town.at(EAST):
        with pytest.raises(DBAPIError, match="row-level security"):
            db.session.execute(
                insert(Counter), [{"tenant_id": 3, "id": uuid7(), "kind": "test", "year": 2026, "last": 1}]
            )
        db.session.rollback()
        changed = db.session.execute(update(Person).where(Person.tenant_id == 3).values(name="x"))
        assert changed.rowcount == 0


def test_the_hint_is_only_a_hint(town: Any) -> None:
    """Without the planner's hint the policy alone still gives the same rows."""
    with town.at(EAST):
        with_hint = set(db.session.scalars(select(Person.id)))
        db.session.info["hint"] = False
        assert set(db.session.scalars(select(Person.id))) == with_hint
        raw = db.session.execute(text("select id from person")).scalars()
        assert set(raw) == with_hint


def test_an_object_does_not_outlive_its_realm(town: Any) -> None:
    with town.at(EAST):
        person = db.session.scalars(select(Person)).first()
        key = (person.tenant_id, person.id)
    with town.at(WEST):
        assert db.session.get(Person, key) is None


def test_the_bureau_reads_all_and_changes_only_its_own(town: Any) -> None:
    with town.at(CITY):
        assert db.session.scalar(select(func.count(Person.tenant_id.distinct()))) > 2
        person = db.session.scalars(select(Person).where(Person.tenant_id == 2)).first()
        person.name = "changed"
        with pytest.raises(NotOurs):
            db.session.flush()


def test_an_act_in_another_realm_is_begun_and_done_on_record(town: Any) -> None:
    with town.at(CITY):
        with provisioning.act_in(registry.realm(EAST), "test") as act_id:
            assert realm.home().slug == EAST
            record("tenant.test")
        assert realm.home().slug == CITY
        act = db.session.scalars(select(Act).where(Act.id == act_id)).one()
        assert act.done_at is not None
    with town.at(EAST):
        assert db.session.scalars(select(Entry).where(Entry.event == "tenant.test")).one().facts["act"] == str(act_id)


def test_an_act_that_was_refused_is_noted_as_undone(town: Any) -> None:
    with town.at(CITY):
        with pytest.raises(ZeroDivisionError), provisioning.act_in(registry.realm(EAST), "test") as act_id:
            record("tenant.test")
            raise ZeroDivisionError
        act = db.session.scalars(select(Act).where(Act.id == act_id)).one()
        assert act.done_at is not None
        assert act.undone
    with town.at(EAST):
        assert db.session.scalars(select(Entry).where(Entry.event == "tenant.test")).first() is None


@pytest.mark.parametrize("done", [True, False])
def test_an_act_that_broke_off_is_looked_up_and_told(town: Any, root: Engine, done: bool) -> None:
    """A process killed between the two transactions leaves an act that was never marked."""
    with town.at(CITY), suppress(ZeroDivisionError), provisioning.act_in(registry.realm(EAST), "test") as act_id:
        record("tenant.test")
        if not done:
            raise ZeroDivisionError

    def swept(ago: str) -> tuple[Any, list[Any], int]:
        with root.begin() as connection:
            connection.execute(text("update act set begun_at = now() - cast(:ago as interval)"), {"ago": ago})
        with town.at(CITY):
            settle_acts.run()
            db.session.commit()
            act = db.session.scalars(select(Act).where(Act.id == act_id)).one()
            entries = db.session.scalars(select(Entry.facts).where(Entry.event == "act.settled")).all()
            told = db.session.scalar(select(func.count(Notice.id)).where(Notice.event == "act.settled"))
            return act, list(entries), int(told or 0)

    with root.begin() as connection:
        connection.execute(text("update act set done_at = null, undone = false"))
    act, entries, told = swept("5 minutes")  # perhaps still under way
    assert (act.done_at, entries, told) == (None, [], 0)
    act, entries, told = swept("20 minutes")
    assert act.done_at is not None
    assert act.undone is not done
    assert entries == [{"place": EAST, "done": done, "act": str(act_id)}]
    assert told
    assert swept("20 minutes")[1:] == (entries, told)


@pytest.mark.parametrize("bytes_read", [1, None])
def test_an_organisation_is_stayed_in_until_the_last_byte(town: Any, bytes_read: int | None) -> None:
    """An answer that is still being made asks the database as the organisation it is made for; then nobody does."""

    def answering(_environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        for name in (EAST, EAST):
            mine = db.session.scalars(select(Person.tenant_id).distinct()).all()
            assert mine == [realm.home().id]
            assert realm.home().slug == name
            yield name.encode()

    answer = Mount(answering, registry)({"PATH_INFO": f"/{EAST}/cases"}, lambda *_said: None)
    assert list(islice(answer, bytes_read)) == [EAST.encode()] * (bytes_read or 2)
    assert realm.home().slug == EAST
    answer.close()  # type: ignore[attr-defined]  # as a server does, whether it has sent all of it or the reader has gone
    assert realm.absent()


def test_what_is_done_apart_survives_a_refusal(town: Any) -> None:
    with town.at(EAST):
        db.session.add(Counter(kind="lost", year=2026, last=1))
        with unit.apart():
            db.session.add(Counter(kind="kept", year=2026, last=1))
        db.session.rollback()
        assert set(db.session.scalars(select(Counter.kind).where(Counter.kind.in_(("lost", "kept"))))) == {"kept"}


ran: list[tuple[str, str]] = []


@job(name="test.noted")
def noted(word: str) -> None:
    ran.append((realm.home().slug, word))


def test_jobs_run_in_the_realm_that_queued_them_and_never_mix(town: Any) -> None:
    ran.clear()
    for word in ("a", "b"):
        for slug in (EAST, WEST):
            with town.at(slug):
                unit.afterwards(noted, word=word)
                db.session.commit()
    drain()
    assert ran == [(EAST, "a"), (WEST, "a"), (EAST, "b"), (WEST, "b")]


def test_a_job_of_a_rolled_back_transaction_never_was(town: Any) -> None:
    ran.clear()
    with town.at(EAST):
        unit.afterwards(noted, word="never")
        db.session.rollback()
    drain()
    assert ran == []


def test_a_job_carries_keys_and_no_content(town: Any) -> None:
    with town.at(EAST), pytest.raises(ValueError, match="carries keys"):
        unit.afterwards(noted, word="张三 13800000000 要求退款")


def test_a_job_without_a_realm_is_refused(app: Any) -> None:
    with pytest.raises(realm.NoRealm):
        unit.afterwards(noted, word="a")


def test_a_job_that_ran_is_not_run_again(town: Any, root: Engine) -> None:
    """A worker killed between the commit and its report: the job comes back, the receipt keeps it single."""
    ran.clear()
    with town.at(EAST):
        unit.afterwards(noted, word="once")
        db.session.commit()
    drain()
    with root.begin() as connection:
        connection.execute(text("update jobs.procrastinate_jobs set status = 'todo'"))
    drain()
    assert ran == [(EAST, "once")]


def test_time_can_stand_still(app: Any) -> None:
    moment = clock.at(date(2026, 2, 17), 9, 30)
    with clock.freeze(moment):
        assert clock.now() == moment
        assert clock.today().isoformat() == "2026-02-17"
