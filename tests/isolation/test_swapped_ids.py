"""Another county's identifier is answered like one that nobody has: byte for byte, wherever it is put (TI11, TI12)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any
from urllib.parse import quote, quote_plus
from uuid import UUID

import pytest

from app.accounts.permissions import ROLES
from app.core.area import ANYONE, SIGNED_IN
from tests.browser import Browser
from tests.forms import Shown, forms_of
from tests.isolation import identifiers
from tests.isolation.identifiers import filled, keys, known, rules, words
from tests.isolation.scenario import Scenario
from tests.town import CITY, EAST, MARKET, NORTH, PEOPLE, WEST

NOBODYS = "019f0000-0000-7000-8000-0000000000ff"
# Who asks, and whose things are put in the place of their own.
ASKED = [(EAST, WEST), (MARKET, NORTH), (CITY, WEST)]


class Asking:
    """The people of one organisation, each with a browser, and answers without what differs every time."""

    def __init__(self, scenario: Scenario, slug: str) -> None:
        self.scenario, self.slug = scenario, slug
        self._browsers: dict[str, tuple[Browser, str]] = {}

    def who(self, view: Any) -> str | None:
        """Somebody here who may enter, or None."""
        for slug, login, _name, role in PEOPLE:
            if slug == self.slug and (view.allow in (ANYONE, SIGNED_IN) or view.allow in ROLES[role].can):
                return login
        return None

    def browser(self, login: str) -> tuple[Browser, str]:
        if login not in self._browsers:
            browser = self.scenario.town.client(self.slug, login)
            self._browsers[login] = (browser, browser.csrf_token())
        return self._browsers[login]

    def ask(self, login: str, method: str, address: str, data: dict[str, Any] | None = None) -> Any:
        browser, token = self.browser(login)
        options = {"data": {**(data or {}), "csrf_token": token}} if method == "POST" else {}
        return browser.open(method, address, **options)

    def answer(
        self, login: str, method: str, address: str, tried: set[str], data: dict[str, Any] | None = None
    ) -> tuple[int, str, str]:
        """Status, headers and body, without the request's number, nonces and tokens, and what was tried itself."""
        response = self.ask(login, method, address, data)
        body, said = response.get_data(as_text=True), dict(response.headers)
        if response.status_code in (302, 303):
            body += self.ask(login, "GET", response.headers["Location"]).get_data(as_text=True)
        for name in ("Set-Cookie", "Content-Length"):
            said.pop(name, None)
        return (
            response.status_code,
            plain(repr(sorted(said.items())), tried),
            plain(body, tried),
        )


_EVERY_TIME = re.compile(
    r"nonce-[\w-]+|nonce=\"[\w-]+\"|"
    r"(?<=name=\"csrf_token\") (?:type=\"hidden\" )?value=\"[^\"]+\"|(?<=name=\"submission_key\") value=\"[^\"]+\"|"
    r"(?<=\bof=)[\w%]+|"
    r"(?<=csrf-token\" content=\")[^\"]+|\b[0-9a-f]{16}\b|\(\'X-Request-ID\', \'\w+\'\)|"
    r"data-session-(?:ends|over)=\"\d+\""
)


def plain(said: str, tried: set[str]) -> str:
    said = re.sub(r'<input[^>]*name="(?:csrf_token|submission_key|of)"[^>]*>', "", said)
    for value in sorted(tried, key=len, reverse=True):
        for written in (value, quote(value), quote_plus(value)):
            said = said.replace(written, "∅")
    return _EVERY_TIME.sub("", said)


def nobodys(value: str) -> str:
    """Something of the same form that nobody has."""
    try:
        UUID(value)
    except ValueError:
        return re.sub(r"\d{6}$", "999999", value)
    return NOBODYS


# In addresses ---------------------------------------------------------------------------------------------------------


def swaps(scenario: Scenario, rule: Any, mine: str, others: str) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """(the other's, nobody's) in the place of one's own: each key by itself, and together."""
    own, alien = known(scenario, rule, mine), known(scenario, rule, others)
    alien = [row for row in alien if row not in own]
    names = [name for name in keys(rule) if not (mine == CITY and name in ("slug", "reference"))]
    if not alien or not names:
        return
    base = own[0] if own else alien[0]
    if mine == CITY:  # it reads every county: what must not be mixed up is whose number is under whose address
        base = known(scenario, rule, EAST)[0]
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            swapped = {name: alien[0][name] for name in chosen}
            if any(base[name] == value for name, value in swapped.items()):
                continue
            yield {**base, **swapped}, {**base, **{name: nobodys(value) for name, value in swapped.items()}}


