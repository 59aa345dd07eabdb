"""What may differ between two deployments, read once from the environment. No secret, no start."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url

SIX_MONTHS = 184  # days, at their longest


class Unset(RuntimeError):
    """A setting that the portal cannot do without is missing."""


@dataclass(frozen=True)
class Settings:
    """Frozen: nothing in the running portal changes them."""

    database_url: str  # the address that sets up: may create roles
    secret_key: str = field(repr=False)
    field_keys: str = field(repr=False)  # "id:hex,id:hex"; the first one seals, all of them open
    app_url: str = field(default="", repr=False)
    guest_url: str = field(default="", repr=False)
    owner_url: str = field(default="", repr=False)
    worker_url: str = field(default="", repr=False)
    environment: str = "production"  # production | demo | test
    instance: Path = Path("instance")
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    proxies: int = 0  # how many reverse proxies stand before the portal
    base_url: str = "http://127.0.0.1:8000"
    city: str = "江州市"
    grant_days: int = 14  # the longest time that the bureau may call in a county's file for
    sign_in_days: int = 190  # how long it is kept who was signed in from where

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Raises Unset, naming the variable, when one that has no safe default is missing."""

        def need(name: str) -> str:
            if not env.get(name):
                raise Unset(f"{name} is not set. See .env.example for what it means.")
            return env[name]

        return cls(
            database_url=need("DATABASE_URL"),
            secret_key=need("SECRET_KEY"),
            field_keys=need("FIELD_KEYS"),
            app_url=env.get("APP_URL", ""),
            guest_url=env.get("GUEST_URL", ""),
            owner_url=env.get("OWNER_URL", ""),
            worker_url=env.get("WORKER_URL", ""),
            environment=env.get("ENVIRONMENT", "production"),
            instance=Path(env.get("INSTANCE", "instance")).absolute(),
            trusted_hosts=tuple(filter(None, env.get("TRUSTED_HOSTS", "127.0.0.1,localhost").split(","))),
            proxies=int(env.get("PROXIES", "0")),
            base_url=env.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
            city=env.get("CITY", "江州市"),
            grant_days=int(env.get("GRANT_DAYS", "14")),
            sign_in_days=int(env.get("SIGN_IN_DAYS", "190")),
        )

    def __post_init__(self) -> None:
        """Raises ValueError where sign-ins would be forgotten before the six months of 网络安全法 are over."""
        if self.sign_in_days < SIX_MONTHS:
            raise ValueError(
                f"SIGN_IN_DAYS is {self.sign_in_days}: the law asks for six months, so {SIX_MONTHS} or more"
            )

    @property
    def keys(self) -> dict[str, bytes]:
        """Field keys by id, the sealing one first. Raises ValueError on a key that is not 32 bytes of hex."""
        pairs = (pair.partition(":") for pair in self.field_keys.split(",") if pair)
        keys = {key_id.strip(): bytes.fromhex(value) for key_id, _, value in pairs}
        if not keys or any(len(key) != 32 for key in keys.values()):
            raise ValueError("FIELD_KEYS wants id:hex pairs of 32 bytes each, such as k1:00ff…")
        return keys

    def url(self, role: str) -> URL:
        """The address for a role: the one given apart, else derived from DATABASE_URL and the secret."""
        given = {
            "portal_app": self.app_url,
            "portal_guest": self.guest_url,
            "portal_owner": self.owner_url,
            "worker": self.worker_url or self.app_url,
            "setup": self.database_url,
        }[role]
        if given or role == "setup":
            return make_url(given or self.database_url).set(drivername="postgresql+psycopg")
        login = "portal_app" if role == "worker" else role
        return make_url(self.database_url).set(
            drivername="postgresql+psycopg", username=login, password=self.role_password(login)
        )

    def role_password(self, role: str) -> str:
        return hmac.new(self.secret_key.encode(), f"role:{role}".encode(), hashlib.sha256).hexdigest()
