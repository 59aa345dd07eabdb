"""The columns of a stored file; a domain gives them a table of its own, on the base that its secrecy asks for."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Words


class StoredFile:
    """Mixin for `case_file` (Private), `handoff_file` (BetweenEntry, confidential) and their like."""

    name: Mapped[Words] = mapped_column(String(120))  # as the person called it, cleaned
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[UUID] = mapped_column(unique=False)
    width: Mapped[int | None]  # pixels, of a picture
    height: Mapped[int | None]
    note: Mapped[Words] = mapped_column(default="", server_default="")

    @property
    def is_picture(self) -> bool:
        """Re-encoded on the way in, so it may be shown in a page; everything else is only handed out."""
        return self.width is not None

    @property
    def shown_as(self) -> str:
        """How a page of ours shows it: picture, pdf, audio or video; empty for what is only handed out."""
        if self.is_picture:
            return "picture"
        sort, _slash, form = self.media_type.partition("/")
        return "pdf" if form == "pdf" else sort if sort in ("audio", "video") else ""