@pytest.mark.parametrize(("mine", "others"), ASKED)
def test_in_an_address_it_is_like_a_missing_one(scenario: Scenario, whole_app: Any, mine: str, others: str) -> None:
    asking, tried, told = Asking(scenario, mine), 0, []
    if mine == CITY:  # with a file called in, so that only the paper can be wrong
        wish = {"reason": "核查办理质量", "extent": "file", "days": "3"}
        address = f"/counties/{EAST}/cases/{_filed(scenario)}"
        assert asking.ask("supervisor", "POST", f"{address}/call-in", wish).status_code == 303
        assert asking.ask("supervisor", "GET", f"{address}/file").status_code == 200
    for method in ("GET", "POST"):
        for rule in rules(whole_app, method):
            view = whole_app.view_functions[rule.endpoint]
            login = asking.who(view)
            home = {EAST: "center", MARKET: "department", CITY: "bureau"}[mine]
            if login is None or home not in view.area.kinds:
                continue
            for theirs, nobodys_ in swaps(scenario, rule, mine, others):
                for word in words(rule):
                    values = {*theirs.values(), *nobodys_.values()}
                    one = asking.answer(login, method, filled(rule, **theirs, **word), values)
                    other = asking.answer(login, method, filled(rule, **nobodys_, **word), values)
                    tried += 1
                    if one != other or one[0] != 404:
                        told.append((method, filled(rule, **theirs, **word), one[0], other[0]))
    assert not told
    assert tried >= {EAST: 60, MARKET: 20, CITY: 4}[mine]


def _filed(scenario: Scenario) -> str:
    """The case of East that the first paper is of."""
    ((number,),) = scenario.rows(
        "select case_.number from case_file it join case_record case_ on case_.id = it.case_id "
        "where it.tenant_id = 2 order by it.id limit 1"
    )
    return str(number)


# In forms and questions -----------------------------------------------------------------------------------------------


class Field:
    """A field that takes an identifier: the page, who sends it, and the rest of what is sent."""

    def __init__(self, login: str, page: str, name: str, kind: str, status: int = 422, /, **said: Any) -> None:
        self.login, self.page, self.name, self.kind = login, page, name, kind
        self.status, self.said = status, said

    def __str__(self) -> str:
        return f"{self.page}·{self.name}"


