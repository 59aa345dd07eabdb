"""The pages on which entries of the register are merged and taken apart."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from app.accounts import me
from app.accounts.permissions import Can
from app.core.area import Area
from app.core.errors import Invalid, Late
from app.core.forms import Form, Line, code_of, max_length
from app.merchants import queries as register
from app.merchants.merging import queries, services
from app.ui import render

merging = Area("merging", __name__, kinds={"center"}, url_prefix="/merchants")


class MergeForm(Form):
    into = Line(
        _l("Number of the entry that stays"),
        [DataRequired(_l("This is needed.")), max_length(20)],
        description=_l("As in M2026-000123. It takes the cases, groups, interviews and commitments over."),
    )


@merging.page("/alike", allow=Can.MERCHANT_KEEP)
def alike() -> Any:
    return render("merging/alike.html", proposals=queries.proposals())


@merging.page("/<number>/merge", allow=Can.MERCHANT_KEEP, methods=["GET", "POST"])
def merge(number: str) -> Any:
    merchant = register.by_number(number)
    likely = [queries.other(row, merchant) for row in queries.proposals(merchant)]
    form = MergeForm(into=request.args.get("into") or next((row.entry.number for row in likely), ""))
    if form.validate_on_submit():
        try:
            into = register.called_number(form.into.data)
            services.merge(merchant, into, me())
            flash(_("%(name)s was merged.", name=merchant.called))
            return redirect(url_for("merchants.show", number=into.number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(MergeForm, formdata=None))
    return render("merging/merge.html", merchant=merchant, form=form, likely=likely), code_of(form)


@merging.page("/<number>/part", allow=Can.MERCHANT_KEEP, methods=["POST"])
def part(number: str) -> Any:
    merchant = register.by_number(number)
    services.part(merchant, me())
    flash(_("The two are apart again."))
    return redirect(url_for("merchants.show", number=number), 303)


@merging.page("/<number>/apart/<other>", allow=Can.MERCHANT_KEEP, methods=["POST"])
def keep_apart(number: str, other: str) -> Any:
    services.keep_apart(register.by_number(number), register.by_number(other), me())
    flash(_("They are not proposed again."))
    return redirect(url_for(".alike"), 303)
