"""The words for an import in the trail."""

from __future__ import annotations

from flask import url_for
from flask_babel import lazy_gettext as _l

from app.accounts.permissions import Can
from app.audit import words

words.extend(
    {
        "import.begin": _l("Uploaded a spreadsheet of messages"),
        "import.start": _l("Started the import"),
        "import.stop": _l("Stopped the import"),
        "import.failed": _l("The import broke off"),
        "import.done": _l("The import ended"),
    },
    {
        "import.done": lambda facts: _l(
            "imported %(imported)s, already there %(already)s, rejected %(rejected)s", **facts
        )
    },
    {
        "import_file": words.Kind(
            _l("Import"),
            lambda entry: url_for("transfer.show", number=entry.subject_number),
            Can.TRANSFER_IMPORT,
        )
    },
)
