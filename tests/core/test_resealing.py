"""Rotation of keys on real rows: resumable, both keys open meanwhile, none of the old one is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from app.cases.models import Party
from app.core import privacy
from app.core.privacy import sealing
from app.core.privacy.sealing import Keyring, Unopened
from app.handoffs.models import HandoffPersonal
from tenants.bases import uuid7
from tests.town import EAST, Town

OLD, NEW = b"\x11" * 32, b"\x22" * 32
EAST_ID, WEST_ID = 2, 3


@pytest.fixture(autouse=True)
def keys() -> Iterator[None]:
    before = sealing._keyring
    privacy.configure(Keyring({"k1": OLD}))
    yield
    sealing._keyring = before


@pytest.fixture
def parties(town: Town, root: Engine) -> None:
    """Three consumers of East, one of West and a packet between them, sealed under the old key."""
    rows: list[Any] = [
        Party(tenant_id=tenant, case_id=uuid7(), name="林晓梅", phone=phone, address="江州市临河县人民路3号")
        for tenant, phone in ((2, "13812346027"), (2, "13812346028"), (2, None), (3, "13812346027"))
    ]
    packet = HandoffPersonal(
        sender_id=EAST_ID, receiver_id=WEST_ID, author_id=EAST_ID, handoff_id=uuid7(), masked={}, phone="13812346027"
    )
    with Session(root) as session, session.begin():
        session.execute(text("set local session_replication_role = replica"))
        session.add_all([*rows, packet])


def old_ones(root: Engine) -> int:
    with Session(root) as session:
        return sum(
            session.scalar(select(func.count()).where(column.like("k1:%"))) or 0
            for column in (
                Party.name_sealed, Party.phone_sealed, Party.phone_index, Party.address_sealed,
                HandoffPersonal.phone_sealed,
            )
        )  # fmt: skip


def test_no_dump_shows_what_is_sealed(parties: None, root: Engine) -> None:
    with root.connect() as connection:
        everything = str(connection.execute(text("select p::text from case_party p")).all())
        everything += str(connection.execute(text("select p::text from handoff_personal p")).all())
    for canary in ("13812346027", "林晓梅", "人民路"):
        assert canary not in everything


def test_a_rotation_cut_off_goes_on_and_ends_with_no_old_key(
    parties: None, root: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    privacy.configure(Keyring({"k2": NEW, "k1": OLD}))
    write, written = sealing.sealed.reseal, []

    def cut_off(field: Any, row: Any) -> None:
        written.append(row)
        if len(written) > 10:
            raise KeyboardInterrupt
        write(field, row)

    with Session(root) as session:
        monkeypatch.setattr(sealing.sealed, "reseal", cut_off)
        with pytest.raises(KeyboardInterrupt):
            privacy.reseal(session, Party, batch=1)
        monkeypatch.undo()
        session.rollback()
        left = old_ones(root)
        assert 0 < left < 12
        for party in session.scalars(select(Party)):
            assert party.reveal("name") == "林晓梅"
        session.rollback()
        done, failed = privacy.reseal(session, Party, batch=1)
        assert (done, failed) == (2, 0)
        assert privacy.reseal(session, HandoffPersonal) == (1, 0)
        assert old_ones(root) == 0
        assert privacy.reseal(session, Party) == (0, 0)


def test_the_command_reseals_every_table_and_the_phone_is_still_found(parties: None, town: Town, root: Engine) -> None:
    privacy.configure(Keyring({"k2": NEW, "k1": OLD}))
    result = town.app.test_cli_runner().invoke(args=["privacy", "reseal"])
    assert result.exit_code == 0, result.output
    assert "case_party: 4 resealed" in result.output
    assert "handoff_personal: 1 resealed" in result.output
    assert old_ones(root) == 0
    privacy.configure(Keyring({"k2": NEW}))
    with town.at(EAST):
        from tenants.database import db

        (party,) = db.session.scalars(select(Party).where(Party.phone.matches("138 1234 6027")))
        assert party.tenant_id == EAST_ID
        assert party.reveal("phone") == "13812346027"


def test_what_cannot_be_opened_is_counted_and_left(parties: None, town: Town, root: Engine) -> None:
    with root.begin() as connection:
        connection.execute(text("update case_party set name_sealed = 'k1:AAAA' where tenant_id = 3"))
    privacy.configure(Keyring({"k2": NEW, "k1": OLD}))
    result = town.app.test_cli_runner().invoke(args=["privacy", "reseal"])
    assert result.exit_code == 1
    assert "case_party: 3 resealed, 1 could not be opened" in result.output
    with Session(root) as session:
        west = session.scalars(select(Party).where(Party.tenant_id == WEST_ID)).one()
        assert west.name_sealed == "k1:AAAA"
        with pytest.raises(Unopened):
            west.reveal("name")