INTAKE = {"told": "健身房闭店", "name": "林晓梅", "nature": "C", "channel": "window"}
DESCRIBED = {
    "title": "退费",
    "summary": "健身房闭店",
    "nature": "C",
    "category": "S0401",
    "problem": "P02",
    "version": "",
}
STOPPED = {"clock": "mediation", "reason": "testing", "evidence": "JC-1", "on": "2026-11-20"}
MEETING = {"on": "2099-01-05", "at": "09:00", "lasts": "60", "way": "room", "place": "一楼", "consumers": "林晓梅"}
AWAY = {"first_on": "2099-01-01", "last_on": "2099-01-02"}
CALLED = {"held_at": "2099-01-05T09:30", "place": "会议室", "text": "说明退款安排"}
AMENDED = {"reason": "改期", "count": "2", "first": "2099-01-01", "months": "1", "on": "2026-01-01", "consented": "y"}
LETTER = {"receiver": "5", "subject": "核查", "ask": "请核查。"}
# {…} is East's own; `kind` says what is put into the field.
FIELDS = [
    Field("director", "/cases/bulk", "chosen", "case", 303, action="assign"),
    Field("director", "/cases/bulk/start", "chosen", "case", action="assign", assignee="{person}"),
    Field("director", "/cases/bulk/start", "into", "case", action="join_earlier", chosen="{lodged}"),
    Field("director", "/cases/bulk/start", "assignee", "person", action="assign", chosen="{accepted}"),
    Field("director", "/cases/{accepted}/steps/assign", "assignee", "person", version="{version}"),
    Field("handler", "/cases/new", "merchant_number", "merchant", merchant_name="悦动健身", **INTAKE),
    Field("handler", "/cases/new/duplicates", "merchant_number", "merchant", 200, told="健身房闭店"),
    Field("handler", "/cases/new/duplicates", "phone", "phone", 200, told="健身房闭店"),
    Field("handler", "/merchants/look-up", "merchant_name", "merchant_name", 200),
    Field("handler", "/search", "q", "phone", 303),
    Field("handler", "/cases/{lodged}/steps/accept", "merchant_number", "merchant", **DESCRIBED),
    Field("handler", "/cases/{accepted}/steps/describe", "merchant_number", "merchant", **DESCRIBED),
    Field(
        "handler",
        "/cases/{mediating}/investigation/steps/plan",
        "person",
        "person",
        text="查清收款账户",
        due_on="2099-01-01",
    ),
    Field("handler", "/cases/{mediating}/steps/pause", "file", "file", **STOPPED),
    Field("handler", "/cases/{mediating}/letters/new?kind=request", "files", "file", **LETTER),
    Field("handler", "/letters/{letter}/edit", "files", "file", **LETTER),
    Field("director", "/absences", "person", "person", **AWAY),
    Field("director", "/absences", "deputy", "person", person="{person}", **AWAY),
    Field("director", "/tasks/{task}/edit", "assignee", "person", text="打电话", due_on="2099-01-01"),
    Field("director", "/mediators/new", "person", "person", kind="inside"),
    Field("handler", "/cases/{mediating}/mediation/new", "recorder", "person", presides="{mediator}", **MEETING),
    Field(
        "handler",
        "/cases/{met}/mediation/{session}/steps/move",
        "recorder",
        "person",
        presides="{mediator}",
        text="改期",
        version="{meeting}",
        **MEETING,
    ),
    Field("handler", "/cases/{accepted}/links/new", "related", "case", tie="merchant", why="同一商家"),
    Field("handler", "/cases/{accepted}/steps/join_earlier", "into", "case", version="{version}"),
    Field("handler", "/groups/new/{lodged}", "chosen", "case", name="健身房", ask="退款"),
    Field("handler", "/groups/{group}/members", "chosen", "case"),
    Field("handler", "/groups/{group}/amendment", "chosen", "case", **AMENDED),
    Field("handler", "/merchants/{dealt}/interviews/new", "case", "case", **CALLED),
    Field("handler", "/merchants/{dealt}/commitments/new", "watcher", "person", text="退款", due_on="2099-01-01"),
    Field("handler", "/merchants/{dealt}/commitments/new", "interview", "talk", text="退款", due_on="2099-01-01"),
    Field("handler", "/merchants/{merchant}/merge", "into", "merchant"),
]
QUESTIONS = [
    ("director", "/cases", "who", "person"),
    ("director", "/cases", "same", "case"),
    ("director", "/cases", "merchant", "merchant_name"),
    ("director", "/merchants/", "q", "merchant_name"),
    ("director", "/search", "q", "case"),
    ("director", "/search", "q", "merchant_name"),
    ("director", "/inbox", "after", "reference"),
    ("director", "/outbox", "after", "reference"),
    ("director", "/audit", "person", "person"),
    ("director", "/audit", "who", "person"),
    ("director", "/audit", "number", "case"),
    ("admin", "/people", "q", "person"),
    ("director", "/cases", "after", "cursor"),
    ("director", "/notices", "after", "cursor"),
]
ONE_OF = {
    "case": "select number from case_record where tenant_id = :t order by id limit 1",
    "person": "select id from person where tenant_id = :t and login = 'handler'",
    "merchant": "select number from merchant where tenant_id = :t limit 1",
    "dealt": "select it.number from merchant it join merchant_interview talk on talk.merchant_id = it.id "
    "where it.tenant_id = :t limit 1",
    "talk": "select id from merchant_interview where tenant_id = :t and status = 'held' limit 1",
    "merchant_name": "select name from merchant where tenant_id = :t limit 1",
    "file": "select id from case_file where tenant_id = :t order by id limit 1",
    "letter": "select number from handoff_draft where tenant_id = :t and status = 'drafted' limit 1",
    "task": "select id from task where tenant_id = :t and case_id is not null order by id limit 1",
    "mediator": "select id from mediator where tenant_id = :t order by id limit 1",
    "session": "select id from mediation_session where tenant_id = :t and status = 'planned' order by id limit 1",
    "meeting": "select version from mediation_session where tenant_id = :t and status = 'planned' order by id limit 1",
    "met": "select case_.number from case_record case_ join mediation_session it on it.case_id = case_.id "
    "where it.tenant_id = :t and it.status = 'planned' order by it.id limit 1",
    "group": "select number from case_group where tenant_id = :t order by id limit 1",
    "phone": "select '1380000' || lpad(cast(:t as text), 2, '0') || '01'",
    "reference": identifiers.IDENTIFIERS[("handoffs", "reference")],
    "cursor": "select queue_on || '~' || id from case_record where tenant_id = :t order by id limit 1",
}


