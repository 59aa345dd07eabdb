"""What must be true before anything is started."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.serve.refusal import Refusal

HOST = "127.0.0.1"


def free_port(wanted: str) -> int:
    """The port as a number; raises Refusal unless a server may listen on it now."""
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise Refusal(f"PORT={wanted} 不是端口号（1–65535）。", f"PORT={wanted} is not a port (1–65535).")
    port = int(wanted)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that is only cooling down is free
        try:
            probe.bind((HOST, port))
        except OSError as fault:
            if fault.errno == errno.EACCES:
                raise Refusal(
                    f"当前用户不能使用端口 {port}，请改用 1024 以上的端口，例如 PORT=8010 make demo。",
                    f"This user may not listen on port {port}: choose one above 1024, as in PORT=8010 make demo.",
                ) from None
            raise Refusal(
                f"端口 {port} 已被占用，请换一个，例如 PORT={port % 65535 + 1} make demo。",
                f"Port {port} is in use: choose another, as in PORT={port % 65535 + 1} make demo.",
            ) from None
    return port


def own_folder(folder: Path) -> Path:
    """The folder, made if need be; raises Refusal unless we may write in it."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as fault:
        raise Refusal(
            f"无法写入数据文件夹 {folder}（{fault.strerror}），请检查权限和磁盘空间。",
            f"Cannot write in the data folder {folder} ({fault.strerror}): check its owner and the disk.",
        ) from None
    return folder


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process; raises Refusal when another one holds it."""
    with (folder / "serve.pid").open("a+") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            mark.seek(0)
            holder = mark.read().strip()
            raise Refusal(
                f"演示已在运行（进程 {holder}），请先在那个终端按 Ctrl-C。",
                f"The demo is running already (process {holder}): press Ctrl-C in its terminal first.",
            ) from None
        mark.truncate(0)
        mark.write(str(os.getpid()))
        mark.flush()
        yield


def holder(folder: Path) -> int | None:
    """The process that holds the data folder now, if one does."""
    with suppress(OSError, ValueError), (folder / "serve.pid").open("r+") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return int(mark.read())
    return None
