"""`flask tenants audit`: silent on a sound house, a sentence for every way of breaking it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from tenants.audit import faults
from tenants.registry import registry

# what somebody does -> what the audit says about it
BREAKS = {
    "alter table person disable row level security": "row level security is off",
    "alter table person no force row level security": "FORCE is off",
    "drop policy seen on person": "policy 'seen' is missing",
    "drop policy owner on person": "policy 'owner' is missing",
    "alter policy seen on person using (true)": "policy 'seen' was changed",
    "alter policy seen on person to public": "policy 'seen' was changed",
    "create policy extra on person for select using (true)": "policy 'extra' is not one of ours",
    "grant delete on audit_entry to portal_app": "portal_app has DELETE",
    "grant update (hash) on audit_entry to portal_app": "portal_app has UPDATE",
    "revoke insert on person from portal_app": "portal_app lacks INSERT",
    "grant select on person to portal_guest": "portal_guest has SELECT",
    "grant select on person to public": "PUBLIC has SELECT",
    "grant update on act to portal_app": "portal_app has UPDATE on other columns",
    "create table stray (id bigint)": "the table has no model",
    "alter table person owner to portal_app": "belongs to portal_app",
    "alter table person add constraint solo unique (id)": "does not start with tenant_id",
    "alter table person add constraint one unique (id); "
    "alter table sign_in add constraint plain foreign key (person_id) references person (id)": "not carry the tenant",
    "create view peep as select * from person; grant select on peep to portal_app": "a view is granted to portal_app",
    "create materialized view peep as select * from person; grant select on peep to portal_app": "a view is granted",
    "create function portal.loot() returns int language sql security definer as 'select 1'": "that no list names",
    "create function portal.loot2() returns trigger language plpgsql as 'begin end'; "
    "create trigger spy before insert on person for each row execute function portal.loot2()": "trigger spy",
    "alter function portal.search_documents reset all": "its search_path is not pinned",
    "grant execute on function portal.search_documents to public": "everybody may execute it",
    "alter function portal.search_documents owner to portal_owner": "belongs to portal_owner",
    # Another order of the same words: the receiver may write as another author, the sender loses what it withdrew.
    "alter policy added on handoff_message with check ((author_id = portal.writes() and portal.writes() = sender_id) "
    "or portal.writes() = receiver_id)": "policy 'added' was changed",
    "alter policy seen on handoff_personal using ((sender_id = portal.opens() or receiver_id = portal.opens()) "
    "and open_to_receiver)": "policy 'seen' was changed",
    "create or replace function portal.reads() returns bigint[] language sql stable parallel safe as "
    "'select array_agg(id) from public.tenant'": "portal.reads: the function was changed",
    "create or replace function portal.search_documents(kinds text[], asked text, words text[], only_open boolean, "
    "before_at timestamptz, before_id uuid, most integer) returns table (kind text, subject_id uuid, at timestamptz) "
    "language sql stable security definer set search_path = pg_catalog, pg_temp as "
    "'select kind, subject_id, at from public.search_document'": "portal.search_documents: the function was changed",
    "create function portal.more() returns int language sql as 'select 1'": "portal.more: a function that no list",
    "alter role portal_app set portal.reads = '1,2,3'": "role portal_app begins in a realm of its own",
    "grant execute on function portal.search_documents to portal_guest": "portal_guest may execute it",
    "create view peep as select * from person; grant select (name) on peep to portal_app": "a view is granted",
    "create schema loot; create table loot.person as select * from public.person; "
    "grant select on loot.person to portal_app": "loot.person: a table out of sight",
    "alter role portal_app bypassrls": "has BYPASSRLS",
    "alter role portal_search login": "may log in",
    "grant portal_owner to portal_app": "portal_app is a member of portal_owner",
    "alter role portal_app createrole": "may create roles",
}


def test_the_house_stands_as_declared(as_app: Engine, app: Any) -> None:
    with as_app.connect() as connection:
        assert faults(connection) == []


@pytest.mark.parametrize("change", BREAKS)
def test_every_break_is_named(root: Engine, app: Any, change: str) -> None:
    with root.connect() as connection:
        for statement in change.split("; "):
            connection.execute(text(statement))
        said = faults(connection)
        connection.rollback()
    assert any(BREAKS[change] in sentence for sentence in said), said


def test_the_command_exits_with_the_number_of_faults(app: Any, root: Engine) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["tenants", "audit"]).exit_code == 0
    with root.begin() as connection:
        connection.execute(text("alter table person no force row level security"))
    try:
        result = runner.invoke(args=["tenants", "audit"])
    finally:
        with root.begin() as connection:
            connection.execute(text("alter table person force row level security"))
    assert result.exit_code == 1
    assert "person: row level security does not bind the owner" in result.output


@pytest.mark.parametrize("slug", ["Bad_Slug", "x", "1abc", "a" * 40, "a b"])
def test_an_impossible_slug_is_one_sentence(app: Any, slug: str) -> None:
    done = app.test_cli_runner().invoke(args=["tenants", "add", slug, "某县中心", "--kind", "center"])
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert len(done.output.splitlines()) == 1
    assert "is no slug" in done.output


def test_a_command_without_a_database_is_one_sentence(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    away = create_engine("postgresql+psycopg://127.0.0.1:9/nowhere", connect_args={"connect_timeout": 1})
    monkeypatch.setattr(registry, "_engine", away)
    monkeypatch.setattr(registry, "_places", {})
    registry.forget()
    done = app.test_cli_runner().invoke(args=["tenants", "list"])
    registry.forget()
    assert done.exit_code == 1
    assert "The database cannot be reached: connection to server" in done.output
