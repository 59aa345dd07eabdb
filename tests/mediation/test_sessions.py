"""Sessions: what is in the way is named and refused, in the database too; recusal; the life of a session."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app import audit
from app.accounts import absence
from app.cases.models import CaseState
from app.cases.queries import by_number
from app.cases.services import consents
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.mediation import queries
from app.mediation.models import MediationBooking, MediationSession
from app.mediation.services import sessions
from app.mediation.workflow import SESSION
from tenants.database import db
from tests.consents import agreed
from tests.mediation.conftest import planned, soon
from tests.town import EAST, WEST


def read(town: Any, number: str) -> list[MediationSession]:
    with town.at(EAST):
        found = queries.of_case(by_number(number))
        db.session.expunge_all()
        return found


def take(town: Any, house: Any, number: str, key: Any, step: str, login: str = "handler", **facts: Any) -> None:
    with town.at(EAST):
        session = queries.session_of(by_number(number), key)
        if "plan" in facts:
            facts["plan"] = planned(house.east, **facts["plan"])
        SESSION.take(step, session, by=town.person(EAST, login), **facts)
        db.session.commit()


def bookings(town: Any) -> int:
    with town.at(EAST):
        return len(db.session.scalars(select(MediationBooking.id)).all())


# What is in the way ---------------------------------------------------------------------------------------------------


def test_a_session_holds_its_room_its_people_its_case_and_who_complains(town, house, standing, arranged):
    number = standing("mediating")
    arranged(number, mediators=(house.east.lawyer, house.east.inside), consumers="林晓梅本人")
    (session,) = read(town, number)
    assert (session.ordinal, session.status, session.room.name) == (1, "planned", "调解室一")
    assert [one.name for one in session.mediators] == ["秦律师", "东承办"]
    assert bookings(town) == 5


@pytest.mark.parametrize(
    ("wanted", "field", "called"),
    [
        ({"mediators": "body"}, "room", "调解室一"),
        ({"room": "two"}, "presides", "秦律师"),
        ({"room": "two", "mediators": "inside"}, "recorder", "东同事"),
    ],
)
def test_what_is_in_the_way_is_named_with_its_time_and_its_case(town, house, standing, arranged, wanted, field, called):
    """The room, the mediator, and whoever takes the minutes: each in the way of another case's session."""
    first, second = standing("mediating"), standing("accepted")
    with town.at(EAST):
        recorder = town.person(EAST, "second")
        db.session.expunge_all()
    arranged(first, soon(9), lasts=90, recorder=recorder)
    said: dict[str, Any] = {"room": "one", "mediators": "lawyer", **wanted}
    plan = {"room": getattr(house.east, said["room"]), "mediators": (getattr(house.east, said["mediators"]),)}
    with pytest.raises(Invalid) as refused:
        arranged(second, soon(10, 15), recorder=recorder, **plan)
    day = soon(9) + timedelta(hours=8)
    assert refused.value.field == field
    for word in (called, f"{day:%Y-%m-%d} 09:00", "10:30", first):
        assert word in str(refused.value.message), word
    assert read(town, second) == []


def test_what_ends_as_another_begins_is_in_nobodys_way(standing, arranged):
    first, second = standing("mediating"), standing("mediating")
    arranged(first, soon(9))
    arranged(second, soon(10))
    arranged(second, soon(8))


def test_one_of_the_centers_people_cannot_mediate_here_and_take_minutes_there(town, house, standing, arranged):
    first, second = standing("mediating"), standing("mediating")
    arranged(first, soon(9), mediators=(house.east.inside,))
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        db.session.expunge_all()
    with pytest.raises(Invalid) as refused:
        arranged(second, soon(9), room=house.east.two, recorder=handler)
    assert refused.value.field == "recorder"


def test_a_case_has_one_session_at_a_time(house, standing, arranged):
    number = standing("mediating")
    arranged(number, soon(9))
    with pytest.raises(Invalid) as refused:
        arranged(number, soon(9, 30), room=house.east.two, mediators=(house.east.body,))
    assert refused.value.field == "at"


