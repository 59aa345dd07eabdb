"""What may differ between two deployments, read once from the environment. No secret, no start."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

SIX_MONTHS = 184  # days, at their longest
SHORTEST_PASSWORD, LONGEST_DEMANDED = 10, 64  # characters


class Unusable(ValueError):
    """A setting that the portal cannot do without is missing, or says nothing that it can use."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(english)
        self.both = chinese, english


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
    password_length: int = SHORTEST_PASSWORD  # characters that a new password has at least

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Raises Unusable, naming the variable, when one that has no safe default is missing or one is no number."""

        def need(name: str) -> str:
            if not env.get(name):
                raise Unusable(
                    f"没有设置 {name}，含义见 .env.example。",
                    f"{name} is not set. See .env.example for what it means.",
                )
            return env[name]

        def number(name: str, otherwise: int) -> int:
            said = env.get(name) or str(otherwise)
            if not said.isdecimal():
                raise Unusable(
                    f"{name} 不是数字：{said}，含义见 .env.example。",
                    f"{name} is {said}, which is not a number. See .env.example for what it means.",
                )
            return int(said)

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
            proxies=number("PROXIES", 0),
            base_url=env.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
            city=env.get("CITY", "江州市"),
            grant_days=number("GRANT_DAYS", 14),
            sign_in_days=number("SIGN_IN_DAYS", 190),
            password_length=number("PASSWORD_LENGTH", SHORTEST_PASSWORD),
        )

    def __post_init__(self) -> None:
        """Raises Unusable for what is no address, or where sign-ins are kept for less than six months (网络安全法).

        And for a length of passwords that is too short, or that nobody would type.
        """
        for name in ("database_url", "app_url", "guest_url", "owner_url", "worker_url"):
            try:
                scheme = make_url(getattr(self, name) or "postgresql://").drivername
            except (ArgumentError, ValueError):  # the latter for a port that is no number
                scheme = ""
            if not scheme.startswith("postgresql"):
                # The address is not repeated: there may be a password in it.
                raise Unusable(
                    f"{name.upper()} 不是形如 postgresql://user@host:5432/name 的地址。",
                    f"{name.upper()} is not an address such as postgresql://user@host:5432/name.",
                )
        if not SHORTEST_PASSWORD <= self.password_length <= LONGEST_DEMANDED:
            raise Unusable(
                f"PASSWORD_LENGTH 为 {self.password_length}：应在 {SHORTEST_PASSWORD} 至 {LONGEST_DEMANDED} 之间。",
                f"PASSWORD_LENGTH is {self.password_length}: from {SHORTEST_PASSWORD} to {LONGEST_DEMANDED}, please",
            )
        if self.sign_in_days < SIX_MONTHS:
            raise Unusable(
                f"SIGN_IN_DAYS 为 {self.sign_in_days}：法律要求留存六个月，不得少于 {SIX_MONTHS} 天。",
                f"SIGN_IN_DAYS is {self.sign_in_days}: the law asks for six months, so {SIX_MONTHS} or more",
            )

    @property
    def keys(self) -> dict[str, bytes]:
        """Field keys by id, the sealing one first. Raises Unusable on a key that is not 32 bytes of hex."""
        pairs = (pair.partition(":") for pair in self.field_keys.split(",") if pair)
        try:
            keys = {key_id.strip(): bytes.fromhex(value) for key_id, _, value in pairs}
        except ValueError:
            keys = {}
        if not keys or any(len(key) != 32 for key in keys.values()):
            raise Unusable(
                "FIELD_KEYS 须为“编号:64 位十六进制”，例如 k1:00ff…",
                "FIELD_KEYS wants id:hex pairs of 32 bytes each, such as k1:00ff…",
            )
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

    def role_passwords(self) -> dict[str, str]:
        """role -> the password in its address; the derived one where that holds none."""
        roles = ("portal_owner", "portal_app", "portal_guest")
        return {role: self.url(role).password or self.role_password(role) for role in roles}

    def role_password(self, role: str) -> str:
        return hmac.new(self.secret_key.encode(), f"role:{role}".encode(), hashlib.sha256).hexdigest()
