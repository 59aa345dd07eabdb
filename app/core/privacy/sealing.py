"""Fields that a dump of the database does not give away.

A sealed value reads `k1:base64`: the id of the key, then nonce and ciphertext. It opens only in the cell it was
sealed for: tenant, table, column and row are authenticated with it, so that a value copied elsewhere stays shut.
Equal values are found again by a blind index, keyed per tenant: the same phone in two counties does not match.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Self, overload
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import ColumnElement, false, inspect, or_, select, tuple_
from sqlalchemy.orm import Session

from app.core.privacy.masks import digits_of
from tenants import realm
from tenants.database import Base

_NONCE, _TAG = 12, 16


class Unopened(ValueError):
    """A sealed value that is damaged, was moved to another cell, or whose key is not on the ring."""


class Keyring:
    """Keys by id: `current` seals, all of them open.

    A key whose id begins with `sm4` seals with SM4-GCM, any other with AES-256-GCM.
    """

    def __init__(self, keys: Mapping[str, bytes], current: str | None = None) -> None:
        """`current` is the first of `keys` unless named. Raises ValueError on a key that is not 32 bytes."""
        if not keys or any(len(key) != 32 for key in keys.values()):
            raise ValueError("a keyring wants keys of 32 bytes")
        if any(not key_id or ":" in key_id for key_id in keys):
            raise ValueError("the id of a key has no colon")
        self._keys = dict(keys)
        self.current = current if current is not None else next(iter(self._keys))
        if self.current not in self._keys:
            raise ValueError(f"the key {self.current!r} is not on the ring")
        # Derived keys: one secret never serves two purposes or two tenants.
        self._derived = lru_cache(maxsize=4096)(self._derive)

    def __repr__(self) -> str:
        return f"<Keyring {self.current} of {len(self._keys)}>"

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.current, *(key_id for key_id in self._keys if key_id != self.current))

    def _derive(self, key_id: str, purpose: str, tenant: int) -> bytes:
        length = 16 if purpose == "seal" and key_id.startswith("sm4") else 32
        info = f"{purpose}|{tenant}".encode()
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(self._keys[key_id])

    def _cipher(self, key_id: str, tenant: int, nonce: bytes, tag: bytes | None = None) -> Cipher[modes.GCM]:
        key = self._derived(key_id, "seal", tenant)
        algorithm = algorithms.SM4(key) if key_id.startswith("sm4") else algorithms.AES(key)
        return Cipher(algorithm, modes.GCM(nonce, tag))

    def seal(self, value: str, *, tenant: int, place: bytes) -> str:
        nonce = os.urandom(_NONCE)
        encryptor = self._cipher(self.current, tenant, nonce).encryptor()
        encryptor.authenticate_additional_data(place)
        text = encryptor.update(value.encode()) + encryptor.finalize()
        return f"{self.current}:{base64.b64encode(nonce + text + encryptor.tag).decode()}"

    def open(self, sealed_value: str, *, tenant: int, place: bytes) -> str:
        key_id, _, packed = sealed_value.partition(":")
        if key_id not in self._keys:
            raise Unopened(f"the key {key_id!r} is not on the ring")
        try:
            raw = base64.b64decode(packed, validate=True)
            nonce, text, tag = raw[:_NONCE], raw[_NONCE:-_TAG], raw[-_TAG:]
            decryptor = self._cipher(key_id, tenant, nonce, tag).decryptor()
            decryptor.authenticate_additional_data(place)
            return (decryptor.update(text) + decryptor.finalize()).decode()
        except (InvalidTag, binascii.Error, ValueError) as fault:
            raise Unopened("a sealed value is damaged or was moved from the cell it was sealed for") from fault

    def index(self, folded: str, kind: str, tenant: int, key_id: str) -> str:
        message = f"{kind}|{folded}".encode()
        return f"{key_id}:{hmac.new(self._derived(key_id, 'index', tenant), message, hashlib.sha256).hexdigest()}"


_keyring: Keyring | None = None


def configure(keyring: Keyring) -> None:
    """Hand over the keys, once, when the application is made."""
    global _keyring
    _keyring = keyring


def keyring() -> Keyring:
    """The keys of this process. Raises RuntimeError before configure()."""
    if _keyring is None:
        raise RuntimeError("no keyring: privacy.configure() comes first")
    return _keyring


def _cell(tenant: int, table: str, column: str, row: UUID | str) -> bytes:
    return f"{tenant}|{table}|{column}|{row}".encode()


def seal(value: str, *, tenant: int, table: str, column: str, row: UUID | str) -> str:
    """`k1:base64` for one cell of one row."""
    return keyring().seal(value, tenant=tenant, place=_cell(tenant, table, column, row))


def open_sealed(sealed_value: str, *, tenant: int, table: str, column: str, row: UUID | str) -> str:
    """What was sealed for this very cell. Raises Unopened."""
    return keyring().open(sealed_value, tenant=tenant, place=_cell(tenant, table, column, row))


def fold(value: str, kind: str) -> str:
    """The form in which two spellings of one value are equal: a phone's digits, the rest without spaces or case."""
    if kind == "phone":
        return digits_of(value)
    return "".join(unicodedata.normalize("NFKC", value).split()).replace("-", "").upper()


