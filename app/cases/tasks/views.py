"""One's tasks, one of them, and the panel on the page of a case."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import deadlines
from app.accounts import me
from app.accounts import queries as people
from app.accounts.permissions import Can
from app.audit import words
from app.cases.models import Case
from app.cases.panels import PANELS, Panel
from app.cases.queries import by_number
from app.cases.tasks import forms, queries, services
from app.cases.tasks.models import Task
from app.core import clock
from app.core.area import Area
from app.core.errors import Invalid, Late
from app.core.forms import code_of
from app.ui import render

tasks = Area("tasks", __name__, kinds={"center"}, url_prefix="/tasks")
USUAL = 3  # working days


@tasks.page("", allow=Can.CASE_READ)
def index() -> Any:
    view = queries.listing(me()).read(request.args)
    return render("tasks/index.html", view=view, found=queries.of(me(), view), bar=queries.bar)


@tasks.page("/new", allow=Can.CASE_READ, methods=["GET", "POST"])
def new() -> Any:
    number = request.args.get("case")
    case = by_number(number) if number else None
    form = _form(case)
    if form.validate_on_submit():
        try:
            task = services.give(me(), case=case, **_said(form))
            flash(_("The task is given.") if case else _("The task is noted."))
            return redirect(_back(task), 303)
        except Invalid as refusal:
            form.say(refusal)
    return render("tasks/edit.html", form=form, case=case, task=None), code_of(form)


def _form(case: Case | None) -> Any:
    due = deadlines.load_calendar().add_working_days(clock.today(), USUAL)
    return forms.TaskForm(due_on=due, assignee=str(me().id)) if case else forms.OwnTaskForm(due_on=due)


def _said(form: Any) -> dict[str, Any]:
    assignee = UUID(form.assignee.data) if "assignee" in form else me().id
    return {"text": form.text.data, "due_on": form.due_on.data, "assignee": assignee}


def _back(task: Task) -> str:
    return url_for("cases.show", number=task.case.number) if task.case else url_for(".index")


@tasks.page("/colleagues", allow=Can.CASE_READ)
def colleagues() -> Any:
    """Who can be mentioned, for the script that completes a name: [[name, sign-in name, role], …]."""
    return jsonify([[person.name, person.login, str(person.role_label)] for person in queries.colleagues()])


@tasks.page("/<uuid:task_id>", allow=Can.CASE_READ)
def show(task_id: UUID) -> Any:
    task = queries.by_key(task_id, me())
    return render("tasks/show.html", task=task, bar=queries.bar(task), mine=services.may_change(task, me()))


@tasks.page("/<uuid:task_id>/edit", allow=Can.CASE_READ, methods=["GET", "POST"])
def edit(task_id: UUID) -> Any:
    task = queries.by_key(task_id, me())
    form = forms.of(task)
    if form.validate_on_submit():
        try:
            services.change(task, me(), seen=form.version.data or 0, **_said(form))
            flash(_("Saved."))
            return redirect(url_for(".show", task_id=task.id), 303)
        except (Invalid, Late) as refusal:
            form.heed(refusal, partial(forms.of, task, formdata=None))
    return render("tasks/edit.html", form=form, case=task.case, task=task), code_of(form)


@tasks.page("/<uuid:task_id>/done", allow=Can.CASE_READ, methods=["POST"])
def done(task_id: UUID) -> Any:
    task = queries.by_key(task_id, me())
    services.finish(task, me())
    flash(_("The task is done."))
    return redirect(_back(task), 303)


@tasks.page("/<uuid:task_id>/reopen", allow=Can.CASE_READ, methods=["POST"])
def reopen(task_id: UUID) -> Any:
    task = queries.by_key(task_id, me())
    services.reopen(task, me())
    flash(_("The task is open again."))
    return redirect(url_for(".show", task_id=task.id), 303)


def _panel(case: Case, person: Any) -> Panel:
    found = queries.of_case(case)
    return Panel("tasks/_panel.html", {"tasks": found, "bar": queries.bar, "may_change": services.may_change})


PANELS.append(_panel)
words.extend(
    {
        "task.given": _l("Gave a task"),
        "task.changed": _l("Changed a task"),
        "task.done": _l("A task is done"),
        "task.reopened": _l("Took a task up again"),
    },
    {"task.given": lambda facts: _("by %(day)s", day=facts["due"])},
    {"task": words.Kind(_l("Task"))},
    {
        "task": {
            "text": words.Field(_l("What is to be done")),
            "due_on": words.Field(_l("By when")),
            "assignee_id": words.Field(_l("Who is to do it"), names=people.names),
        }
    },
)
