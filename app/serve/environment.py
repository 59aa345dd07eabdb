"""The settings of the demo: secrets drawn once, kept beside its data and readable by nobody else."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from app.serve.refusal import Refusal


def instance(env: Mapping[str, str] = os.environ) -> Path:
    return Path(env.get("INSTANCE") or "instance").absolute()


def keep(folder: Path, **facts: str) -> dict[str, str]:
    """Write down where the demo lives, beside its secrets: those given, else those of last time, else new ones."""
    drawn = {"SECRET_KEY": secrets.token_hex(32), "FIELD_KEYS": f"k1:{secrets.token_hex(32)}"}
    given = {name: os.environ[name] for name in drawn if os.environ.get(name)}
    kept = drawn | _read(folder) | given | facts
    draft = folder / "demo.env.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in kept.items())
    draft.replace(folder / "demo.env")
    return kept


def draw(folder: Path) -> None:
    """Draw the secrets before there are data to seal. Raises Refusal where data are left and their keys are gone."""
    kept = _read(folder) | dict(os.environ)
    if (folder / "pg" / "PG_VERSION").exists() and not kept.get("FIELD_KEYS"):
        raise Refusal(
            f"{folder / 'demo.env'} 没有数据的密钥，个人信息无法解密。数据可以不要时，用 make demo-reset 重新开始。",
            f"{folder / 'demo.env'} no longer holds the keys of the data. If they may go, make demo-reset starts over.",
        )
    keep(folder)


def known(env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment; one that names no database is that of the demo, so `flask …` works beside `make demo`."""
    return dict(env) if env.get("DATABASE_URL") else _read(instance(env)) | dict(env)


def _read(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / "demo.env").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {name: value for name, mark, value in (line.partition("=") for line in lines) if mark}