def test_the_database_itself_refuses_what_overlaps(town, standing, arranged, as_app):
    """Past all our Python: the second booking of the same thing is refused, that of another is not."""
    key = arranged(standing("mediating"), soon(9))
    with town.at(EAST):
        held = db.session.scalars(select(MediationBooking).where(MediationBooking.session_id == key)).all()
    put = text(
        "insert into mediation_booking (tenant_id, id, session_id, held, starts_at, ends_at) "
        "values (2, :id, :session, :held, :since, :until)"
    )
    since, until = soon(9, 59), soon(11)
    with as_app.connect() as connection:
        for one in held:
            connection.execute(text("select portal.set_realm(array[2::bigint], 2, 2)"))
            with pytest.raises(IntegrityError, match="ex_mediation_booking"):
                facts = {"id": uuid4(), "session": key, "held": one.held, "since": since, "until": until}
                connection.execute(put, facts)
            connection.rollback()
        connection.execute(text("select portal.set_realm(array[2::bigint], 2, 2)"))
        connection.execute(put, {"id": uuid4(), "session": key, "held": uuid4(), "since": since, "until": until})


def test_another_county_is_never_in_the_way(town, house, standing, lodged, arranged, as_app):
    """Not even where it holds the very same key for the very same time."""
    key = arranged(standing("mediating"), soon(9))
    with town.at(EAST):
        held = db.session.scalars(select(MediationBooking.held).where(MediationBooking.session_id == key)).first()
    west = lodged(WEST)
    with town.at(WEST):
        from app.cases.workflow import CASE

        CASE.take("accept", by_number(west), by=town.person(WEST, "director"))
        db.session.commit()
    theirs = arranged(west, soon(13), place=WEST)
    with as_app.begin() as connection:
        connection.execute(text("select portal.set_realm(array[3::bigint], 3, 3)"))
        connection.execute(
            text(
                "insert into mediation_booking (tenant_id, id, session_id, held, starts_at, ends_at) "
                "values (3, :id, :session, :held, :since, :until)"
            ),
            {"id": uuid4(), "session": theirs, "held": held, "since": soon(9), "until": soon(10)},
        )


@pytest.mark.parametrize("times", [4, pytest.param(100, marks=pytest.mark.long)])
def test_of_two_who_want_one_room_at_once_one_gets_it(app, town, house, standing, times, rounds):
    """Two people, two cases, two connections, the same room and the same mediators the other way round."""
    numbers = [standing("mediating"), standing("mediating")]
    for turn in range(times):
        outcomes = at_once(app, town, house, numbers, soon(9, days=8 + turn))
        assert sorted(outcomes) == ["arranged", "refused"], outcomes
    rounds(f"two arrange one room at once {times}, one session each time")


def test_one_of_ours_who_is_away_on_that_day_is_not_seated(town, house, lodged, take, arranged):
    take(number := lodged(), "accept")
    day = clock.today() + timedelta(days=7)
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        absence.enter(handler, person=handler.id, first_on=day, last_on=day + timedelta(days=2))
        db.session.commit()
    with pytest.raises(Invalid) as refusal:
        arranged(number, mediators=(house.east.inside,))
    assert (refusal.value.field, f"{day}" in str(refusal.value.message)) == ("presides", True)
    with pytest.raises(Invalid) as refusal:
        arranged(number, mediators=(house.east.lawyer, house.east.inside))
    assert refusal.value.field == "mediators"
    assert arranged(number, soon(days=10), mediators=(house.east.inside,)), "back by then"


def test_a_consent_that_was_taken_back_stops_somebody_entrusted(town, house, standing, arranged):
    number = standing("mediating")
    key = arranged(number, clock.now() - timedelta(minutes=1))
    with town.at(EAST):
        by = town.person(EAST, "handler")
        said = {"given": False, "said_on": clock.today()}
        consents.note(by_number(number), by, matter=consents.ENTRUST, side="merchant", **said)
        db.session.commit()
    with pytest.raises(WrongMoment):
        take(town, house, number, key, "hold", text="双方到场")


