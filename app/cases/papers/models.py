"""The documents of a case, their files, and how they were served."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from app.core.states import states_check
from app.documents.models import DocumentColumns, DocumentState, ServiceColumns
from app.files.models import StoredFile
from tenants.bases import Private, owned_fk

MODES: dict[str, Any] = {
    "handed": _l("handed over"),
    "post": _l("by post"),
    "phone": _l("by telephone"),
    "message": _l("by text message"),
    "email": _l("by e-mail"),
    "internet": _l("over the internet"),
}
PARTIES: dict[str, Any] = {
    "consumer": _l("The consumer"),
    "merchant": _l("The business"),
    "office": _l("Another organisation"),
}


class CaseDocument(DocumentColumns, Private):
    """A document of a case, from its draft on. Its number is the organisation's, given at issue."""

    __tablename__ = "case_document"
    __table_args__ = (
        owned_fk("case_record", "case_id"),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "case_id", "kind", "edition"),
        states_check(DocumentState, "status"),
        Index("ix_case_document_waiting", "tenant_id", "case_id", postgresql_where="status = 'waiting'"),
    )

    case_id: Mapped[UUID]


class CaseDocumentFile(StoredFile, Private):
    """What was issued: the Word file and its PDF, as they were signed."""

    __tablename__ = "case_document_file"
    __table_args__ = (
        owned_fk("case_document", "document_id"),
        UniqueConstraint("tenant_id", "document_id", "media_type"),
    )

    document_id: Mapped[UUID]


class CaseDocumentReceipt(StoredFile, Private):
    """Proof that a document reached somebody: a signed receipt, the slip of the post, a screenshot."""

    __tablename__ = "case_document_receipt"
    __table_args__ = (
        owned_fk("case_document_service", "service_id"),
        Index("ix_case_document_receipt_service", "tenant_id", "service_id"),
    )
    append_only = True

    service_id: Mapped[UUID]


class CaseDocumentService(ServiceColumns, Private):
    """One time that a document was handed, sent or told to somebody."""

    __tablename__ = "case_document_service"
    __table_args__ = (
        owned_fk("case_document", "document_id"),
        CheckConstraint("party in ('consumer', 'merchant', 'office')", name="party"),
        CheckConstraint("mode in ('handed', 'post', 'phone', 'message', 'email', 'internet')", name="mode"),
        Index("ix_case_document_service_document", "tenant_id", "document_id"),
    )
    append_only = True

    document_id: Mapped[UUID]
