"""What `make demo` says when it cannot start, and what it keeps."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.serve import __main__ as serving
from app.serve import checks, environment
from app.serve.children import Children
from app.serve.refusal import Refusal


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((checks.HOST, 0))
        return int(probe.getsockname()[1])


def test_a_port_in_use_is_said_in_both_languages() -> None:
    with socket.socket() as other:
        other.bind((checks.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refusal, match=f"Port {port} is in use: choose another") as refusal:
            checks.free_port(str(port))
    assert f"端口 {port} 已被占用" in refusal.value.chinese


@pytest.mark.parametrize("wanted", ["", "0", "65536", "http", "-1", "８０００.5"])
def test_what_is_not_a_port_is_refused(wanted: str) -> None:
    with pytest.raises(Refusal, match="is not a port"):
        checks.free_port(wanted)


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "instance").write_text("")
    with pytest.raises(Refusal, match="Cannot write in the data folder"):
        checks.own_folder(tmp_path / "instance")


def test_a_second_demo_on_the_same_data_names_the_first(tmp_path: Path) -> None:
    assert checks.holder(tmp_path) is None
    with checks.only_one(tmp_path):
        assert checks.holder(tmp_path) == os.getpid()
        with pytest.raises(Refusal, match=f"running already \\(process {os.getpid()}\\)"), checks.only_one(tmp_path):
            pass
    assert checks.holder(tmp_path) is None


def test_secrets_are_drawn_once_and_readable_by_nobody_else(tmp_path: Path) -> None:
    first = environment.keep(tmp_path, DATABASE_URL="postgresql:///one")
    second = environment.keep(tmp_path, DATABASE_URL="postgresql:///two")
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["FIELD_KEYS"] == second["FIELD_KEYS"]
    assert second["DATABASE_URL"] == "postgresql:///two"
    assert stat.S_IMODE((tmp_path / "demo.env").stat().st_mode) == 0o600


def test_data_whose_keys_are_gone_are_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIELD_KEYS", raising=False)
    environment.draw(tmp_path)
    drawn = (tmp_path / "demo.env").read_bytes()
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "PG_VERSION").write_text("18\n")
    environment.draw(tmp_path)
    assert (tmp_path / "demo.env").read_bytes() == drawn
    (tmp_path / "demo.env").unlink()
    with pytest.raises(Refusal, match=r"no longer holds the keys .* make demo-reset starts over") as refusal:
        environment.draw(tmp_path)
    assert "make demo-reset" in refusal.value.chinese
    monkeypatch.setenv("FIELD_KEYS", "k1:" + "11" * 32)
    environment.draw(tmp_path)


def test_a_command_beside_the_demo_finds_its_settings(tmp_path: Path) -> None:
    environment.keep(tmp_path, DATABASE_URL="postgresql:///demo", BASE_URL="http://127.0.0.1:8000")
    found = environment.known({"INSTANCE": str(tmp_path), "BASE_URL": "http://127.0.0.1:9000"})
    assert found["DATABASE_URL"] == "postgresql:///demo"
    assert found["BASE_URL"] == "http://127.0.0.1:9000"


def test_an_environment_that_names_a_database_takes_nothing_from_the_demo(tmp_path: Path) -> None:
    environment.keep(tmp_path, DATABASE_URL="postgresql:///demo")
    alone = {"INSTANCE": str(tmp_path), "DATABASE_URL": "postgresql:///city"}
    assert environment.known(alone) == alone


def test_a_process_that_dies_is_named_and_the_others_stop(tmp_path: Path) -> None:
    with (
        pytest.raises(Refusal, match=r"The worker process died \(exit code 2\)"),
        Children(os.environ, tmp_path / "log") as children,
    ):
        children.start("web", "http.server", "--bind", checks.HOST, "0")
        web = children.running["web"]
        children.start("worker", "json.tool", "--no-such-option")
        children.running["worker"].wait(30)
        children.check()
    assert web.returncode == -signal.SIGTERM


def test_reset_deletes_what_the_demo_made_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PORT", str(_free_port()))
    environment.keep(tmp_path)
    (tmp_path / "pg" / "base").mkdir(parents=True)
    (tmp_path / "letter.docx").write_text("mine")
    serving.reset(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.docx"]


def test_a_second_reset_says_that_there_was_nothing_to_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PORT", str(_free_port()))
    (tmp_path / "demo.env").write_text("SECRET_KEY=x")
    (tmp_path / "letters.txt").write_text("mine")
    serving.reset(tmp_path)
    assert "已清除" in capsys.readouterr().out
    serving.reset(tmp_path)
    assert capsys.readouterr().out.startswith("没有演示数据")


def test_nothing_is_deleted_for_a_start_that_would_be_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    environment.keep(tmp_path)
    with socket.socket() as other:
        other.bind((checks.HOST, 0))
        other.listen()
        monkeypatch.setenv("PORT", str(other.getsockname()[1]))
        with pytest.raises(Refusal, match="is in use"):
            serving.reset(tmp_path)
    assert (tmp_path / "demo.env").exists()


def test_reset_leaves_a_database_of_somebody_else_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql:///city")
    with pytest.raises(Refusal, match="not the demo's to delete"):
        serving.reset(tmp_path)


def test_a_child_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import os, sys, time; from pathlib import Path; from app.serve.children import Children\n"
        f"with Children(os.environ, Path({str(tmp_path)!r})) as children:\n"
        "    children.start('web', 'http.server', '--bind', '127.0.0.1', '0')\n"
        "    print(children.running['web'].pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    gone, _ = psutil.wait_procs([child], timeout=10)
    assert gone


def test_a_signal_waits_until_what_is_held_is_done() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    done = []
    try:
        ending = serving.Ending()
        with pytest.raises(serving.Stopped), ending.held():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)
            done.append("initdb")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert done == ["initdb"]
