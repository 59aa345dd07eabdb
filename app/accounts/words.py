"""The words for what happens to accounts."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from app.accounts.permissions import LABELS, ROLES, Can
from app.audit import words

EVENTS = {
    "account.signed_in": _l("Signed in"),
    "account.failed": _l("Sign-in failed"),
    "account.locked": _l("Sign-in failed; the account has to wait"),
    "account.turned_away": _l("Turned away while waiting"),
    "account.signed_out": _l("Signed out"),
    "account.session_ended": _l("Signed out one device"),
    "account.signed_out_everywhere": _l("Signed out everywhere"),
    "account.sign_ins_forgotten": _l("Forgot old sign-ins, whose time was over"),
    "person.appointed": _l("Appointed a person"),
    "person.changed": _l("Changed a person's entry"),
    "person.role_changed": _l("Changed a role"),
    "person.disabled": _l("Disabled an account"),
    "person.enabled": _l("Enabled an account"),
    "person.slip": _l("Issued a one-time slip"),
    "person.password_changed": _l("Changed the password"),
    "tenant.person_appointed": _l("Appointed a person in another organisation"),
}

_WHY = {
    "unknown": _l("no such sign-in name"),
    "wrong": _l("wrong password"),
    "wrong_old": _l("wrong present password"),
    "disabled": _l("the account is disabled"),
}


def _role(code: Any) -> str:
    return str(ROLES[code].label) if code in ROLES else str(code)


def _why(facts: dict[str, Any]) -> Any:
    return _WHY.get(facts.get("why", ""), "")


def _denied(facts: dict[str, Any]) -> str:
    permission = facts.get("permission")
    label = str(LABELS[Can(permission)]) if permission else ""
    return " · ".join(filter(None, (label, facts.get("route"))))


words.extend(
    EVENTS,
    {
        "access.denied": _denied,
        "account.signed_in": lambda facts: _l("with a one-time slip") if facts.get("by_slip") else "",
        "account.failed": _why,
        "account.locked": _why,
        "account.turned_away": lambda facts: _l("attempt %(count)s", count=facts["count"]),
        "account.signed_out_everywhere": lambda facts: _l("Devices: %(count)s", count=facts["count"]),
        "account.sign_ins_forgotten": lambda facts: _l("Devices: %(count)s", count=facts["count"]),
        "person.appointed": lambda facts: _role(facts["role"]),
        "person.role_changed": lambda facts: f"{_role(facts['before'])} → {_role(facts['after'])}",
        "tenant.person_appointed": lambda facts: f"{facts['place']} · {_role(facts['role'])}",
    },
    {
        "person": words.Kind(
            _l("Person"), lambda entry: url_for("accounts.person", person_id=entry.subject_id), Can.PERSON_KEEP
        ),
        "tenant": words.Kind(_l("Organisation")),
    },
    {"person": {"name": words.Field(_l("Full name")), "title": words.Field(_l("Position"))}},
)

# Why a session is over, said on the sign-in page. Of a disabled account nothing is said.
_OVER = {
    "idle": _l("You were signed out because nothing happened for 30 minutes."),
    "absolute": _l("You were signed out after 12 hours. Please sign in again."),
    "pushed_out": _l("You were signed out because you signed in on more than five devices."),
    "revoked": _l("This device was signed out from another one."),
    "everywhere": _l("You were signed out everywhere."),
    "password": _l("Your password was changed. Sign in with the new one."),
    "role": _l("Your role was changed. Please sign in again."),
    "slip": _l("A one-time slip was issued for you. Sign in with its code."),
}


def over(code: str | None) -> Any:
    """The sentence for the end of a session, if there is one to say."""
    return _OVER.get(code or "")