def blind_index(value: str, kind: str, *, tenant: int | None = None) -> str | None:
    """The index to store for a value of `tenant`, by default the realm's own; None when folding leaves nothing."""
    folded = fold(value, kind)
    if tenant is None:
        tenant = realm.current().writes
    if tenant is None:
        raise PermissionError("this realm has no pen, so it stores no index")
    return keyring().index(folded, kind, tenant, keyring().current) if folded else None


def blind_indexes(value: str, kind: str) -> list[str]:
    """The indexes under which the realm's own rows may hold a value: one per key, so that rotation loses no match."""
    folded, tenant = fold(value, kind), realm.current().opens
    if not folded or tenant is None:
        return []
    return [keyring().index(folded, kind, tenant, key_id) for key_id in keyring().ids]


class Veil:
    """What `party.phone` gives: the mask, whatever it is printed, logged or rendered into."""

    __slots__ = ("_masked",)

    def __init__(self, masked: str) -> None:
        self._masked = masked

    def __str__(self) -> str:
        return self._masked

    __repr__ = __str__

    def __bool__(self) -> bool:
        return bool(self._masked)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Veil | str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._masked)


class sealed:
    """A sealed attribute beside its columns.

    `phone = sealed("phone_sealed", index="phone_index", kind="phone", mask=mask_phone)`. Assigning seals at once;
    reading gives the masked Veil; `row.reveal("phone")` gives the value; `Party.phone.matches("138…")` is the
    condition that finds it. Assigning the unchanged mask, as a form does that shows it, changes nothing.
    """

    def __init__(
        self,
        column: str,
        *,
        mask: Callable[[str | None], str],
        index: str | None = None,
        kind: str = "",
    ) -> None:
        self.column, self.mask, self.index = column, mask, index
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.owner = name, owner
        self.kind = self.kind or name

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: Any, owner: type) -> Veil: ...
    def __get__(self, row: Any, owner: type) -> Self | Veil:
        return self if row is None else Veil(self.mask(self.reveal(row)))

    def __set__(self, row: Any, value: str | Veil | None) -> None:
        if value and value == self.__get__(row, type(row)):
            return
        if isinstance(value, Veil):
            raise TypeError(f"{self.name} was given a mask, not a value; reveal() it first")
        self._write(row, value.strip() if value else None)

    def _write(self, row: Any, value: str | None) -> None:
        cell = self._cell(row)
        setattr(row, self.column, seal(value, **cell) if value else None)
        if self.index is not None:
            setattr(row, self.index, blind_index(value, self.kind, tenant=cell["tenant"]) if value else None)

    def reveal(self, row: Any) -> str | None:
        stored = getattr(row, self.column)
        return open_sealed(stored, **self._cell(row)) if stored else None

    def reseal(self, row: Any) -> None:
        """Seal under the current key what an older one sealed."""
        self._write(row, self.reveal(row))

    def _cell(self, row: Any) -> dict[str, Any]:
        # What lies between two organisations is sealed for its sender.
        tenant = row.tenant_id if hasattr(row, "tenant_id") else row.sender_id
        return {"tenant": tenant, "table": row.__tablename__, "column": self.column, "row": row.id}

    def matches(self, value: str, model: type[Any] | None = None) -> ColumnElement[bool]:
        """The SQL condition "this field is `value`", by blind index."""
        if self.index is None:
            raise TypeError(f"{self.name} has no blind index")
        indexes = blind_indexes(value, self.kind)
        return getattr(model or self.owner, self.index).in_(indexes) if indexes else false()


class Sealing:
    """Mixin of a model that has sealed fields."""

    @classmethod
    def sealed_fields(cls) -> dict[str, sealed]:
        return {
            name: field
            for kin in reversed(cls.__mro__)
            for name, field in vars(kin).items()
            if isinstance(field, sealed)
        }

    def reveal(self, name: str) -> str | None:
        """The whole value. Whoever calls this records who asked and why."""
        return self.sealed_fields()[name].reveal(self)


def models() -> list[Any]:
    """Every table with sealed fields that a domain has declared."""
    return [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Sealing)]


def reseal(session: Session, model: type[Any], batch: int = 500) -> tuple[int, int]:
    """Seal under the current key what older ones sealed; returns how many rows were, and how many could not be opened.

    Commits after every batch and asks only for what is left, so a rotation that was cut off goes on where it stopped.
    """
    fields = model.sealed_fields().values()
    key = inspect(model).primary_key
    # not_like is neither true nor false of an empty cell, so an empty cell is never old.
    old = or_(*(getattr(model, field.column).not_like(f"{keyring().current}:%") for field in fields))
    done = failed = 0
    last: tuple[Any, ...] | None = None
    while True:
        query = select(model).where(old).order_by(*key).limit(batch).with_for_update()
        rows = session.scalars(query if last is None else query.where(tuple_(*key) > tuple_(*last))).all()
        if not rows:
            return done, failed
        for row in rows:
            try:
                for field in fields:
                    field.reseal(row)
                done += 1
            except Unopened:
                failed += 1
        last = tuple(inspect(rows[-1]).identity)
        session.commit()
        session.expunge_all()
