"""By which limits the city and each center work."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts import me
from app.accounts.permissions import Can
from app.bureau import forms, queries
from app.bureau.views import bureau
from app.cases import lists
from app.core import clock
from app.core.errors import Invalid
from app.deadlines import wording
from app.deadlines.services import set_regime
from app.ui import render


@bureau.page("/rules", allow=Can.CITY_ADMINISTER)
def rules() -> str:
    """The rule in force for the city and for every center, and what was set before and for later."""
    shown = queries.regimes(clock.today())
    return render("bureau/rules.html", shown=shown, say=wording.say, channel=lambda code: lists.named("channels", code))


@bureau.page("/rules/new", allow=Can.CITY_ADMINISTER, methods=("GET", "POST"))
def new_rule() -> Any:
    organisation = request.args.get("organisation", 1, type=int)
    form = forms.regime_form(queries.regime_now(organisation, clock.today()))
    if form.validate_on_submit():
        try:
            set_regime(form.regime(), me())
            flash(_("Set. Every organisation reads it in its own trail."))
            return redirect(url_for(".rules"), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("bureau/rule.html", form=form), 422 if form.errors else 200
