"""Whatever the portal can keep, the demo keeps some of: a newcomer meets every part of it at work."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from app.cases.models import CaseFile, CaseStatement
from app.cases.papers.models import CaseDocument
from app.core import clock
from app.core.clock import SHANGHAI
from app.deadlines.services import shipped_rules
from app.demo.builder import LAST_HOUR, at_work
from app.demo.builder_desk import ON_PAPER, PHRASES
from app.demo.builder_script import HELD, held
from app.demo.city import CITY, PASSWORD
from app.demo.texts import SITUATIONS
from app.documents import letterhead
from tenants import realm
from tenants.audit import models
from tenants.database import db
from tenants.registry import registry
from tests.demo.conftest import NOW

# Tables that no city has rows in until somebody does what only a visitor can do.
EMPTY = {
    "sign_in": "nobody has signed in",
    "throttle": "nobody has typed a wrong password",
    "case_presence": "nobody has a page open",
    "triage_model": "learning needs an extra that the demo does without",
    "triage_training": "the same",
}


def test_every_table_of_the_demo_has_rows(built: int, root: Engine) -> None:
    with root.connect() as connection:
        bare = {name for name in models() if connection.execute(text(f"select 1 from {name} limit 1")).first() is None}
    assert bare == EMPTY.keys()


def test_what_lies_on_the_desks(built: int, root: Engine) -> None:
    with root.connect() as connection:

        def rows(query: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(text(query))]

        staffed = (
            "select tenant_id from person where role = any (array['center_admin', 'director', 'clerk', 'handler'])"
        )
        ((centers,),) = rows(
            f"select count(*) from ({staffed} group by 1 having count(distinct role) = 4) as full_house"
        )
        told = "case_statement s join case_record c on c.tenant_id = s.tenant_id and c.id = s.case_id"
        ((most,),) = rows(
            f"select count(*) from {told} where c.origin = 'first' group by s.facts order by 1 desc limit 1"
        )
        assert most <= 3, "no letter stands in the city more often"
        assert rows("select count(distinct tenant_id) from case_document where status = 'issued'") == [(len(ON_PAPER),)]
        assert {row[0] for row in rows("select distinct status from case_document")} == {
            *("drafted", "waiting", "issued", "voided")
        }
        kept = "select count(*), count(owner_id) from phrase group by tenant_id"
        assert rows(kept) == [(sum(map(len, PHRASES.values())), len(PHRASES["own"]))] * centers
        assert rows("select distinct facts ->> 'reached' from audit_entry where event = 'case.contact' order by 1") == [
            ("false",),
            ("true",),
        ]
        assert rows("select count(*) from case_record where people = 5") == [(centers,)]
        assert rows("select count(*) from case_party where role = 'agent'") == [(centers,)]
        assert rows("select count(*) from case_statement where stream <> '' and order_number <> ''") == [(centers,)]
        assert rows("select count(*) from case_record where 'foreign' = any (traits)") == [(centers,)]
        assert rows("select count(*) from import_file where status <> 'done'") == [(0,)]
        assert rows("select count(*) from case_bulk where status <> 'done'") == [(0,)]
        assert rows("select count(*) from case_export where status <> 'done'") == [(0,)]
        assert rows("select count(*), count(revoked_at) from file_grant") == [(3, 1)]
        assert rows("select count(*) from jobs.procrastinate_jobs where status not in ('succeeded')") == [(0,)]


def test_a_file_whose_time_is_over_was_called_in_as_those_that_are_still_open(
    built: int, root: Engine, town: Any
) -> None:
    """In the list, told to the county, and the rows of it are of the shape that the services gave the others."""
    with root.connect() as connection:
        over, *others = connection.execute(text("select * from file_grant order by number")).mappings().all()
        assert over["until"] < NOW
        assert over["revoked_at"] is None
        assert all(one["until"] > NOW for one in others)
        assert [one["number"] for one in (over, *others)] == [f"DY-2026-{n:06d}" for n in (1, 2, 3)]
        assert over["case_number"] not in {one["case_number"] for one in others}

        def shape(query: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(text(query)).all()]

        for event in ("case.called_in", "grant.given"):
            entries = shape(
                "select array(select jsonb_object_keys(e.facts) order by 1), e.subject_kind, e.actor_name, "
                "e.actor_place from audit_entry e join audit_remark r "
                "on (r.tenant_id, r.entry_id) = (e.tenant_id, e.id) "
                f"where e.event = '{event}'"
            )
            assert len(entries) == 3
            assert all(entry == entries[0] for entry in entries), entries
        acts = "select undone, done_at is not null from act where why like 'call in DY-%'"
        assert shape(acts) == [(False, True)] * 3
        notices = (
            "select distinct array(select jsonb_object_keys(facts) order by 1), endpoint, subject_kind from notice"
        )
        assert len(shape(f"{notices} where event = 'case.called_in'")) == 1
        assert shape("select count(distinct subject_id) from notice where event = 'case.called_in'") == [(3,)]
    with clock.freeze(NOW):
        browser = town.client("city")
        browser.sign_in("shenwenyuan", PASSWORD)
        browser.get("/grants?holds=over")
        assert over["number"] in browser.page.words


def test_the_city_with_all_of_that_passes_its_own_checks(built: int, app: Any, root: Engine) -> None:
    run: Callable[..., Any] = app.test_cli_runner().invoke
    for command in (["audit", "verify"], ["facts", "verify"], ["tenants", "audit"]):
        done = run(args=command)
        assert done.exit_code == 0, done.output


def test_cases_are_refused_and_ended_by_the_rule_they_go_by(built: int, root: Engine) -> None:
    """No ground that the rule does not know, no time run out before its day, no order cited before it was in force."""
    with root.connect() as connection:
        given = connection.execute(
            text("select distinct profile_code, ground from case_record where ground is not null")
        ).all()
        assert {profile for profile, _ground in given} == {"order-20", "order-121"}
        for profile, ground in given:
            assert ground not in ("T7", "NA6") or profile == "order-121", ground
        early = connection.scalar(
            text(
                "select count(*) from case_record c "
                "join case_clock k on k.tenant_id = c.tenant_id and k.case_id = c.id "
                "where c.ground = 'T5' and k.code = 'mediation' and k.met_on < k.due_on"
            )
        )
        assert early == 0
        cited = connection.execute(
            text("select distinct legal_basis, sent_at < '2026-04-15' from handoff where kind = 'referral'")
        ).all()
        orders = {("市场监督管理投诉举报处理暂行办法 第十二条", True), ("市场监督管理投诉举报处理办法 第十二条", False)}
        assert orders <= {tuple(row) for row in cited}
        assert ("市场监督管理投诉举报处理办法 第十二条", True) not in {tuple(row) for row in cited}


FRIDAY, MONDAY = 20, 23  # of November 2026


@pytest.mark.parametrize(
    ("seen", "stands"),
    [
        ((MONDAY, 5, 0), (FRIDAY, 17, 0)),
        ((22, 12, 0), (FRIDAY, 17, 0)),
        ((FRIDAY, 23, 59), (FRIDAY, 17, 0)),
        ((MONDAY, 9, 29), (FRIDAY, 17, 0)),
        ((MONDAY, 10, 7), (MONDAY, 10, 7)),
        ((MONDAY, 13, 0), (MONDAY, 12, 0)),
        ((MONDAY, 16, 1), (MONDAY, 16, 1)),
    ],
)
def test_a_demo_stands_as_of_the_last_hour_that_was_worked(
    seen: tuple[int, int, int], stands: tuple[int, int, int]
) -> None:
    now, then = (datetime(2026, 11, *moment, tzinfo=SHANGHAI) for moment in (seen, stands))
    assert at_work(now) == then
    assert at_work(then) == then, "to look twice changes nothing"


def test_nothing_on_the_desks_is_done_at_night_or_on_a_day_off(built: int, root: Engine) -> None:
    """The city is built on a Sunday."""
    calendar, now = shipped_rules().calendar, at_work(NOW)

    def at_an_odd_hour(moment: datetime) -> bool:
        there = clock.local(moment)
        return not (calendar.is_working_day(there.date()) and 8 * 60 + 30 <= there.hour * 60 + there.minute <= 17 * 60)

    with root.connect() as connection:

        def moments(query: str) -> list[datetime]:
            return list(connection.scalars(text(query), {"since": now - LAST_HOUR}))

        ours = "tenant_id in (select id from tenant where slug = any (array['linhe', 'anlan', 'scjg']))"
        acts = moments(f"select at from audit_entry where at > :since and {ours}")
        assert acts
        assert max(acts) <= now
        assert not [at for at in acts if at_an_odd_hour(at)]
        linhe = "tenant_id = (select id from tenant where slug = 'linhe')"
        apart = moments(f"select distinct date_trunc('minute', at) from audit_entry where at > :since and {linhe}")
        assert len(apart) > 15, "they come one after the other"
        for met in (
            "select starts_at from mediation_session union all "
            "select starts_at + lasts * interval '1 minute' from mediation_session",
            "select held_at from merchant_interview",
            "select visited_at from investigation_visit",
            "select received_at from case_record where received_at > :since and channel = 'window'",
        ):
            found = moments(met)
            assert found, met
            assert not [at for at in found if at_an_odd_hour(at)], met
        on = "select agreed_on from case_agreement where case_id in (select case_id from group_member)"
        assert all(calendar.is_working_day(day) for day in connection.scalars(text(on)))


def test_what_is_claimed_is_what_the_words_ask_for(built: int, root: Engine) -> None:
    told = "case_statement s join case_record c on c.tenant_id = s.tenant_id and c.id = s.case_id"
    with root.connect() as connection:

        def rows(query: str) -> set[Any]:
            return {tuple(row) for row in connection.execute(text(query))}

        window = "c.channel = 'window' and c.merchant_name in ('顺达驾校', '暖冬服饰旗舰店', '临江酒店')"
        assert rows(f"select distinct s.demand, c.claims::text, c.category from {told} where {window}") == {
            ("退还学费。", "{C06}", "S0303"),
            ("退一赔三。", "{C04,C11}", "S0502"),
            ("Refund of the deposit. 退还预付房费。", "{C10}", "S0102"),
        }


def test_what_is_offered_fits_how_it_was_paid(built: int, root: Engine) -> None:
    of = "join case_record c on c.tenant_id = o.tenant_id and c.id = o.case_id where not c.prepaid"
    with root.connect() as connection:

        def words(query: str) -> list[str]:
            return list(connection.scalars(text(query)))

        offered = words(f"select o.words from mediation_offer o {of}")
        offered += words(f"select o.minutes from mediation_session o {of} and o.status = 'held'")
        offered += words(
            "select distinct a.terms from mediation_instalment i "
            "join case_agreement a on a.tenant_id = i.tenant_id and a.id = i.agreement_id "
            "join case_record c on c.tenant_id = a.tenant_id and c.id = a.case_id "
            "where not c.prepaid and c.id not in (select case_id from group_member)"
        )
        assert offered
        assert not [said for said in offered if re.search("余额|预付|次数|闭店", said)]


def test_papers_that_are_in_the_file_are_ticked(built: int) -> None:
    """Also in the county that took a case over; and what staff write to a department is nobody's evidence."""
    seen = set()
    for place in CITY.centers:
        with realm.enter(registry.realm(place.slug), db.leave):
            names: dict[Any, set[str]] = {}
            for file in db.session.scalars(select(CaseFile)):
                names.setdefault(file.case_id, set()).add(file.name)
            for statement in db.session.scalars(select(CaseStatement).where(CaseStatement.case_id.in_(names))):
                mine = names[statement.case_id]
                assert not mine & {"协查函.pdf", "投诉情况摘要.pdf"}
                missing = set(held(mine)) - set(statement.held)
                assert not missing, (place.slug, mine, statement.held)
                seen |= set(statement.held)
    assert seen >= {"harm", "contract", "chat", "order", "closure"}