@pytest.fixture
def theirs(scenario: Scenario) -> Callable[[str], tuple[str, str]]:
    """(West's, nobody's) of a kind."""

    def find(kind: str) -> tuple[str, str]:
        value = str(scenario.rows(ONE_OF[kind], t=scenario.tenant(WEST))[0][0])
        missing = {"merchant_name": "无此商家有限公司", "phone": "13899999999"}.get(kind, nobodys(value))
        if kind == "cursor":
            missing = f"{value[:-1]}{'0' if value[-1] != '0' else '1'}"  # a place in the list, just beside
        return value, missing

    return find


@pytest.fixture
def mine(scenario: Scenario) -> dict[str, str]:
    number = scenario.cases[EAST]["accepted"]
    ((version,),) = scenario.rows("select version from case_record where tenant_id = 2 and number = :n", n=number)
    found = {kind: str(scenario.rows(query, t=2)[0][0]) for kind, query in ONE_OF.items()}
    return {**scenario.cases[EAST], **found, "version": str(version)}


@pytest.fixture(scope="module")
def east(scenario: Scenario) -> Asking:
    return Asking(scenario, EAST)


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_in_a_field_it_is_like_a_missing_one(
    east: Asking, mine: dict[str, str], theirs: Callable[[str], tuple[str, str]], field: Field
) -> None:
    said = {name: value.format(**mine) for name, value in field.said.items()}
    page, tried = field.page.format(**mine), set(theirs(field.kind))
    answers = [
        east.answer(field.login, "POST", page, tried, {**said, field.name: value}) for value in theirs(field.kind)
    ]
    assert [answer[0] for answer in answers] == [field.status] * 2, answers[0][2][-3000:]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(("login", "page", "name", "kind"), QUESTIONS)
def test_in_a_question_it_is_like_a_missing_one(
    east: Asking, theirs: Callable[[str], tuple[str, str]], login: str, page: str, name: str, kind: str
) -> None:
    tried = set(theirs(kind))
    answers = [east.answer(login, "GET", f"{page}?{name}={value}", tried) for value in theirs(kind)]
    assert answers[0][0] in (200, 404)
    assert answers[0][:2] == answers[1][:2]
    assert answers[0][2].splitlines() == answers[1][2].splitlines()


def test_a_key_that_another_county_used_opens_a_case_of_ones_own(scenario: Scenario, east: Asking) -> None:
    """Nor does a unique rule tell that something is there (TI7): the rule begins with the tenant."""
    with scenario.root.begin() as connection:
        connection.exec_driver_sql("update case_record set submission_key = 'wests-own' where number = '2026-000501'")
    answer = east.ask("handler", "POST", "/cases/new", {**INTAKE, "submission_key": "wests-own"})
    assert answer.status_code == 303
    known_ = scenario.rows("select tenant_id from case_record where submission_key = 'wests-own' order by tenant_id")
    assert [row[0] for row in known_] == [2, 3]


def test_every_field_that_takes_an_identifier_is_among_these(scenario: Scenario, whole_app: Any, east: Asking) -> None:
    """Found by looking at every form that East's people meet, for values that are keys or numbers of East's."""
    own = {
        str(row[0])
        for query in (*map(ONE_OF.get, _KEYS), *(f"select id from {table} where tenant_id = :t" for table in _TABLES))
        for row in scenario.rows(query.replace("limit 1", ""), t=2)
    }
    covered = {(_without_numbers(field.page), field.name) for field in FIELDS}
    covered |= {(page, name) for _login, page, name, _kind in QUESTIONS}
    missed = set()
    for login in ("clerk", "handler", "director", "admin"):
        for address in identifiers.addresses(scenario, whole_app, (EAST,), 3):
            response = east.ask(login, "GET", address)
            if response.status_code == 200 and response.mimetype == "text/html":
                for form in forms_of(response.get_data(as_text=True)):
                    missed |= {place for place in _identified(form, address, own) if place not in covered}
    assert not missed, "\n".join(map(str, sorted(missed)))


_KEYS = ("case", "person", "merchant", "file", "letter", "reference")
_TABLES = ("case_record", "person", "merchant", "case_file", "case_draft", "notice", "sign_in", "import_file")


def _identified(form: Shown, address: str, own: set[str]) -> Iterator[tuple[str, str]]:
    to = form.controls["list"].value if "list" in form.controls else form.action or address
    for name, control in form.controls.items():
        if name not in ("csrf_token", "submission_key") and own & {control.value, *control.choices}:
            yield _without_numbers(to.removeprefix(f"/{EAST}")), name


def _without_numbers(address: str) -> str:
    """An address without what it is about: /cases/…/steps/assign."""
    path = address.partition("?")[0]
    return re.sub(r"\{\w+\}|\b[GM]?\d{4}-\d{6}\b|[0-9a-f]{8}-[0-9a-f-]{27}", "…", path)
