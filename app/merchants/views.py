"""The register of merchants."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts import me
from app.accounts.permissions import Can
from app.cases.queries import of_merchant, queue
from app.cases.queries.queue import clocks_of
from app.core.area import Area
from app.core.errors import Invalid, Late
from app.core.forms import code_of
from app.merchants import queries, services, words
from app.merchants.dealings.workflow import dealt_with
from app.merchants.forms import MerchantForm
from app.merchants.history import history
from app.merchants.merging import queries as merging
from app.ui import render

__all__ = ["merchants", "words"]

merchants = Area("merchants", __name__, kinds={"center"}, url_prefix="/merchants")


@merchants.page("/", allow=Can.MERCHANT_READ)
def index() -> Any:
    view = queries.REGISTER.read(request.args)
    return render("merchants/index.html", view=view, shown=queries.register(view))


@merchants.page("/look-up", allow=Can.MERCHANT_READ, methods=["POST"])
def look_up() -> Any:
    """A fragment: what fits what is being typed. By POST, because addresses are kept and typing is not."""
    said = request.form.get("merchant_name", "")
    return render("merchants/_found.html", found=queries.look_up(said), said=said, chosen="")


@merchants.app_template_filter()
def code_doubt(said: str) -> str:
    """What is wrong with a credit code that was said where a merchant is looked for."""
    return services.doubt(said or "")


@merchants.page("/new", allow=Can.MERCHANT_KEEP, methods=["GET", "POST"])
def new() -> Any:
    form = MerchantForm(name=request.args.get("name", ""))
    if form.validate_on_submit():
        try:
            merchant = services.add(me(), **form.facts)
            flash(_("%(name)s is in the register.", name=merchant.called))
            return redirect(url_for(".show", number=merchant.number), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("merchants/edit.html", form=form, merchant=None, contact=None), code_of(form)


@merchants.page("/<number>", allow=Can.MERCHANT_READ)
def show(number: str) -> Any:
    merchant = queries.by_number(number)
    view = queue(me()).read({"scope": "all", "sort": "newest", **request.args})
    shown = view.page(of_merchant(merchant.id))
    return render(
        "merchants/show.html",
        merchant=merchant,
        contact=queries.contact_of(merchant),
        shown=shown,
        clocks=clocks_of(shown.rows),
        history=history(merchant),
        dealt=dealt_with(merchant, me()),
        stands=queries.standing(merchant),
        merged=merging.merged_into(merchant),
    )


@merchants.page("/<number>/edit", allow=Can.MERCHANT_KEEP, methods=["GET", "POST"])
def edit(number: str) -> Any:
    merchant = queries.by_number(number)
    form = MerchantForm(obj=merchant)
    if form.validate_on_submit():
        try:
            services.change(merchant, me(), seen=form.version.data or 0, **form.facts)
            flash(_("Saved."))
            return redirect(url_for(".show", number=merchant.number), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(MerchantForm, formdata=None, obj=merchant))
    contact = queries.contact_of(merchant)
    return render("merchants/edit.html", form=form, merchant=merchant, contact=contact), code_of(form)
