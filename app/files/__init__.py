"""Evidence and letters as files: what is taken in, where it lies, how it is handed out.

附件：核验、存放、下载。A file is stored under its organisation by a random name and is never shared between two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.files.store import store

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Name the folder, and declare the nightly sweep."""
    from app.files import jobs  # noqa: F401 (jobs stand on the files that this package is)

    store.configure(app.config["SETTINGS"].instance / "files")
