"""AU10, AU13 and the keeping of people: slips, roles, the last administrator, and the first one."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.accounts import permissions, services
from app.accounts.models import Person
from app.accounts.permissions import ROLES, Can
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from tenants import realm
from tenants.database import db
from tenants.registry import registry
from tests.town import CITY, EAST, MARKET, PASSWORD, WEST

NEW = "four herons over a quiet field"


def address(town, login, slug=EAST):
    return f"/people/{town.person(slug, login).id}"


def code_in(page):
    (code,) = re.findall(r"\b(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}\b", page.words)
    return code


def slip(town, login="handler"):
    """The code that an administrator prints for somebody."""
    admin = town.client(EAST, "admin")
    assert admin.post(f"{address(town, login)}/slip").status_code == 200
    return code_in(admin.page)


def typed(browser, login, password):
    return browser.post("/sign-in", {"login": login, "password": password}).status_code


# Slips ----------------------------------------------------------------------------------------------------------------


def test_a_slip_opens_the_door_once_and_asks_for_a_password(town):
    code = slip(town)
    browser = town.client(EAST)
    assert typed(browser, "handler", code) == 303
    for path in ("/account", "/roles", "/people", "/notices", "/audit", "/"):
        answer = browser.get(path)
        assert (answer.status_code, answer.location) == (303, "/east/account/password"), path
    assert browser.get("/account/password").status_code == 200
    assert browser.post("/account/password", {"new_password": NEW, "new_password_again": NEW}).status_code == 303
    assert browser.get("/account").status_code == 200
    assert typed(town.client(EAST), "handler", code) == 422
    assert typed(town.client(EAST), "handler", NEW) == 303


def test_a_slip_is_used_up_even_when_no_password_was_chosen(town):
    code = slip(town)
    assert typed(town.client(EAST), "handler", code) == 303
    assert typed(town.client(EAST), "handler", code) == 422


def test_a_slip_holds_for_an_hour(town):
    code = slip(town)
    with clock.freeze(clock.now() + timedelta(minutes=61)):
        assert typed(town.client(EAST), "handler", code) == 422
    with clock.freeze(clock.now() + timedelta(minutes=59)):
        assert typed(town.client(EAST), "handler", code) == 303


def test_a_slip_may_be_typed_in_small_letters_without_dashes(town):
    assert typed(town.client(EAST), "handler", slip(town).lower().replace("-", " ")) == 303


def test_a_slip_ends_the_password_and_the_sessions_so_far(town):
    browser = town.client(EAST, "handler")
    slip(town)
    assert browser.get("/account").status_code == 303
    assert typed(town.client(EAST), "handler", PASSWORD) == 422


def test_the_next_slip_makes_the_one_before_worthless(town):
    first, second = slip(town), slip(town)
    assert typed(town.client(EAST), "handler", first) == 422
    assert typed(town.client(EAST), "handler", second) == 303


def test_a_slip_is_for_one_person(town):
    assert typed(town.client(EAST), "director", slip(town)) == 422


def test_a_slip_is_kept_as_a_hash_and_has_its_entry(town, credentials, events, root):
    code = slip(town)
    kept = credentials("handler")
    assert kept.password_hash is None
    assert len(bytes(kept.slip_hash)) == 32
    entry = events(prefix="person.")[-1]
    assert (entry.event, entry.actor_name, entry.subject_id) == ("person.slip", "东管理", kept.person_id)
    bare = code.replace("-", "")
    with root.connect() as connection:
        for table in ("credential", "audit_entry", "sign_in", "person"):
            rows = str(connection.execute(text(f"select * from {table}")).all())
            assert code not in rows
            assert bare not in rows


def test_the_slip_names_the_configured_address_whatever_host_was_asked(town):
    """AU10, HD6: no link is built from the Host header."""
    admin = town.client(EAST, "admin")
    admin.post(f"{address(town, 'handler')}/slip", headers={"X-Forwarded-Host": "e.example"})
    assert "http://127.0.0.1:8000/east/sign-in" in admin.page.words
    assert "e.example" not in admin.page.words


def test_guessing_slips_has_to_wait_too(town):
    code = slip(town)
    browser = town.client(EAST)
    for _ in range(5):
        assert typed(browser, "handler", code[:-1] + ("0" if code[-1] != "0" else "1")) == 422
    assert typed(browser, "handler", code) == 429


def test_a_weak_password_leaves_the_slips_session_where_it_is(town):
    browser = town.client(EAST)
    assert typed(browser, "handler", slip(town)) == 303
    assert browser.post("/account/password", {"new_password": "kurz", "new_password_again": "kurz"}).status_code == 422
    assert browser.get("/account").location == "/east/account/password"


# Keeping people -------------------------------------------------------------------------------------------------------


def test_an_administrator_adds_somebody_and_never_learns_the_password(town, events):
    admin = town.client(EAST, "admin")
    facts = {"login": "Wang.Fang", "name": "王芳", "role": "clerk", "title": "窗口"}
    assert admin.post("/people/new", facts).status_code == 200
    browser = town.client(EAST)
    assert typed(browser, "wang.fang", code_in(admin.page)) == 303
    assert browser.post("/account/password", {"new_password": NEW, "new_password_again": NEW}).status_code == 303
    assert [entry.event for entry in events(prefix="person.")] [-3:] == [
        "person.appointed", "person.slip", "person.password_changed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"login": "handler"}, "login"),
        ({"login": "HANDLER"}, "login"),
        ({"login": "x"}, "login"),
        ({"login": "two words"}, "login"),
        ({"login": "a" * 41}, "login"),
        ({"login": ""}, "login"),
        ({"name": ""}, "name"),
        ({"name": "王" * 41}, "name"),
        ({"role": "bureau_admin"}, "role"),
        ({"role": "head"}, "role"),
        ({"role": ""}, "role"),
    ],
)
def test_what_is_wrong_with_a_new_person_is_said_beside_the_field(town, changes, field):
    admin = town.client(EAST, "admin")
    answer = admin.post("/people/new", {"login": "wang.fang", "name": "王芳", "role": "clerk", "title": "", **changes})
    assert answer.status_code == 422
    assert f"{field}-wrong" in admin.page.ids
    assert next(form for form in admin.page.forms if "name" in form["fields"])["fields"]["name"] == changes.get(
        "name", "王芳"
    )


def test_more_than_the_form_asks_for_is_not_taken(town):
    """TI20: a field that the page does not have changes nothing."""
    admin = town.client(EAST, "admin")
    before = town.person(EAST, "handler")
    admin.post(
        address(town, "handler"),
        {"name": "新名", "title": "", "role": "handler", "tenant_id": "3", "login": "root", "active": "", "id": "1"},
    )
    after = town.person(EAST, "handler")
    assert (after.name, after.login, after.tenant_id, after.active, after.id) == (
        "新名", before.login, before.tenant_id, True, before.id,
    )  # fmt: skip


def test_a_change_says_what_it_was_before(town, events):
    admin = town.client(EAST, "admin")
    admin.post(address(town, "handler"), {"name": "东承办", "title": "组长", "role": "director"})
    changed, role = events(prefix="person.")[-2:]
    assert (changed.event, changed.facts) == ("person.changed", {"changes": {"title": None}})
    assert (role.event, role.facts) == ("person.role_changed", {"before": "handler", "after": "director"})


def test_disabling_and_enabling(town, events):
    admin = town.client(EAST, "admin")
    assert admin.post(f"{address(town, 'handler')}/disable").status_code == 303
    assert typed(town.client(EAST), "handler", PASSWORD) == 422
    admin.get("/people?show=disabled")
    assert "东承办" in admin.page.words
    assert admin.post(f"{address(town, 'handler')}/slip").status_code == 422
    assert admin.post(f"{address(town, 'handler')}/enable").status_code == 303
    assert typed(town.client(EAST), "handler", PASSWORD) == 303
    assert [entry.event for entry in events(prefix="person.")][-2:] == ["person.disabled", "person.enabled"]


def test_nobody_gives_themselves_another_role_or_a_slip_or_shuts_themselves_out(town):
    admin = town.client(EAST, "admin")
    own = address(town, "admin")
    assert admin.post(own, {"name": "东管理", "title": "", "role": "director"}).status_code == 403
    assert admin.post(f"{own}/slip").status_code == 403
    assert admin.post(f"{own}/disable").status_code == 403
    assert town.person(EAST, "admin").role == "center_admin"


def test_somebody_always_keeps_the_people(town, somebody):
    with somebody("admin") as admin:
        with pytest.raises(NotAllowed):
            services.disable(admin, by=None)
        with pytest.raises(NotAllowed):
            services.change_role(admin, "clerk", by=None)
        services.add_person("second.admin", "第二管理", "center_admin", PASSWORD)
        services.change_role(admin, "clerk", by=None)
        assert admin.role == "clerk"


@pytest.mark.parametrize("step", ["", "/slip", "/disable", "/enable"])
@pytest.mark.parametrize("where", [WEST, CITY, MARKET])
def test_people_of_another_organisation_are_not_there(town, where, step):
    """TI11: not to the bureau either, which reads them; and the answer is the one of a person that never was."""
    login = "head" if where == MARKET else "admin"
    admin = town.client(where, login)
    method = admin.post if step else admin.get
    strange = method(f"{address(town, 'handler')}{step}")
    missing = method(f"/people/00000000-0000-7000-8000-000000000000{step}")
    assert strange.status_code == missing.status_code == 404
    assert town.person(EAST, "handler").active


def test_the_bureaus_list_shows_the_bureaus_people(town):
    admin = town.client(CITY, "admin")
    admin.get("/people")
    assert "市督察" in admin.page.words
    assert "东承办" not in admin.page.words


@pytest.mark.parametrize(("login", "role"), [("handler", "handler"), ("clerk", "clerk"), ("director", "director")])
@pytest.mark.parametrize("path", ["/people", "/people/new"])
def test_only_who_keeps_people_sees_them(town, login, role, path):
    assert Can.PERSON_KEEP not in ROLES[role].can
    assert town.client(EAST, login).get(path).status_code == 403


def test_a_long_list_of_people_has_pages(town):
    with town.at(EAST):
        for number in range(60):
            db.session.add(
                Person(login=f"p{number}", name=f"人{number:02}", role="clerk", active=True, created_at=clock.now())
            )
        db.session.commit()
    admin, seen = town.client(EAST, "admin"), []
    path = "/people"
    while path:
        admin.get(path)
        seen += re.findall(r"人\d\d", admin.page.words)
        path = next((f"/people{link}" for link in admin.page.links if link.startswith("?after=")), None)
    assert sorted(seen) == [f"人{number:02}" for number in range(60)]


def test_the_list_of_people_costs_the_same_for_many(town, statements):
    admin = town.client(EAST, "admin")
    with statements() as few:
        admin.get("/people")
    with town.at(EAST):
        for number in range(40):
            services.add_person(f"p{number}", f"人{number}", "clerk")
        db.session.commit()
    with statements() as many:
        admin.get("/people")
    assert len(few) == len(many)


# Roles ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "login", "kind"),
    [(EAST, "clerk", "center"), (CITY, "analyst", "bureau"), (MARKET, "officer", "department")],
)
def test_the_table_of_roles_is_the_one_that_is_checked(town, slug, login, kind):
    browser = town.client(slug, login)
    answer = browser.get("/roles")
    assert answer.status_code == 200
    granted = answer.get_data(as_text=True).count("#check")
    assert granted == sum(len(role.can) for role in permissions.roles_of(kind))
    for role in permissions.roles_of(kind):
        assert str(role.label) in browser.page.words


def test_every_permission_has_words_and_somebody_who_holds_it():
    assert set(permissions.LABELS) == set(Can)
    assert set().union(*(role.can for role in ROLES.values())) == set(Can)
    assert list(Can) == sorted(Can)


# The first administrator ----------------------------------------------------------------------------------------------


@pytest.fixture
def opened(app):
    """A county that was opened this minute and has nobody in it."""
    from tenants import provisioning

    with realm.enter(registry.realm(realm.BUREAU_ID), db.leave):
        place = provisioning.open_tenant("south", "南县消费者权益保护中心", "center", short_name="南县中心")
        db.session.commit()
    registry.forget()
    return place


def test_the_bureau_appoints_the_first_administrator_of_a_new_organisation(town, opened, events):
    supervisor = town.person(CITY, "admin")
    with town.at(CITY):
        person, code = services.appoint_first_administrator(opened, "nan.admin", "南管理", by=supervisor)
        db.session.commit()
    assert (person.role, person.tenant_id) == ("center_admin", opened.id)
    browser = town.client("south")
    assert typed(browser, "nan.admin", code) == 303
    browser.post("/account/password", {"new_password": NEW, "new_password_again": NEW})
    assert browser.get("/people").status_code == 200
    appointed = events("south", "person.")[0]
    assert (appointed.event, appointed.actor_name, appointed.actor_place) == ("person.appointed", "市管理", 1)
    act = appointed.facts["act"]  # what was done there and what is said of it here belong together
    assert events(CITY, "tenant.")[-1].facts == {"place": "south", "role": "center_admin", "act": act}


def test_the_command_line_appoints_and_prints_a_slip(town, opened, app):
    run = app.test_cli_runner().invoke
    said = run(args=["accounts", "add", "--tenant", "south", "--login", "nan.admin", "--name", "南管理"])
    assert said.exit_code == 0, said.output
    assert "http://127.0.0.1:8000/south/sign-in" in said.output
    code = said.output.split()[-1]
    assert typed(town.client("south"), "nan.admin", code) == 303
    again = run(args=["accounts", "slip", "--tenant", "south", "--login", "NAN.admin"])
    assert again.exit_code == 0, again.output
    assert typed(town.client("south"), "nan.admin", again.output.split()[-1]) == 303


def test_the_command_line_adds_to_the_bureau_itself(town, app):
    said = app.test_cli_runner().invoke(
        args=["accounts", "add", "--tenant", "city", "--login", "new.one", "--role", "analyst"]
    )
    assert said.exit_code == 0, said.output
    assert town.person(CITY, "new.one").role == "analyst"


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "--tenant", "nowhere", "--login", "x.y"],
        ["add", "--tenant", "east", "--login", "handler"],
        ["add", "--tenant", "east", "--login", "x.y", "--role", "head"],
        ["slip", "--tenant", "east", "--login", "nobody"],
        ["slip", "--tenant", "nowhere", "--login", "nobody"],
    ],
)
def test_the_command_line_says_in_a_sentence_what_is_wrong(town, app, arguments):
    said = app.test_cli_runner().invoke(args=["accounts", *arguments])
    assert said.exit_code == 1
    assert "Traceback" not in said.output
    assert len(said.output.splitlines()) == 1


def test_a_name_is_taken_once_in_each_organisation(town):
    with town.at(EAST):
        services.add_person("shared.name", "东", "clerk")
        with pytest.raises(Invalid):
            services.add_person("Shared.Name", "东", "clerk")
        db.session.rollback()
    with town.at(WEST):
        services.add_person("shared.name", "西", "clerk")
