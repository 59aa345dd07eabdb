"""A case goes from one county to another, or comes back."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.audit.models import Entry
from app.audit.trail import verify
from app.cases.models import Case, CaseClock, CaseFile, Party
from app.core import clock
from app.core.errors import NotAllowed, WrongMoment
from app.handoffs import packet, queries, services
from app.handoffs.models import HandoffDraft, HandoffEcho
from tenants.database import db
from tests.handoffs.conftest import MONDAY, REFERRAL, Exchange, case
from tests.town import CITY, EAST, NORTH, WEST, Town


def standing(exchange: Exchange, reference: str) -> str:
    sent = exchange.see(EAST, reference)
    return exchange.case_at(EAST, sent.sender_case_number or "").status


def test_accepting_opens_the_receivers_own_case_and_closes_the_senders(
    exchange: Exchange, referral: str, town: Town
) -> None:
    sent = exchange.see(EAST, referral)
    assert standing(exchange, referral) == "referred"
    exchange.do(WEST, "handler", referral, "sign")
    exchange.do(WEST, "handler", referral, "accept")
    exchange.tell()
    ended = exchange.case_at(EAST, sent.sender_case_number or "")
    assert (ended.status, ended.outcome) == ("closed", "taken_over")
    with town.at(WEST):
        own = db.session.scalars(select(Case)).one()
        assert (own.origin, own.origin_id, own.origin_from) == ("taken_over", sent.id, 2)
        assert (own.status, own.reference) == ("lodged", sent.sender_case_number)
        party = db.session.scalars(select(Party)).one()
        assert (party.reveal("phone"), party.reveal("name")) == ("13812346027", "林晓梅")
        assert party.reveal("address") is None
        assert queries.by_reference(referral).receiver_case_number == own.number


def test_returning_brings_the_senders_case_back_to_where_it_was(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        from app.cases.workflow import CASE

        CASE.take("accept", case(number), by=town.handler)
        db.session.commit()
    reference = exchange.send(number, REFERRAL)
    exchange.do(WEST, "handler", reference, "return", reason="elsewhere", text="经营者实际经营地在北县。")
    assert standing(exchange, reference) == "referred"  # until the job has told
    exchange.tell()
    assert standing(exchange, reference) == "accepted"
    returned = exchange.see(EAST, reference)
    assert (returned.status, returned.returns, returned.due_on) == ("returned", 1, None)
    with town.at(WEST):
        assert db.session.scalars(select(Case)).all() == []


def test_a_returned_case_may_be_referred_to_another_county(exchange: Exchange, referral: str) -> None:
    exchange.do(WEST, "handler", referral, "return", reason="elsewhere", text="经营者在北县。")
    exchange.tell()
    again = exchange.send(exchange.see(EAST, referral).sender_case_number or "", {**REFERRAL, "receiver": 4})
    assert again == referral[:-1] + "2"
    exchange.do(NORTH, "handler", again, "sign")
    exchange.do(NORTH, "handler", again, "accept")
    exchange.tell()
    assert standing(exchange, again) == "closed"


def test_withdrawing_brings_the_case_back_at_once(exchange: Exchange, referral: str) -> None:
    exchange.do(EAST, "handler", referral, "withdraw", text="消费者撤回。")
    assert standing(exchange, referral) == "lodged"
    with pytest.raises(WrongMoment):
        exchange.do(WEST, "handler", referral, "sign")


def test_what_was_taken_over_cannot_be_withdrawn(exchange: Exchange, referral: str) -> None:
    exchange.do(WEST, "handler", referral, "sign")
    exchange.do(WEST, "handler", referral, "accept")
    with pytest.raises(WrongMoment):
        exchange.do(EAST, "director", referral, "withdraw", text="来不及了。")


def test_a_handler_drafts_and_the_director_sends(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        services.send(case(number), town.handler, **REFERRAL)
        db.session.commit()
    with town.at(EAST):
        (draft,) = db.session.scalars(select(HandoffDraft).where(HandoffDraft.status == "waiting"))
        assert (draft.status, draft.handoff_id, case(number).status) == ("waiting", None, "lodged")
        with pytest.raises(NotAllowed):
            services.LETTER.take("send", draft, by=town.handler)
        services.LETTER.take("send", draft, by=town.director)
        db.session.commit()
        sent = queries.by_reference(queries.reference_of(draft) or "")
        (told,) = queries.story(sent)
        assert (told.step.drafted_by, told.step.by_name, told.words) == ("东承办", "东主任", REFERRAL["ask"])
        assert case(number).status == "referred"


def test_a_letter_given_back_may_be_changed_and_submitted_again(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        draft = services.send(case(number), town.handler, **REFERRAL)
        db.session.flush()
        services.LETTER.take("reject", draft, by=town.director, text="请写明经营地。")
        db.session.flush()
        changed = {name: value for name, value in REFERRAL.items() if name != "kind"} | {"ask": "经营地在贵县西门路。"}
        services.revise(draft, town.handler, **changed, wanted="", legal_basis="", files=[])
        db.session.flush()
        services.LETTER.take("submit", draft, by=town.handler)
        db.session.commit()
        assert (draft.status, draft.ask) == ("waiting", "经营地在贵县西门路。")


def test_the_files_that_were_ticked_are_copied_into_the_receivers_own_case(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        ticked, _left = evidence(case(number), town)
        db.session.commit()
        key = str(ticked.id)
    reference = exchange.send(number, REFERRAL, files=[key])
    exchange.do(WEST, "handler", reference, "sign")
    exchange.do(WEST, "handler", reference, "accept")
    with town.at(WEST):
        (copied,) = db.session.scalars(select(CaseFile)).all()
        assert (copied.name, copied.sha256) == (ticked.name, ticked.sha256)
        assert copied.stored_as != ticked.stored_as


def evidence(subject: Case, town: Town) -> list[CaseFile]:
    from io import BytesIO

    from app.cases.services import attach
    from app.files.accept import accept

    files = [accept(BytesIO(f"{name} 内容".encode()), name) for name in ("合同.txt", "聊天记录.txt")]
    return attach(subject, town.person(EAST, "handler"), files)


def test_the_clocks_of_a_referral_by_hand(exchange: Exchange, referral: str, town: Town) -> None:
    """Sent on Monday 1 June: signed for by Wednesday; signed on Tuesday: answered 7 working days later, 11 June.

    The receiver's decision on acceptance runs from its own receipt, Tuesday: 7 working days, 11 June too.
    """
    assert exchange.see(WEST, referral).due_on == date(2026, 6, 3)
    with clock.freeze(clock.at(date(2026, 6, 2), 9)):
        exchange.do(WEST, "handler", referral, "sign")
        assert exchange.see(EAST, referral).due_on == date(2026, 6, 11)
    with clock.freeze(clock.at(date(2026, 6, 4), 9)):
        exchange.do(WEST, "handler", referral, "accept")
    ended = exchange.see(EAST, referral)
    assert ended.due_on is None
    assert [(one.code, one.state, one.met_on) for one in ended.clocks] == [
        ("sign", "met", date(2026, 6, 2)),
        ("referral_answer", "met", date(2026, 6, 4)),
    ]
    with town.at(WEST):
        acceptance = db.session.scalars(select(CaseClock)).one()
        assert (acceptance.started_on, acceptance.due_on) == (date(2026, 6, 2), date(2026, 6, 11))


def test_each_side_records_its_own_steps_and_hears_the_others_once(
    exchange: Exchange, referral: str, town: Town
) -> None:
    exchange.do(WEST, "handler", referral, "sign")
    exchange.do(WEST, "handler", referral, "accept")
    exchange.tell()
    exchange.tell()
    with town.at(EAST):
        assert events() == ["handoff.send", "handoff.heard_sign", "handoff.heard_accept"]
        assert verify() is None
    with town.at(WEST):
        assert events() == ["handoff.sign", "handoff.accept", "handoff.heard_send"]
        heard = db.session.scalars(select(Entry).where(Entry.event == "handoff.heard_send")).one()
        assert (heard.actor_name, heard.actor_place) == ("东主任", 2)
        assert verify() is None


def events() -> list[str]:
    found = db.session.scalars(select(Entry.event).where(Entry.event.like("handoff.%")).order_by(Entry.seq))
    return list(found)


def test_a_telling_that_broke_off_is_made_good_by_the_sweep(exchange: Exchange, referral: str, town: Town) -> None:
    """The other side's transaction was committed, ours was not: telling it again changes nothing there."""
    from app.handoffs import jobs
    from tenants.provisioning import Act, act_in
    from tenants.registry import registry

    with town.at(EAST):
        step = db.session.scalars(select(HandoffEcho.step_id)).one()
        db.session.commit()
        with pytest.raises(KeyboardInterrupt), act_in(registry.realm(WEST), f"handoff.send {step}"):
            jobs.hear(step)
            db.session.commit()
            raise KeyboardInterrupt
    with clock.freeze(MONDAY.replace(hour=5)), town.at(EAST):
        assert db.session.scalars(queries.untold(clock.now())).all() == [step]
        jobs.sweep.run()
        db.session.commit()
    exchange.tell()
    with town.at(EAST):
        assert db.session.scalars(select(Act).where(Act.done_at.is_(None))).all() == []
        assert db.session.scalars(select(HandoffEcho.done_at)).one() is not None
    with town.at(WEST):
        assert events() == ["handoff.heard_send"]


