"""Where the bytes lie: under the organisation that keeps them, by a random name, written whole or not at all.

    <root>/<tenant>/<aa>/<uuid>                       an organisation's own
    <root>/handoffs/<sender>/<handoff>/<aa>/<uuid>    what either side put into a packet

Whose folder it is comes from the realm, never from a caller. Nothing is shared by content: two organisations that
keep the same picture keep it twice.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from uuid import UUID, uuid4

from flask_babel import gettext as _

from app.files.refusal import Refused, Unreadable
from tenants import realm

_CHUNK = 2**20
_UNFINISHED = ".part"
GRACE = 3600.0  # seconds; a file this young may belong to a transaction that is still open


class Packet(Protocol):
    """A handoff, as far as the store needs to know it."""

    @property
    def id(self) -> UUID: ...
    @property
    def sender_id(self) -> int: ...
    @property
    def receiver_id(self) -> int: ...


@dataclass(frozen=True)
class Kept:
    """What was written, for the row that remembers it."""

    stored_as: UUID
    size: int
    sha256: str


class Store:
    """The files of the installation. `least_free` bytes are left on the disk for the database and the logs.

    `durable`: what was kept survives a power cut. Only what can be made again goes without.
    """

    def __init__(self, root: Path | None = None, *, least_free: int = 256 * 2**20, durable: bool = True) -> None:
        self.least_free, self.durable = least_free, durable
        self._root: Path | None = None
        if root is not None:
            self.configure(root)

    def configure(self, root: Path) -> None:
        """Name the folder, once, when the application is made; it is made if missing."""
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root.resolve()

    @property
    def root(self) -> Path:
        if self._root is None:
            raise RuntimeError("no folder for files: store.configure() comes first")
        return self._root

    def keep(self, content: IO[bytes], *, packet: Packet | None = None) -> Kept:
        """Write into the realm's own folder, or into a packet of its. Raises Refused when there is no room."""
        area = self._packet_area(packet) if packet is not None else self._own_area()
        name = uuid4()
        path = self._path(area, name)
        unfinished = path.with_name(f"{path.name}{_UNFINISHED}")
        try:
            self._make_folder(path.parent)
            if shutil.disk_usage(path.parent).free < self.least_free:
                raise OSError(errno.ENOSPC, "too little room is left")
            kept = self._write(content, unfinished, name)
            unfinished.replace(path)
            if self.durable:
                _settle(path.parent)
        except OSError as fault:
            unfinished.unlink(missing_ok=True)
            raise Refused(
                _("The file could not be stored just now. Send the text without it and add the file later.")
            ) from fault
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        return kept

    def _write(self, content: IO[bytes], path: Path, name: UUID) -> Kept:
        content.seek(0)
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            if self.durable:
                out.flush()
                os.fsync(out.fileno())
        return Kept(name, size, digest.hexdigest())

    def open(self, file: Any) -> IO[bytes]:
        """The bytes of a StoredFile row, compared with the hash it was stored under. Raises Unreadable."""
        path = self._path(self._area_of(file), file.stored_as)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as fault:
            raise Unreadable(_("The file “%(name)s” is no longer in its place.", name=file.name)) from fault
        stream: IO[bytes] = os.fdopen(descriptor, "rb")
        try:
            digest = hashlib.file_digest(stream, "sha256")  # type: ignore[arg-type]  # IO[bytes] of fdopen is a file
            if digest.hexdigest() != file.sha256:
                raise Unreadable(_("The file “%(name)s” is damaged: it is not what was stored.", name=file.name))
            stream.seek(0)
        except BaseException:
            stream.close()
            raise
        return stream

    def copy(self, file: Any, *, packet: Packet | None = None) -> Kept:
        """The bytes once more: into a packet that is sent, or out of it into the receiver's own folder."""
        with self.open(file) as content:
            return self.keep(content, packet=packet)

    def remove(self, file: Any) -> None:
        """Take the bytes of a row that is being removed; bytes already gone are no error."""
        if realm.current().writes is None:
            raise PermissionError("this realm has no pen")
        self._path(self._area_of(file), file.stored_as).unlink(missing_ok=True)

    def sweep(self, known: set[UUID], *, sent: bool = False, older_than: float = GRACE) -> Swept:
        """Compare the realm's own files, or the packets it `sent`, with the rows that are `known`.

        Files without a row, and files that were never finished, are removed once they are old; rows without a file
        are returned, to be told to somebody.
        """
        area = self.root / "handoffs" / str(self._pen()) if sent else self._own_area()
        found, removed = set(), 0
        for path in self._walk(area):
            whole = not path.name.endswith(_UNFINISHED)
            if whole and (name := _uuid(path.name)) in known:
                found.add(name)
            elif time.time() - path.lstat().st_mtime > older_than:
                path.unlink(missing_ok=True)
                removed += 1
        return Swept(removed, known - found)

    def _walk(self, area: Path) -> Iterator[Path]:
        for folder, _folders, files in os.walk(self._inside(area)):
            for name in files:
                yield Path(folder, name)

    def _pen(self) -> int:
        writes = realm.current().writes
        if writes is None:
            raise PermissionError("this realm has no pen")
        return writes

    def _own_area(self) -> Path:
        return self.root / str(self._pen())

    def _packet_area(self, packet: Packet) -> Path:
        if self._pen() not in (packet.sender_id, packet.receiver_id):
            raise PermissionError("this packet is between others")
        return self._packet_folder(packet.sender_id, packet.id)

    def _packet_folder(self, sender_id: int, handoff_id: UUID) -> Path:
        return self.root / "handoffs" / str(int(sender_id)) / str(UUID(str(handoff_id)))

    def _area_of(self, file: Any) -> Path:
        """A row that the realm can see says where its bytes lie; the realm must also open that place."""
        opens = realm.current().opens
        if hasattr(file, "handoff_id"):
            if opens not in (file.sender_id, file.receiver_id):
                raise PermissionError("this packet is between others")
            return self._packet_folder(file.sender_id, file.handoff_id)
        if opens is None or file.tenant_id != opens:
            raise PermissionError("this file is another organisation's")
        return self.root / str(int(file.tenant_id))

    def _path(self, area: Path, name: UUID) -> Path:
        text = str(UUID(str(name)))
        return self._inside(area / text[:2]) / text

    def _inside(self, folder: Path) -> Path:
        """`folder`, unless a link somewhere on the way leads elsewhere."""
        if folder.resolve() != folder:
            raise Unreadable(_("The folder of this file is not where it should be."))
        return folder

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._inside(folder)


@dataclass(frozen=True)
class Swept:
    removed: int
    missing: set[UUID]


def _settle(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


store = Store()
