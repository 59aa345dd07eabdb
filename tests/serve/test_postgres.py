"""The embedded PostgreSQL: it starts, stops, recovers, and says why when it cannot."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from app.serve import postgres
from app.serve.refusal import Refusal


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder, which only its owner may enter: PostgreSQL runs as another user under root."""
    home = Path(tempfile.mkdtemp(prefix="hengping-serve-"))
    yield home / "pg"
    postgres.stop(home / "pg")
    shutil.rmtree(home)


def _kill(folder: Path) -> None:
    psutil.Process(int((folder / "postmaster.pid").read_text().split()[0])).kill()


def test_data_survive_a_stop_and_a_kill(folder: Path) -> None:
    with postgres.running(folder) as address, psycopg.connect(address) as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('衡平')")
        connection.commit()
    assert not (folder / "postmaster.pid").exists()

    with postgres.running(folder):
        _kill(folder)
    with postgres.running(folder):
        _kill(folder)
    # The number of a process that is gone may belong to anybody by now: here, to this test.
    mark = folder / "postmaster.pid"
    mark.write_text(mark.read_text().replace(mark.read_text().split()[0], str(psutil.Process().pid), 1))

    with postgres.running(folder) as address, psycopg.connect(address) as connection:
        assert connection.execute("select word from kept").fetchall() == [("衡平",)]


def test_settings_hold_from_the_first_start(folder: Path) -> None:
    with postgres.running(folder, max_connections="17") as address, psycopg.connect(address) as connection:
        assert connection.execute("show max_connections").fetchone() == ("17",)


def test_a_broken_data_folder_is_one_sentence(folder: Path) -> None:
    with postgres.running(folder):
        pass
    (folder / "global" / "pg_control").write_bytes(b"")
    with (
        pytest.raises(Refusal, match=r"does not start over .*make demo-reset starts over") as refusal,
        postgres.running(folder),
    ):
        pass
    assert "make demo-reset" in refusal.value.chinese


@pytest.mark.parametrize("part", ["PG_VERSION", "global", "base"])
def test_data_of_which_a_part_is_gone_are_one_sentence(folder: Path, part: str) -> None:
    with postgres.running(folder):
        pass
    gone = folder / part
    if gone.is_dir():
        shutil.rmtree(gone)
    else:
        gone.unlink()
    with pytest.raises(Refusal, match=rf"are not whole: {part}.* is missing") as refusal, postgres.running(folder):
        pass
    assert "make demo-reset" in refusal.value.chinese
    assert "Command" not in str(refusal.value)


def test_a_folder_of_somebody_elses_things_is_one_sentence(folder: Path) -> None:
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    said = r"holds no database, but something else \(letter\.txt\)"
    with pytest.raises(Refusal, match=said) as refusal, postgres.running(folder):
        pass
    assert "letter.txt" in refusal.value.chinese
    assert (folder / "letter.txt").read_text() == "mine"


def test_how_a_program_was_called_is_not_told() -> None:
    silent = subprocess.CalledProcessError(1, ("/somewhere/initdb", "--auth=trust"))
    assert postgres._in_words(silent) == "initdb: 1"
    said = subprocess.CalledProcessError(1, ("/somewhere/initdb",), stderr=b"one\ninitdb: error: it is full.\n")
    assert postgres._in_words(said) == "initdb: error: it is full"


def test_data_of_another_version_are_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "PG_VERSION").write_text("12\n")
    with pytest.raises(Refusal, match="expecting version"), postgres.running(folder):
        pass


@pytest.mark.parametrize("said", [b"", b"eighteen\n", b"\xff\xfe\x00"])
def test_data_that_do_not_tell_their_version_are_one_sentence_of_ours(folder: Path, said: bytes) -> None:
    folder.mkdir()
    (folder / "PG_VERSION").write_bytes(said)
    with (
        pytest.raises(Refusal, match=r"PG_VERSION is broken: .* make demo-reset starts over\.$") as refusal,
        postgres.running(folder),
    ):
        pass
    assert "PG_VERSION 已损坏" in refusal.value.chinese
