"""What is done to a group: members, the common facts, the ledger, the plan and who settles, payments, documents."""

from app.groups.services.ledger import enter, offer
from app.groups.services.members import LONGEST_TITLE, MOST, add, attach, note, open_group, remove
from app.groups.services.papers import write
from app.groups.services.payments import pay, void
from app.groups.services.plans import MOST_INSTALMENTS, Row, amend, may_amend, may_settle, plan, settle, waiting

__all__ = [
    "LONGEST_TITLE",
    "MOST",
    "MOST_INSTALMENTS",
    "Row",
    "add",
    "amend",
    "attach",
    "enter",
    "may_amend",
    "may_settle",
    "note",
    "offer",
    "open_group",
    "pay",
    "plan",
    "remove",
    "settle",
    "void",
    "waiting",
    "write",
]
