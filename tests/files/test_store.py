from __future__ import annotations

import errno
import io
import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from app.files.refusal import Refused, Unreadable
from app.files.store import Store
from tenants import realm
from tenants.realm import NoRealm, Realm

EAST = Realm(frozenset({2}), 2, 2)
WEST = Realm(frozenset({3}), 3, 3)
SOUTH = Realm(frozenset({4}), 4, 4)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files", least_free=0)


@pytest.fixture
def in_east() -> Iterator[None]:
    with realm.enter(EAST):
        yield


def put(store: Store, body: bytes = b"evidence", **facts: Any) -> SimpleNamespace:
    """Keep some bytes and give the row that would remember them."""
    kept = store.keep(io.BytesIO(body))
    return SimpleNamespace(name="小票.jpg", tenant_id=realm.current().writes, **vars(kept), **facts)


def everything_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir()]


def test_a_file_lies_under_its_organisation_by_a_random_name(store: Store, in_east: None) -> None:
    row = put(store)
    name = str(row.stored_as)
    path = store.root / "2" / name[:2] / name
    assert path.read_bytes() == b"evidence"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert row.size == 8
    with store.open(row) as content:
        assert content.read() == b"evidence"


def test_without_a_realm_nothing_is_kept_or_opened(store: Store) -> None:
    with realm.enter(EAST):
        row = put(store)
    with pytest.raises(NoRealm):
        store.keep(io.BytesIO(b"x"))
    with pytest.raises(NoRealm):
        store.open(row)
    with pytest.raises(NoRealm):
        store.sweep(set())


def test_another_county_cannot_open_a_row_that_reached_it(store: Store) -> None:
    with realm.enter(EAST):
        row = put(store)
    with realm.enter(WEST), pytest.raises(PermissionError):
        store.open(row)


def test_equal_files_of_two_counties_are_two_files(store: Store) -> None:
    with realm.enter(EAST):
        east = put(store)
    with realm.enter(WEST):
        west = put(store)
    assert east.sha256 == west.sha256
    assert east.stored_as != west.stored_as
    assert len(everything_under(store.root)) == 2


def test_a_reader_under_a_grant_opens_but_does_not_keep_or_remove(store: Store) -> None:
    with realm.enter(EAST):
        row = put(store)
    with realm.enter(Realm(frozenset({1, 2, 3}), None, 2)):
        with store.open(row) as content:
            assert content.read() == b"evidence"
        with pytest.raises(PermissionError):
            store.keep(io.BytesIO(b"x"))
        with pytest.raises(PermissionError):
            store.remove(row)


def test_a_packet_is_copied_on_sending_and_again_on_acceptance(store: Store) -> None:
    packet = SimpleNamespace(id=uuid4(), sender_id=2, receiver_id=3)
    with realm.enter(EAST):
        row = put(store)
        sent = SimpleNamespace(
            name=row.name, handoff_id=packet.id, sender_id=2, receiver_id=3, **vars(store.copy(row, packet=packet))
        )
        store.remove(row)
    with realm.enter(WEST):
        kept = store.copy(sent)
        own = SimpleNamespace(name=row.name, tenant_id=3, **vars(kept))
        with store.open(own) as content:
            assert content.read() == b"evidence"
        reply = store.keep(io.BytesIO(b"reply"), packet=packet)
    assert len({row.stored_as, sent.stored_as, kept.stored_as, reply.stored_as}) == 4
    with realm.enter(SOUTH):
        with pytest.raises(PermissionError):
            store.open(sent)
        with pytest.raises(PermissionError):
            store.keep(io.BytesIO(b"x"), packet=packet)


def test_a_missing_file_says_so(store: Store, in_east: None) -> None:
    row = put(store)
    store.remove(row)
    store.remove(row)
    with pytest.raises(Unreadable, match=r"小票\.jpg.*no longer"):
        store.open(row)


def test_a_flipped_bit_is_noticed(store: Store, in_east: None) -> None:
    row = put(store)
    (path,) = everything_under(store.root)
    path.write_bytes(b"evidencf")
    with pytest.raises(Unreadable, match="damaged"):
        store.open(row)


def test_links_are_not_followed(store: Store, in_east: None, tmp_path: Path) -> None:
    row = put(store)
    (path,) = everything_under(store.root)
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    with pytest.raises(Unreadable):
        store.open(row)


def test_a_linked_folder_is_not_entered(store: Store, in_east: None, tmp_path: Path) -> None:
    row = put(store)
    moved = tmp_path / "moved"
    (store.root / "2").rename(moved)
    (store.root / "2").symlink_to(moved)
    with pytest.raises(Unreadable):
        store.open(row)
    with pytest.raises(Unreadable):
        store.keep(io.BytesIO(b"x"))
    with pytest.raises(Unreadable):
        store.sweep(set())


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "", "x"])
def test_a_row_cannot_name_a_path(store: Store, in_east: None, name: str) -> None:
    row = put(store)
    row.stored_as = name
    with pytest.raises(ValueError, match="UUID"):
        store.open(row)


def test_a_full_disk_leaves_nothing_and_says_so(store: Store, in_east: None) -> None:
    store.least_free = shutil.disk_usage(store.root).free * 2
    with pytest.raises(Refused, match="could not be stored"):
        store.keep(io.BytesIO(b"x"))
    assert everything_under(store.root) == []


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "gone"), KeyboardInterrupt()])
def test_a_write_cut_off_half_way_leaves_nothing(store: Store, in_east: None, fault: BaseException) -> None:
    class CutOff(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            self.reads += 1
            if self.reads > 1:
                raise fault
            return b"half"

    with pytest.raises((Refused, KeyboardInterrupt)):
        store.keep(CutOff())
    assert everything_under(store.root) == []


def test_the_sweep_removes_what_no_row_knows_and_tells_what_no_file_has(store: Store, in_east: None) -> None:
    kept, orphan, young, lost = put(store), put(store), put(store), put(store)
    store.remove(lost)
    hour_ago = time.time() - 7200
    for path in everything_under(store.root):
        if path.name != str(young.stored_as):
            os.utime(path, (hour_ago, hour_ago))
    half = store.root / "2" / "ab" / "x.part"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half")
    os.utime(half, (hour_ago, hour_ago))
    swept = store.sweep({kept.stored_as, lost.stored_as})
    assert swept.removed == 2
    assert swept.missing == {lost.stored_as}
    assert {path.name for path in everything_under(store.root)} == {str(kept.stored_as), str(young.stored_as)}
    with pytest.raises(Unreadable):
        store.open(orphan)


def test_the_sweep_of_one_county_leaves_another_alone(store: Store) -> None:
    with realm.enter(EAST):
        put(store)
        packet = SimpleNamespace(id=uuid4(), sender_id=2, receiver_id=3)
        store.keep(io.BytesIO(b"sent"), packet=packet)
    with realm.enter(WEST):
        assert store.sweep(set(), older_than=-1).removed == 0
        assert store.sweep(set(), sent=True, older_than=-1).removed == 0
    with realm.enter(EAST):
        assert store.sweep(set(), older_than=-1).removed == 1
        assert store.sweep(set(), sent=True, older_than=-1).removed == 1
