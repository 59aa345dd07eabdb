"""The forms of the lists' pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import DataRequired, NumberRange, Optional

from app.cases import lists
from app.core.forms import Form, Line, max_length, options
from tenants import realm


class _EntryWords(Form):
    @property
    def said(self) -> dict[str, Any]:
        """What was filled in; nothing where a field was left out."""
        return {name: "" if value is None and name != "position" else value for name, value in self.facts.items()}


class EntryForm(_EntryWords):
    """An entry of a list, as this organisation has it."""

    words = Line(_l("Name"), [max_length(40)])
    words_en = Line(_l("Name in English"), [max_length(80)], description=_l("Left empty, the Chinese name is shown."))
    position = IntegerField(_l("Position"), [Optional(), NumberRange(0, 9999)])
    active = BooleanField(_l("Offered in forms"))

    @classmethod
    def of(cls, name: str, entry: lists.Entry, row: Any, **given: Any) -> EntryForm:
        """Filled in with how the entry stands; `row` is this organisation's own, if it has one."""
        form = cls(
            **given,
            words=entry.name.zh,
            words_en=entry.name.en,
            position=entry.position,
            active=entry.active,
            version=row.version if row else 0,
        )
        if lists.LISTS[name].law:
            del form.active, form.position
        elif entry.of != realm.home().id:
            del form.position  # it stands where the city has put it
        return form


class NewEntryForm(_EntryWords):
    """An entry that a list has not had yet."""

    parent = SelectField(_l("Below"), choices=[], default="")
    kind = SelectField(_l("Kind"), choices=[], default="")
    code = Line(_l("Code"), [max_length(20)], description=_l("Letters and digits. It is never changed or given again."))
    words = Line(_l("Name"), [DataRequired(_l("This is needed.")), max_length(40)])
    words_en = Line(_l("Name in English"), [max_length(80)], description=_l("Left empty, the Chinese name is shown."))

    @classmethod
    def of(cls, name: str, *, parent: str) -> NewEntryForm:
        """The city chooses a code; a county an entry of the city's that it counts as."""
        form, listed = cls(parent=parent), lists.LISTS[name]
        city = [entry for entry in lists.entries(name).values() if entry.citys and entry.active]
        if realm.home().is_bureau:
            form.kind.choices = options((("", "—"), *listed.kinds))
            form.parent.choices = options([("", "—"), *((one.code, str(one)) for one in city if not one.parent)])
            if not listed.kinds:
                del form.kind
            if name != "categories":
                del form.parent
        else:
            form.parent.choices = options((one.code, str(one)) for one in city)
            del form.kind, form.code
        return form