def test_a_third_county_and_the_other_chain_know_nothing(exchange: Exchange, referral: str, town: Town) -> None:
    from app.core.errors import Missing

    exchange.tell()
    with town.at(NORTH):
        with pytest.raises(Missing):
            queries.by_reference(referral)
        assert events() == []


def test_the_bureau_reads_the_exchange_without_the_packet(exchange: Exchange, referral: str, town: Town) -> None:
    with town.at(CITY):
        (row,) = queries.exchange(kind="referral")
        assert (row.number, row.status) == (referral.removeprefix("east-"), "sent")
        (told,) = queries.story(row)
        assert told.words == REFERRAL["ask"]
        assert packet.personal_of(row) is None
        assert queries.packed_files(row) == []
        assert [(line.what, line.code, line.extent) for line in queries.ledger(row)] == [
            ("field", code, "full") for code in ("name", "phone", "story", "demand")
        ]
        (flow,) = queries.flows(MONDAY.replace(day=1, hour=0), MONDAY.replace(day=30), date(2026, 6, 4))
        assert (flow.sender.slug, flow.receiver.slug, flow.sent, flow.open, flow.late) == (EAST, WEST, 1, 1, 1)


def test_a_letter_is_a_private_matter_until_it_is_sent(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        services.send(case(number), town.handler, **REFERRAL)
        db.session.commit()
    for stranger in (WEST, CITY):
        with town.at(stranger):
            assert db.session.scalars(select(HandoffDraft)).all() == []
