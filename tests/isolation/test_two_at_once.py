"""Two people open one form: the second is told who was faster, sees both texts, overwrites nothing, and may go on.

Every form that changes a row which others may change as well, in all domains; and what somebody typed for a step that
another has made impossible.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.accounts.permissions import Can
from app.advocacy.workflow import EXPOSURE, LITIGATION
from app.cases.papers.workflow import PAPER
from app.core import clock
from app.handoffs.workflow import LETTER, REFERRAL, REQUEST
from app.investigations.workflow import INVESTIGATION
from app.mediation.workflow import SESSION
from app.merchants.dealings.workflow import COMMITMENT, INTERVIEW
from app.workflow import Workflow
from tests.browser import Browser
from tests.conftest import keep_in
from tests.forms import Shown, forms_of
from tests.isolation.scenario import Scenario
from tests.town import EAST, MARKET, NORTH

THEIRS, MINE = "先到的人写的话", "后到的人写的话"
OF_CASE = "join case_record case_ on case_.id = it.case_id"
HANDLE, APPROVE, ADMIN = ("handler", "director"), ("director", "director"), ("admin", "admin")


@dataclass(frozen=True)
class Form:
    """A form and the row that it changes, `it`; `marked` is the field that the two write different words into."""

    name: str
    table: str
    path: str  # SQL
    where: str = "true"
    who: tuple[str, str] = HANDLE
    of: str = EAST
    join: str = ""
    marked: str = "text"
    says: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()  # statements that make it possible
    first: str = ""  # instead of the same form, the page whose form the first one sends; NOBODY for a newer version
    heard: bool = True  # what the first one wrote stands where the second one reads it
    moves: bool = False  # once the first one has sent it, nobody else can

    def __str__(self) -> str:
        return self.name


NOBODY = "nobody"
DONE = (200, 303)


def steps(life: Workflow, name: str, table: str, path: str, told: dict[str, dict[str, Any]], **more: Any) -> list[Form]:
    """The form of every step that has a page; `told`: step -> what is different about it."""
    made = []
    for step in life.by_name.values():
        if step.hidden:
            continue
        source = ", ".join(f"'{state}'" for state in sorted(step.source))
        one = Form(
            f"{name}.{step.name}",
            table,
            f"{path} || '/steps/{step.name}'",
            who=APPROVE if step.permission == Can.CASE_APPROVE else HANDLE,
            moves=step.target is not None and step.target not in step.source,
            **{
                "before": (
                    f"update {table} set status = '{min(step.source)}' where id = :id and status not in ({source})",
                )
            },
        )
        own = told.get(step.name, {})
        made.append(replace(one, **{**more, **own, "before": (*one.before, *own.get("before", ()))}))
    return made


LATER = str(clock.today() + timedelta(days=9))
VISIT = {"first": "visit"}
ALONE = {"first": NOBODY}
CASE = "'/cases/' || it.number"
PAPERS = "'/cases/' || case_.number || '/documents/' || it.id"
GROUP = "'/groups/' || it.number"
MERCHANT = "'/merchants/' || it.number"
MEMBER, REMOVE = (
    "join group_member member on member.group_id = it.id",
    f"{GROUP} || '/members/' || member.id || '/remove'",
)
PAYMENT = "join group_payment payment on payment.group_id = it.id"
VOID = f"{GROUP} || '/payments/' || payment.id || '/void'"

# Of an exchange, the steps of either side.
EXCHANGES = [
    replace(one, of=EAST if step.side == "sender" else to, who=who if step.side == "receiver" else HANDLE)  # type: ignore[attr-defined]
    for life, name, to, who, told in (
        (REFERRAL, "referral", NORTH, ("director", "director"), {"accept": ALONE, "withdraw": ALONE}),
        (REQUEST, "request", MARKET, ("officer", "head"), {"withdraw": ALONE}),
    )
    for one in steps(life, name, "handoff", "'/handoffs/east-' || it.number", told, where=f"it.kind = '{name}'")
    for step in [life.by_name[one.name.partition(".")[2]]]
]
EXCHANGES = [
    replace(one, before=("update handoff set returns = 0, sent_back_at = null where id = :id", *one.before))
    for one in EXCHANGES
]
FORMS = [
    *steps(
        PAPER,
        "paper",
        "case_document",
        "'/cases/' || case_.number || '/documents/' || it.id",
        {
            "issue": {"where": "it.kind = 'minutes' and it.status = 'drafted'", **ALONE},
            "approve": ALONE,
            "void": {"where": "it.status = 'issued'"},
        },
        join=OF_CASE,
        where="it.kind = 'recusal'",
    ),
    *steps(
        SESSION,
        "session",
        "mediation_session",
        "'/cases/' || case_.number || '/mediation/' || it.id",
        {"hold": ALONE, "move": {"where": "it.status = 'planned' and it.starts_at > now()"}},
        join=OF_CASE,
        where="it.status = 'planned' and it.starts_at < now()",
    ),
    *steps(
        INVESTIGATION,
        "investigation",
        "investigation",
        "'/cases/' || case_.number || '/investigation'",
        {
            **dict.fromkeys(("finish", "receive", "call_off", "answered"), VISIT),
            "order": {**VISIT, "says": {"answer_by": LATER}},
            "advise": {**VISIT, "says": {"answer_by": LATER}},
            "conclude": {
                "before": (
                    "update investigation_point set done_on = current_date where investigation_id = :id",
                    "update appraisal set status = 'cancelled' where investigation_id = :id",
                )
            },
        },
        join=OF_CASE,
        where="exists (select from appraisal where investigation_id = it.id)",
    ),
    *steps(
        LITIGATION,
        "litigation",
        "litigation_support",
        "'/cases/' || case_.number || '/advocacy/litigation'",
        {},
        join=OF_CASE,
    ),
    *steps(EXPOSURE, "exposure", "exposure", "'/cases/' || case_.number || '/advocacy/exposure'", {}, join=OF_CASE),
    *steps(
        INTERVIEW,
        "interview",
        "merchant_interview",
        "'/merchants/' || merchant.number || '/interviews/' || it.id",
        {},
        join="join merchant on merchant.id = it.merchant_id",
    ),
    *steps(
        COMMITMENT,
        "commitment",
        "merchant_commitment",
        "'/merchants/' || merchant.number || '/commitments/' || it.id",
        {},
        join="join merchant on merchant.id = it.merchant_id",
    ),
    *steps(LETTER, "letter", "handoff_draft", "'/letters/' || it.number", {"send": ALONE}, where="it.status <> 'sent'"),
    *EXCHANGES,
    Form("case.supplement", "case_record", "'/cases/' || it.number || '/steps/supplement'", "it.status = 'accepted'"),
    Form(
        "paper.edit",
        "case_document",
        "'/cases/' || case_.number || '/documents/' || it.id || '/edit'",
        "it.status = 'drafted'",
        join=OF_CASE,
        marked="textarea",
    ),
    Form("letter.edit", "handoff_draft", "'/letters/' || it.number || '/edit'", "it.status = 'drafted'", marked="ask"),
    Form("task.edit", "task", "'/tasks/' || it.id || '/edit'", "it.status = 'open' and it.case_id is not null"),
    Form("mediator", "mediator", "'/mediators/' || it.id", who=APPROVE, marked="speciality"),
    Form("room", "mediation_room", "'/mediators/rooms/' || it.id", who=APPROVE, marked="place"),
    Form(
        "instalment",
        "mediation_instalment",
        "'/cases/' || case_.number || '/instalments/' || it.id",
        "it.status = 'due' and it.covered = 0",
        join=OF_CASE,
        marked="remark",
    ),
    Form(
        "confirmation",
        "case_agreement",
        "'/cases/' || case_.number || '/confirmation'",
        "exists (select from case_document where case_id = it.case_id)",
        join=OF_CASE,
        marked="court",
    ),
    Form(
        "merchant.edit",
        "merchant",
        "'/merchants/' || it.number || '/edit'",
        "it.merged_into_id is null",
        marked="trade",
    ),
    Form("group.ledger", "case_group", f"{GROUP} || '/ledger'", marked="claimed"),
    Form("group.offer", "case_group", f"{GROUP} || '/offer'", marked="percent", heard=False),
    Form(
        "group.plan",
        "case_group",
        f"{GROUP} || '/plan'",
        before=("update group_member set plan_id = null where group_id = :id",),
        marked="terms",
    ),
    Form(
        "group.settle",
        "case_group",
        f"{GROUP} || '/settle'",
        marked="effective_on",
        says={"consented": "y"},
        first="ledger",
    ),
    Form("group.amend", "case_group", f"{GROUP} || '/amendment'", marked="reason", says={"consented": "y"}),
    Form("group.pay", "case_group", f"{GROUP} || '/payments'", marked="evidence", heard=False),
    Form(
        "group.remove",
        "case_group",
        REMOVE,
        "member.plan_id is null",
        join=MEMBER,
        first="ledger",
    ),
    Form(
        "group.void",
        "case_group",
        VOID,
        who=APPROVE,
        join=PAYMENT,
        first="ledger",
    ),
    Form(
        "shares.ledger",
        "case_record",
        f"{CASE} || '/shares/ledger'",
        "it.people > 1 and it.status = 'accepted'",
        marked="claimed",
        says={"table": ""},
    ),
    Form(
        "shares.pay",
        "case_record",
        f"{CASE} || '/shares/' || party.id || '/payment'",
        "party.agreement_id is not null",
        join="join case_party party on party.case_id = it.id",
        marked="evidence",
        heard=False,
    ),
    Form(
        "shares.void",
        "case_record",
        f"{CASE} || '/shares/payments/' || share.id || '/void'",
        "share.alone",
        who=APPROVE,
        join="join case_share share on share.case_id = it.id",
        first=NOBODY,
    ),
    Form("settings", "case_setting", "'/case-settings'", who=APPROVE, marked="burden_least"),
    Form("list", "list_entry", "'/lists/channels/station'", "it.code = 'station'", who=ADMIN, marked="words"),
    Form("phrase", "phrase", "'/center-phrases/' || it.id", "it.owner_id is null", who=ADMIN, marked="words"),
    Form("signal", "tenant", "'/claimant-signals/LC2'", who=ADMIN, marked="least"),
]
# Where words cannot be written, what the two say instead.
OTHERWISE = {
    "percent": ("41", "42"),
    "claimed": ("1234.50", "4321.50"),
    "burden_least": ("7", "8"),
    "least": ("7", "8"),
    "effective_on": (str(clock.today()), str(clock.today())),
}


DIVIDED = "exists (select from case_division where case_id = it.id and taken_back_at is null)"
MEETING, OPEN = "it.status = 'mediating'", "it.status = 'accepted'"
STANDING = "it.merged_into_id is null and it.credit_code is null"
END, MERGE = f"{CASE} || '/steps/end'", f"{MERCHANT} || '/merge'"
OTHER = "select number from merchant where tenant_id = 2 and merged_into_id is null order by id desc limit 1"
# What somebody types while another makes it impossible; and the page on which the other does, where it is not the same.
LATE: list[tuple[Form, str]] = [
    (
        Form("task", "task", "'/tasks/' || it.id || '/edit'", "it.status = 'open' and it.case_id is not null"),
        "'/tasks/' || it.id",
    ),
    (
        Form(
            "paper.serve",
            "case_document",
            f"{PAPERS} || '/service'",
            "it.status = 'issued'",
            APPROVE,
            join=OF_CASE,
            marked="note",
        ),
        f"{PAPERS} || '/steps/void'",
    ),
    (Form("reunite", "case_record", f"{CASE} || '/reunite'", DIVIDED), ""),
    (
        Form(
            "unlink",
            "case_link",
            "'/cases/' || case_.number || '/links/' || it.id || '/remove'",
            "it.removed_at is null",
            join=OF_CASE,
        ),
        "",
    ),
    (Form("session.new", "case_record", f"{CASE} || '/mediation/new'", MEETING, marked="merchants"), END),
    (Form("offer", "case_record", f"{CASE} || '/mediation'", MEETING, marked="words"), END),
    (Form("investigation", "case_record", f"{CASE} || '/investigation/new'", OPEN), ""),
    (Form("litigation", "case_record", f"{CASE} || '/advocacy/litigation/new'", OPEN), ""),
    (Form("interview", "merchant", f"{MERCHANT} || '/interviews/new'", STANDING, says={"case": ""}), MERGE),
    (
        Form("commitment", "merchant", f"{MERCHANT} || '/commitments/new'", STANDING, says={"interview": ""}),
        MERGE,
    ),
    (Form("merchant", "merchant", f"{MERCHANT} || '/edit'", STANDING, marked="trade"), MERGE),
    (Form("merge", "merchant", MERGE, STANDING, marked="into"), MERGE),
    (Form("group.remove", "case_group", REMOVE, "member.plan_id is null", join=MEMBER), ""),
    (Form("group.void", "case_group", VOID, who=APPROVE, join=PAYMENT), ""),
    (
        Form(
            "exchange",
            "handoff",
            "'/handoffs/east-' || it.number",
            "it.sender_id = 2 and it.kind = 'request' and it.status = 'sent'",
        ),
        "'/handoffs/east-' || it.number || '/steps/withdraw'",
    ),
]


class Desk:
    """The scenario, as it was before each test, and everybody signed in."""

    def __init__(self, scenario: Scenario, root: Engine) -> None:
        self.scenario, self.root = scenario, root
        self.browsers: dict[tuple[str, str, int], Browser] = {}
        for one in [*FORMS, *(one for one, _there in LATE)]:
            for place, login in enumerate(one.who):
                if (one.of, login, place) not in self.browsers:
                    self.browsers[one.of, login, place] = scenario.town.client(one.of, login)

    def run(self, statement: str, **facts: Any) -> None:
        with self.root.begin() as connection:
            connection.execute(text(statement), facts)

    def open(self, one: Form, there: str = "''") -> Sitting:
        query = f"select it.id, {one.path}, {there} from {one.table} it {one.join} where {one.where}"
        tenant = "true" if one.table in ("handoff", "tenant") else f"it.tenant_id = {self.scenario.tenant(EAST)}"
        row = self.scenario.rows(f"{query} and {tenant} order by it.id limit 1")
        assert row, f"{one}: the scenario has no such row"
        for statement in one.before:
            self.run(statement, **({"id": row[0][0]} if ":id" in statement else {}))
        first, second = (self.browsers[one.of, login, place] for place, login in enumerate(one.who))
        return Sitting(self, one, *row[0], first, second)


@dataclass
class Sitting:
    """Two people before one form."""

    desk: Desk
    one: Form
    key: Any
    path: str
    there: str  # where the first one does something else
    first: Browser
    second: Browser

    def shown(self, browser: Browser, path: str = "") -> Shown:
        answer = browser.open("GET", path or self.path)
        assert answer.status_code == 200, (answer.status_code, path or self.path)
        form = self.form_on(answer)
        assert form is not None, f"{self.path}: no form that says which version it is of"
        return form

    def form_on(self, answer: Any) -> Shown | None:
        """The form of the page, which knows the version that was seen."""
        forms = [
            form
            for form in forms_of(answer.get_data(as_text=True))
            if "version" in form.controls and "loaded" in form.controls
        ]
        return forms[0] if forms else None

    def typed_into(self, browser: Browser, path: str, marked: str = "") -> Shown:
        """The form of a page that has this field; on a page with buttons alone, the form of the last of them."""
        shown = forms_of(browser.open("GET", path).get_data(as_text=True))
        named = [
            form for form in shown if any(name in form.controls for name in (marked or self.one.marked, "text", "into"))
        ]
        posts = [form for form in shown if form.action.endswith("/done")]
        return (named or posts)[0]

    def fill(self, form: Shown, said: str) -> dict[str, Any]:
        """Every field as in a hurry, and in the one that counts these words."""
        filled = form.filled(**self.one.says)
        name = self.marked(form)
        return {**filled, name: said} if name else filled

    def marked(self, form: Shown) -> str:
        names = list(form.controls)
        if self.one.marked == "textarea":
            return next(name for name in names if form.controls[name].kind == "textarea")
        return next((name for name in names if name.partition("-")[0] == self.one.marked), "")

    def says(self, place: int, form: Shown) -> str:
        """What the first or the second one writes; nothing where the form has no field for words."""
        return OTHERWISE.get(self.one.marked, (THEIRS, MINE))[place] if self.marked(form) else ""

    def row(self, table: str = "", key: Any = None) -> Any:
        ((said,),) = self.desk.scenario.rows(
            f"select to_jsonb(it) from {table or self.one.table} it where id = :id", id=key or self.key
        )
        return said

    def put_back(self, before: dict[str, Any]) -> None:
        """Somebody took it back: as it was, but a version newer."""
        query = """
            select string_agg(quote_ident(column_name), ', ') from information_schema.columns
            where table_schema = 'public' and table_name = :table and is_generated = 'NEVER'
            and column_name not in ('id', 'version', 'tenant_id')
        """
        ((columns,),) = self.desk.scenario.rows(query, table=self.one.table)
        as_it_was = f"select {columns} from jsonb_populate_record(null::{self.one.table}, cast(:row as jsonb))"
        self.desk.run(
            f"update {self.one.table} set ({columns}) = ({as_it_was}) where id = :id",
            row=json.dumps(before),
            id=self.key,
        )


@pytest.fixture(scope="module")
def desk(scenario: Scenario, root: Engine) -> Iterator[Desk]:
    made = Desk(scenario, root)
    with root.begin() as connection:
        for statement in keep_in("busy"):
            connection.exec_driver_sql(statement)
    yield made
    with root.begin() as connection:
        connection.exec_driver_sql("drop schema busy cascade")


@pytest.fixture(autouse=True)
def as_before(desk: Desk) -> None:
    desk.run("select busy.restore()")


@pytest.mark.parametrize("one", FORMS, ids=str)
def test_who_comes_second_is_told_sees_both_texts_and_may_go_on(desk: Desk, one: Form) -> None:
    two = desk.open(one)
    mine, theirs, before = two.shown(two.second), two.shown(two.first), two.row()
    said, heard = two.says(1, mine), two.says(0, theirs)
    if one.first == NOBODY:
        desk.run(f"update {one.table} set version = version + 1 where id = :id", id=two.key)
    elif one.first:
        where = two.path.partition("/members/")[0].partition("/payments/")[0]
        other = f"{where.rsplit('/', 1)[0] if where == two.path else where}/{one.first}"
        form = two.shown(two.first, other)
        assert two.first.open("POST", other, data=form.filled(text=THEIRS)).status_code == 303
    else:
        sent = two.first.post(two.path, two.fill(theirs, heard))
        assert sent.status_code in DONE, two.first.page and two.first.page.words
    if one.moves and not one.first:
        late = two.second.post(two.path, two.fill(mine, said))
        assert late.status_code == 409
        told(two, said)
        assert two.form_on(late) is None, "what is over cannot be sent again"
        assert said in late.get_data(as_text=True)
        two.put_back(before)
    after = two.row()
    answer = two.second.post(two.path, two.fill(mine, said))
    assert answer.status_code == 409
    assert two.row() == after, "nothing was overwritten"
    if one.first != NOBODY:
        told(two, said, heard if one.heard and one.first != "ledger" else "")
    again = two.form_on(answer)
    assert again is not None
    name = two.marked(again)
    assert not name or again.controls[name].value == said, "what was typed is still in the form"
    sent = two.second.post(two.path, again.filled(**one.says))
    assert sent.status_code in DONE, two.second.page and two.second.page.words


def told(two: Sitting, *words: str) -> None:
    """Who did it, when, and the words of both."""
    assert two.second.page is not None
    shown = two.second.page.words
    person = two.desk.scenario.town.person(two.one.of, two.one.who[0])
    for one in (person.name, f"{clock.today():%m-%d}", *words):
        assert one in shown, one


@pytest.mark.parametrize(("one", "there"), LATE, ids=lambda value: str(value) if isinstance(value, Form) else "")
def test_what_was_typed_for_what_is_over_is_kept_and_said_who_ended_it(desk: Desk, one: Form, there: str) -> None:
    two = desk.open(one, there or one.path)
    mine = two.typed_into(two.second, two.path)
    ((other,),) = desk.scenario.rows(OTHER)
    theirs = two.typed_into(two.first, two.there, "" if there else one.marked)
    says = {"text": THEIRS, "into": other}
    filled = theirs.filled(**{name: said for name, said in says.items() if name in theirs.controls})
    assert two.first.post(theirs.action or two.there, filled).status_code == 303
    after = two.row()
    answer = two.second.post(mine.action or two.path, two.fill(mine, MINE if one.marked != "into" else other))
    assert answer.status_code == 409
    assert two.row() == after
    told(two, MINE if one.marked != "into" else other)
