"""The form field for evidence: several files, each looked over while the form is validated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField
from wtforms.validators import StopValidation

from app.files.accept import EVIDENCE, MEGABYTE, Accepted, Kind, accept
from app.files.models import StoredFile
from app.files.names import clean_name
from app.files.refusal import Refused


class EvidenceField(MultipleFileField):
    """`data` is a list of Accepted once the form is valid; a refused file leaves none of them."""

    data: list[Any]
    errors: Any

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        most: int = 10,
        largest: int = 20 * MEGABYTE,
        together: int = 50 * MEGABYTE,
        kinds: dict[str, Kind] = EVIDENCE,
        render_kw: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        shown = {"accept": ",".join(kinds), **(render_kw or {})}
        super().__init__(label, validators, render_kw=shown, **options)
        self.most, self.largest, self.together, self.kinds = most, largest, together, kinds

    def beside(self, files: Iterable[StoredFile]) -> None:
        """Count the files that the case has already against the limits."""
        for file in files:
            self.most -= 1
            self.together -= file.size

    def process_data(self, value: Any) -> None:
        self.data = []

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [sent for sent in valuelist if isinstance(sent, FileStorage) and sent.filename]

    def pre_validate(self, form: Any) -> None:
        sent, self.data = self.data, []
        if len(sent) > self.most:
            raise StopValidation(_("At most %(most)s more files are taken in here.", most=max(self.most, 0)))
        accepted: list[Accepted] = []
        refused: list[str] = []
        for file in sent:
            try:
                accepted.append(accept(file.stream, file.filename, kinds=self.kinds, largest=self.largest))
            except Refused as refusal:
                refused.append(_("%(name)s: %(why)s", name=clean_name(file.filename), why=refusal.message))
        if not refused and sum(file.size for file in accepted) > self.together:
            refused.append(
                _("Together the files may have at most %(most)s MB more.", most=max(self.together // MEGABYTE, 0))
            )
        if refused:
            self.errors = [*self.errors, *refused]
            raise StopValidation
        self.data = accepted
