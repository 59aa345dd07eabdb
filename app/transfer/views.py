"""Pages of the import: choose a file, say what its columns are, watch it run, fetch the report."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Can
from app.core.area import Area
from app.core.errors import Invalid
from app.files.names import disposition
from app.transfer import queries, services, words
from app.transfer.forms import FileForm, columns_form
from app.transfer.models import ImportState
from app.ui import render

__all__ = ["transfer", "words"]

transfer = Area("transfer", __name__, kinds={"center"}, url_prefix="/transfer")


@transfer.page("", allow=Can.TRANSFER_IMPORT, methods=("GET", "POST"))
def index() -> Any:
    """Earlier imports, and a new one."""
    form = FileForm()
    if form.validate_on_submit():
        try:
            batch = services.begin(form.file.data[0], current_user, channel=form.channel.data)
            return redirect(url_for("transfer.show", number=batch.number), 303)
        except Invalid as refusal:
            form.say(refusal)
    code = 422 if form.errors else 200
    return render("transfer/index.html", form=form, imports=queries.recent()), code


@transfer.page("/<number>", allow=Can.TRANSFER_IMPORT)
def show(number: str) -> Any:
    """Its columns while it waits for them, then how far it has come."""
    batch = queries.by_number(number)
    if batch.status == ImportState.MAPPING:
        with services.opened(batch) as found:
            return render("transfer/columns.html", batch=batch, sheet=found, form=columns_form(found, batch.columns))
    return render("transfer/show.html", batch=batch)


@transfer.page("/<number>/start", allow=Can.TRANSFER_IMPORT, methods=("POST",))
def start(number: str) -> Any:
    """Run it with the chosen columns."""
    batch = queries.by_number(number)
    with services.opened(batch) as found:
        form = columns_form(found, batch.columns)
        try:
            if form.validate_on_submit():
                services.start(batch, form.columns(), current_user)
                return redirect(url_for("transfer.show", number=number), 303)
        except Invalid as refusal:
            form.say(refusal)
        return render("transfer/columns.html", batch=batch, sheet=found, form=form), 422


@transfer.page("/<number>/resume", allow=Can.TRANSFER_IMPORT, methods=("POST",))
def resume(number: str) -> Any:
    """Go on where it was stopped."""
    batch = queries.by_number(number)
    services.start(batch, batch.columns, current_user)
    return redirect(url_for("transfer.show", number=number), 303)


@transfer.page("/<number>/stop", allow=Can.TRANSFER_IMPORT, methods=("POST",))
def stop(number: str) -> Any:
    """Stop at the next edge of a batch."""
    services.stop(queries.by_number(number), current_user)
    return redirect(url_for("transfer.show", number=number), 303)


@transfer.page("/<number>/report.csv", allow=Can.TRANSFER_IMPORT)
def report(number: str) -> Any:
    """The rows that were not taken, for a spreadsheet program."""
    lines = io.StringIO()
    csv.writer(lines).writerows([[plain(cell) for cell in row] for row in services.report(queries.by_number(number))])
    name = _("import-%(number)s-not-taken.csv", number=number)
    response = Response("\ufeff" + lines.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = disposition("attachment", name)
    return response


def plain(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r\0＝＋－＠" and cell else cell
