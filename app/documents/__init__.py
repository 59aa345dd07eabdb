"""Documents (文书): forms as Word templates, filled in, numbered at issue without gaps, and made into PDF.

A form is data: its title, its mark in the number, what a person fills in, and a .docx that says where each fact goes.
A template can never run code: it is looked over when it is taken in, and filled in by a process of its own that knows
nothing of the portal. What facts there are, the domain says; this office knows none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask, *, check_role: bool = True) -> None:
    """Say where issued documents are checked, and by whom the database is asked."""
    from app.documents import checks

    checks.configure(app.config["SETTINGS"], check_role=check_role)
