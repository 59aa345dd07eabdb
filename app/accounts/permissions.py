"""Who may do what: one enum of permissions, one table of roles. The page /roles is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l


class Can(StrEnum):
    """Named subject.verb, in alphabetical order; the docstring of each is its label below."""

    AUDIT_READ = "audit.read"
    CASE_APPROVE = "case.approve"
    CASE_ASSIGN = "case.assign"
    CASE_HANDLE = "case.handle"
    CASE_INTAKE = "case.intake"
    CASE_READ = "case.read"
    CASE_REOPEN = "case.reopen"
    CASE_REVEAL = "case.reveal"
    CASE_TRIAGE = "case.triage"
    CITY_ADMINISTER = "city.administer"
    CITY_CALL_IN = "city.call_in"
    CITY_READ = "city.read"
    HANDOFF_ANSWER = "handoff.answer"
    HANDOFF_READ = "handoff.read"
    HANDOFF_RECEIVE = "handoff.receive"
    HANDOFF_SEND = "handoff.send"
    LIST_KEEP = "list.keep"
    MEDIATION_KEEP = "mediation.keep"
    MERCHANT_KEEP = "merchant.keep"
    MERCHANT_READ = "merchant.read"
    PERSON_KEEP = "person.keep"
    TRANSFER_EXPORT = "transfer.export"
    TRANSFER_IMPORT = "transfer.import"
    TRIAGE_KEEP = "triage.keep"


LABELS: dict[Can, Any] = {
    Can.AUDIT_READ: _l("Read the audit trail"),
    Can.CASE_APPROVE: _l("Approve refusals and other decisions"),
    Can.CASE_ASSIGN: _l("Assign cases"),
    Can.CASE_HANDLE: _l("Mediate, settle, end and close cases"),
    Can.CASE_INTAKE: _l("Register complaints"),
    Can.CASE_READ: _l("Read cases"),
    Can.CASE_REOPEN: _l("Reopen closed cases"),
    Can.CASE_REVEAL: _l("Unmask personal fields, with a reason"),
    Can.CASE_TRIAGE: _l("Accept or refuse complaints"),
    Can.CITY_ADMINISTER: _l("Administer organisations, profiles and calendar"),
    Can.CITY_CALL_IN: _l("Call in a county's file"),
    Can.CITY_READ: _l("Read the figures and cases of the city"),
    Can.HANDOFF_ANSWER: _l("Answer what was received"),
    Can.HANDOFF_READ: _l("Read the exchange with others"),
    Can.HANDOFF_RECEIVE: _l("Sign for, accept and return what was received"),
    Can.HANDOFF_SEND: _l("Refer cases and send requests"),
    Can.LIST_KEEP: _l("Keep the lists that cases are classified by"),
    Can.MEDIATION_KEEP: _l("Keep the register of mediators and rooms"),
    Can.MERCHANT_KEEP: _l("Keep the register of merchants"),
    Can.MERCHANT_READ: _l("Read the register of merchants"),
    Can.PERSON_KEEP: _l("Keep the organisation's people and their roles"),
    Can.TRANSFER_EXPORT: _l("Export lists"),
    Can.TRANSFER_IMPORT: _l("Import messages"),
    Can.TRIAGE_KEEP: _l("Let suggestions of categories be learned"),
}


@dataclass(frozen=True)
class Role:
    code: str
    kind: str  # of organisation: center | bureau | department
    label: Any
    can: frozenset[Can]


_READS = {Can.CASE_READ, Can.HANDOFF_READ, Can.MERCHANT_READ}
_HANDLES = _READS | {
    Can.CASE_INTAKE,
    Can.CASE_TRIAGE,
    Can.CASE_HANDLE,
    Can.CASE_REVEAL,
    Can.HANDOFF_SEND,
    Can.HANDOFF_RECEIVE,
    Can.HANDOFF_ANSWER,
    Can.MERCHANT_KEEP,
}

_ROLES = (
    Role("clerk", "center", _l("Intake clerk"), frozenset(_READS | {Can.CASE_INTAKE, Can.TRANSFER_IMPORT})),
    Role("handler", "center", _l("Handler and mediator"), frozenset(_HANDLES)),
    Role(
        "director",
        "center",
        _l("Director"),
        frozenset(
            _HANDLES
            | {
                Can.AUDIT_READ,
                Can.CASE_APPROVE,
                Can.CASE_ASSIGN,
                Can.CASE_REOPEN,
                Can.MEDIATION_KEEP,
                Can.TRANSFER_EXPORT,
                Can.TRANSFER_IMPORT,
                Can.TRIAGE_KEEP,
            }
        ),
    ),
    Role(
        "center_admin",
        "center",
        _l("Administrator"),
        frozenset(
            {
                Can.PERSON_KEEP,
                Can.AUDIT_READ,
                Can.LIST_KEEP,
                Can.MEDIATION_KEEP,
                Can.MERCHANT_READ,
                Can.TRANSFER_IMPORT,
                Can.TRIAGE_KEEP,
            }
        ),
    ),
    Role(
        "supervisor",
        "bureau",
        _l("Supervisor"),
        frozenset({Can.CITY_READ, Can.CITY_CALL_IN, Can.HANDOFF_READ, Can.AUDIT_READ}),
    ),
    Role("analyst", "bureau", _l("Analyst"), frozenset({Can.CITY_READ, Can.HANDOFF_READ})),
    Role(
        "bureau_admin",
        "bureau",
        _l("Administrator"),
        frozenset({Can.CITY_READ, Can.CITY_ADMINISTER, Can.PERSON_KEEP, Can.AUDIT_READ, Can.LIST_KEEP}),
    ),
    Role(
        "officer",
        "department",
        _l("Department clerk"),
        frozenset({Can.HANDOFF_READ, Can.HANDOFF_RECEIVE, Can.HANDOFF_ANSWER}),
    ),
    Role(
        "head",
        "department",
        _l("Department head"),
        frozenset({Can.HANDOFF_READ, Can.HANDOFF_RECEIVE, Can.HANDOFF_ANSWER, Can.PERSON_KEEP, Can.AUDIT_READ}),
    ),
)

ROLES: dict[str, Role] = {role.code: role for role in _ROLES}


def roles_of(kind: str) -> list[Role]:
    """The roles that people of such an organisation may have."""
    return [role for role in _ROLES if role.kind == kind]
