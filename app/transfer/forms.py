"""The file, and which column is what."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import InputRequired, Optional

from app.cases import lists
from app.core.forms import Form, options
from app.files.accept import EVIDENCE
from app.files.fields import EvidenceField
from app.transfer import sheet
from app.transfer.sheet import Sheet


class FileForm(Form):
    """A spreadsheet and where its messages come from."""

    file = EvidenceField(
        _l("Spreadsheet"),
        [InputRequired(_l("Choose a spreadsheet."))],
        kinds={".xlsx": EVIDENCE[".xlsx"]},
        most=1,
        description=_l("An .xlsx file as it came, up to 20 MB; its columns are chosen in the next step."),
    )
    channel = SelectField(_l("Channel"), default="hotline")

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.channel.choices = options(lists.choices("channels"))


def columns_form(found: Sheet, chosen: dict[str, int]) -> Form:
    """A form with a choice of column for everything that a message may have."""
    choices = [
        ("", _("(none)")),
        *((str(at), title or _("Column %(n)s", n=at + 1)) for at, title in enumerate(found.head)),
    ]

    class ColumnsForm(Form):
        def columns(self) -> dict[str, int]:
            return {what: int(self[what].data) for what in sheet.WANTED if self[what].data}

    for what, (name, needed, _headings) in sheet.WANTED.items():
        asked = InputRequired(_("Choose the column for “%(name)s”.", name=name)) if needed else Optional()
        default = str(chosen.get(what, ""))
        setattr(ColumnsForm, what, SelectField(name, [asked], choices=options(choices), default=default))
    return ColumnsForm()