def test_a_consumer_is_expected_at_one_session_at_a_time(town, house, lodged, take, arranged):
    first, same, other = lodged(), lodged(), lodged(phone="13812346099")
    for number in (first, same, other):
        take(number, "accept")
    arranged(first, soon(9))
    with pytest.raises(Invalid) as refusal:
        arranged(same, soon(9, 30), room=house.east.two, mediators=(house.east.body,))
    assert (refusal.value.field, first in str(refusal.value.message)) == ("at", True)
    assert arranged(other, soon(9, 30), room=house.east.two, mediators=(house.east.body,))
    assert arranged(same, soon(11), room=house.east.two, mediators=(house.east.body,))


def test_somebody_entrusted_is_seated_only_where_both_sides_agree(town, house, unasked, take, arranged):
    number = unasked(consents=("entrust",))
    take(number, "accept")
    with pytest.raises(Invalid) as refusal:
        arranged(number)
    assert refusal.value.field == "presides"
    assert arranged(number, mediators=(house.east.inside,)), "one of our own is nobody entrusted"
    with town.at(EAST):
        agreed(by_number(number), town.person(EAST, "handler"))
        db.session.commit()
    assert arranged(number, soon(14))


def at_once(app: Any, town: Any, house: Any, numbers: list[str], at: Any) -> list[str]:
    gate, outcomes = threading.Barrier(len(numbers)), [""] * len(numbers)

    def arrange(place: int, number: str) -> None:
        with app.app_context(), town.at(EAST):
            people = (house.east.lawyer, house.east.body)[:: 1 - 2 * place]
            plan, case = planned(house.east, at, mediators=people), by_number(number)
            person = town.person(EAST, "handler")
            gate.wait(timeout=10)
            try:
                sessions.arrange(case, person, plan)
                db.session.commit()
                outcomes[place] = "arranged"
            except Invalid:
                db.session.rollback()
                outcomes[place] = "refused"

    threads = [threading.Thread(target=arrange, args=one) for one in enumerate(numbers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


# Its life -------------------------------------------------------------------------------------------------------------


def test_moved_it_lets_go_of_what_it_held(town, house, standing, arranged):
    first, second = standing("mediating"), standing("mediating")
    key = arranged(first, soon(9))
    take(town, house, first, key, "move", plan={"at": soon(14), "room": house.east.two}, text="商家当天没空")
    arranged(second, soon(9))
    with pytest.raises(Invalid, match=first):
        arranged(second, soon(14, 30))
    (session,) = read(town, first)
    assert (clock.local(session.starts_at).hour, session.room.name, session.version) == (14, "调解室二", 2)


def test_it_cannot_be_moved_to_where_another_is_and_stays_as_it_was(town, house, standing, arranged):
    first, second = standing("mediating"), standing("mediating")
    arranged(first, soon(9))
    key = arranged(second, soon(14))
    with pytest.raises(Invalid):
        take(town, house, second, key, "move", plan={"at": soon(9, 30)}, text="改时间")
    (session,) = read(town, second)
    assert clock.local(session.starts_at).hour == 14
    assert bookings(town) == 8


def test_cancelled_it_holds_nothing(town, house, standing, arranged):
    number = standing("mediating")
    key = arranged(number)
    take(town, house, number, key, "cancel", text="双方已自行和解")
    assert bookings(town) == 0
    assert read(town, number)[0].status == "cancelled"
    with pytest.raises(WrongMoment):
        take(town, house, number, key, "hold", text="双方到场")


def test_held_it_is_the_session_of_the_case_and_mediation_has_begun(town, house, standing, arranged):
    number = standing("accepted")
    key = arranged(number, clock.now() - timedelta(minutes=2))
    take(town, house, number, key, "hold", came=["merchant", "consumer"], text="商家同意分三期退还")
    (session,) = read(town, number)
    assert (session.status, session.came, session.minutes) == ("held", ["consumer", "merchant"], "商家同意分三期退还")
    with town.at(EAST):
        case = by_number(number)
        assert case.status == CaseState.MEDIATING
        events = [line.entry.event for line in audit.trail(case.id)]
    assert events[:2] == ["case.session", "case.mediate"]


def test_what_has_not_begun_cannot_have_been_held(town, house, standing, arranged):
    number = standing("mediating")
    key = arranged(number)
    with pytest.raises(Invalid):
        take(town, house, number, key, "hold", text="双方到场")


@pytest.mark.parametrize("status", ["lodged", "settled", "ended", "refused", "closed"])
def test_only_what_is_being_mediated_gets_a_session(standing, arranged, status):
    with pytest.raises(WrongMoment):
        arranged(standing(status))


def test_who_does_not_handle_cases_arranges_none(standing, arranged):
    with pytest.raises(NotAllowed):
        arranged(standing("mediating"), login="clerk")


# Recusal --------------------------------------------------------------------------------------------------------------


def recuse(town: Any, number: str, key: Any, granted: bool = True) -> None:
    with town.at(EAST):
        who, by = queries.mediator(key), town.person(EAST, "handler" if granted else "director")
        said = {"asked_by": "consumer", "reason": "与商家法定代表人是亲属"}
        sessions.recuse(by_number(number), who, by, granted=granted, **said)
        db.session.commit()


def test_whoever_is_recused_cannot_sit_in_the_case_and_can_in_others(town, house, standing, arranged):
    number, other = standing("mediating"), standing("mediating")
    recuse(town, number, house.east.lawyer)
    with pytest.raises(Invalid, match="秦律师"):
        arranged(number)
    arranged(other)
    with town.at(EAST):
        assert house.east.lawyer not in {one.id for one in queries.offered(by_number(number)).mediators}


def test_recused_they_are_out_of_the_sessions_that_were_planned(town, house, standing, arranged):
    """The session stays, without them; it cannot be held before somebody else is named."""
    number, other = standing("mediating"), standing("mediating", phone="13812346099")
    at = clock.now() - timedelta(minutes=1)
    key = arranged(number, at)
    recuse(town, number, house.east.lawyer)
    (session,) = read(town, number)
    assert session.mediators == []
    arranged(other, at, room=house.east.two)
    with pytest.raises(WrongMoment):
        take(town, house, number, key, "hold", text="双方到场")
    plan = {"at": at, "mediators": (house.east.body,)}
    take(town, house, number, key, "move", plan=plan, text="更换调解员")
    take(town, house, number, key, "hold", text="双方到场")


def test_only_the_director_lets_a_mediator_stay_in_against_a_request(town, house, standing):
    number = standing("mediating")
    with town.at(EAST):
        who, handler = queries.mediator(house.east.lawyer), town.person(EAST, "handler")
        said = {"asked_by": "merchant", "reason": "系亲属"}
        with pytest.raises(Invalid) as refusal:
            sessions.recuse(by_number(number), who, handler, granted=False, **said)
        assert refusal.value.field == "granted"
        assert sessions.recused(by_number(number)) == set()


def test_a_recusal_that_was_not_granted_keeps_nobody_out(town, house, standing, arranged):
    number = standing("mediating")
    recuse(town, number, house.east.lawyer, granted=False)
    arranged(number)


def test_who_is_entrusted_no_longer_then_is_refused_by_the_day(town, house, standing, arranged):
    with town.at(EAST):
        queries.mediator(house.east.lawyer).until = clock.today() + timedelta(days=3)
        db.session.commit()
    number = standing("mediating")
    arranged(number, soon(9, days=3))
    with pytest.raises(Invalid):
        arranged(number, soon(9, days=4))