def test_every_word_for_a_paper_is_in_the_name_of_one() -> None:
    names = {name for one in SITUATIONS.values() for name in one.text["evidence"]}
    assert not {word for words in HELD.values() for word in words if not any(word in name for name in names)}
    assert "harm" in held(["门诊病历.pdf"])
    assert "contract" in held(["会员合同.pdf"])
    assert held([]) == ("identity", "purchase")


def test_a_notice_gives_the_telephone_of_the_center_that_issues_it(built: int) -> None:
    telephones = {place.slug: place.telephone for place in (CITY.bureau, *CITY.centers)}
    assert len(set(telephones.values())) == len(telephones)
    assert all(re.fullmatch(rf"{CITY.area_code}-6\d{{6}}", number) for number in telephones.values())
    for slug in ON_PAPER:
        with realm.enter(registry.realm(slug), db.leave):
            notices = db.session.scalars(select(CaseDocument).where(CaseDocument.kind == "mediation-notice")).all()
            assert {one.filled()["phone"] for one in notices} == {telephones[slug]}
            assert {one.filled()["issuer_phone"] for one in notices} == {telephones[slug]}


def test_every_center_and_the_bureau_say_where_they_are_found(built: int) -> None:
    """At a place in their own county; a department signs nothing here, and says nothing."""
    for office in CITY.offices.values():
        with realm.enter(registry.realm(office.slug), db.leave):
            said = letterhead.present()
        assert (said.address, said.telephone, said.hours) == (office.address, office.telephone, office.hours)
        if office.kind == "department":
            assert not said.address
        else:
            assert said.address.startswith(f"{CITY.name}{office.county}")
            assert said.hours


def test_nobody_whom_the_readme_invites_to_be_is_on_leave(built: int, root: Engine) -> None:
    readme = Path(__file__).parents[2].joinpath("README.md").read_text("utf-8")
    invited = {tuple(row) for row in re.findall(r"^\| `/(\w+)/` \| \S+ \| `(\w+)` \|", readme, re.MULTILINE)}
    assert ("linhe", "zhoulan") in invited
    away = (
        "select t.slug, p.login from absence a join person p on p.tenant_id = a.tenant_id and p.id = a.person_id "
        "join tenant t on t.id = p.tenant_id"
    )
    with root.connect() as connection:
        found = {tuple(row) for row in connection.execute(text(away))}
    assert len(found) >= len(CITY.centers)
    assert not found & invited


def test_what_somebody_has_read_has_a_category(built: int, root: Engine) -> None:
    """What the hotline sent today and nobody has opened may go without."""
    bare = (
        "select channel, status, received_at from case_record "
        "where category is null and nature not in ('Q', 'X', 'S', 'G')"
    )
    with root.connect() as connection:
        found = connection.execute(text(bare)).all()
    assert {(row.channel, row.status) for row in found} <= {("hotline", "lodged")}
    assert all(row.received_at > NOW - timedelta(days=5) for row in found)
