"""What is done to a case, by stage: intake 登记, triage 受理, mediation 调解, closing 办结, and the file 案卷."""

from app.cases.services.file import PERSONAL, WAYS, WHOM, attach, contact, may_remove, note, remove_file, reveal
from app.cases.services.intake import Complaint, Lodged, entitle, issue_code, lodge, lodge_many, renew_code, slip_shown

__all__ = [
    "PERSONAL",
    "WAYS",
    "WHOM",
    "Complaint",
    "Lodged",
    "attach",
    "contact",
    "entitle",
    "issue_code",
    "lodge",
    "lodge_many",
    "may_remove",
    "note",
    "remove_file",
    "renew_code",
    "reveal",
    "slip_shown",
]
