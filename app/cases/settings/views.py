"""The page of a center's settings."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts import me
from app.accounts.permissions import Can
from app.audit import words
from app.cases.settings import forms, services
from app.core.area import Area
from app.core.errors import Invalid, Late
from app.core.forms import code_of
from app.ui import render

settings = Area("settings", __name__, kinds={"center"})


@settings.page("/case-settings", allow=Can.CASE_APPROVE, methods=["GET", "POST"])
def index() -> Any:
    form = _standing()
    if form.validate_on_submit():
        try:
            services.change(me(), seen=form.version.data or 0, **form.facts)
            flash(_("Saved."))
            return redirect(url_for(".index"), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(_standing, formdata=None))
    return render("settings/index.html", form=form), code_of(form)


def _standing(**given: Any) -> forms.SettingForm:
    return forms.SettingForm(**given, obj=services.present())


def _yes(value: bool) -> str:
    return str(_("yes") if value else _("no"))


_CALL_BACKS: dict[str, Any] = {
    "all": _l("every case"),
    "sample": _l("a share, drawn by lot"),
    "none": _l("no case"),
}
words.extend(
    {"setting.changed": _l("Changed the settings of the center")},
    kinds={"case_setting": words.Kind(_l("Settings"), lambda entry: url_for("settings.index"), Can.CASE_APPROVE)},
    fields={
        "setting": {
            "call_backs": words.Field(_l("Call back after closing"), lambda code: _CALL_BACKS[code]),
            "call_back_share": words.Field(_l("Share that is drawn, in percent")),
            "call_back_days": words.Field(_l("Within so many working days after closing")),
            "seed": words.Field(_l("Seed of the draw")),
            "papers_first": words.Field(_l("Close only with the document of the outcome"), _yes),
            "burden_share": words.Field(_l("Share of what is due in one person's hands, in percent")),
            "burden_least": words.Field(_l("Least number of cases that is warned of")),
        }
    },
)
