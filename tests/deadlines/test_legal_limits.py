"""Every legal limit, with the due date worked out by hand, and which law binds whom."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from app.deadlines.profiles import EXCHANGE, Basis, NoRule, Rules, Unit
from app.deadlines.services import shipped_rules


@pytest.mark.parametrize(
    ("profile", "code", "start", "due"),
    [
        # Order 121 -------------------------------------------------------------------------------------------------
        # Thursday 2026-09-17: Fr 18 | Su 20 worked, 21, 22, 23, 24 | 25-27 off | Mo 28
        ("order-121", "acceptance", date(2026, 9, 17), date(2026, 9, 28)),
        # 12 days left in September, 31 in October, 17 in November
        ("order-121", "mediation", date(2026, 9, 18), date(2026, 11, 17)),
        # 60 days from 2026-08-03 end on 10-02, in National Day: the first working day is Thursday 10-08
        ("order-121", "mediation", date(2026, 8, 3), date(2026, 10, 8)),
        # Friday 2026-11-20: 23, 24, 25, 26, 27, | 30, Tu 1
        ("order-121", "termination_notice", date(2026, 11, 20), date(2026, 12, 1)),
        # Friday 2026-09-18: Su 20, 21-24 (5) | 28, 29, 30 (8) | 8, 9, Sa 10 (11) | 12, 13, 14, 15 (15)
        ("order-121", "clue_check", date(2026, 9, 18), date(2026, 10, 15)),
        # Monday 2026-04-27: 28, 29, 30 | 6, 7, 8, Sa 9
        ("order-121", "jurisdiction", date(2026, 4, 27), date(2026, 5, 9)),
        # 2026-06-01 + 90: 29 in June, 31, 30 in August: the 30th is a Sunday
        ("order-121", "case_decision", date(2026, 6, 1), date(2026, 8, 31)),
        # 2026-09-01 + 30 = 10-01: National Day
        ("order-121", "judicial_confirmation", date(2026, 9, 1), date(2026, 10, 8)),
        # Order 20 --------------------------------------------------------------------------------------------------
        # Friday 2026-02-13: Sa 14 | 24, 25, 26, 27, Sa 28 | Mo 2
        ("order-20", "acceptance", date(2026, 2, 13), date(2026, 3, 2)),
        # 45 working days from Monday 2026-01-05: 6-9 (4), 12-16 (9), 19-23 (14), 26-30 (19), 2-6 (24), 9-14 (30),
        # | 24-28 (35), 2-6 (40), 9-13 March (45)
        ("order-20", "mediation", date(2026, 1, 5), date(2026, 3, 13)),
        # Across National Day 2025 from Monday 2025-09-08: 9-12 (4), 15-19 (9), 22-26 (14), Su 28, 29, 30 (17),
        # | 9, 10, Sa 11 (20), 13-17 (25), 20-24 (30), 27-31 (35), 3-7 (40), 10-14 November (45)
        ("order-20", "mediation", date(2025, 9, 8), date(2025, 11, 14)),
        # Tuesday 2025-12-23: 24, 25, 26, 29, 30, 31 (6) | 1-3 off | Su 4 worked
        ("order-20", "termination_notice", date(2025, 12, 23), date(2026, 1, 4)),
        # Monday 2025-01-20: 21-24 (4), Su 26, 27 (6) | 5, 6, 7, Sa 8 (10) | 10-14 February (15)
        ("order-20", "clue_check", date(2025, 1, 20), date(2025, 2, 14)),
        # Friday 2024-09-27: Su 29, Mo 30 | 8, 9, 10
        ("order-20", "reporter_notice", date(2024, 9, 27), date(2024, 10, 10)),
        # Wednesday 2023-04-19: 20, 21, Su 23, 24, 25, 26, 27
        ("order-20", "jurisdiction", date(2023, 4, 19), date(2023, 4, 27)),
        # 2022-07-03 + 90 = 10-01: National Day until Friday the 7th, Saturday the 8th is worked
        ("order-20", "case_decision", date(2022, 7, 3), date(2022, 10, 8)),
        # 2021-01-12 + 30 = 02-11, New Year's Eve: off until the 17th
        ("order-20", "judicial_confirmation", date(2021, 1, 12), date(2021, 2, 18)),
        # D1 and D2 at Spring Festival 2026 (15-23 February off, Saturdays 14 and 28 worked) ------------------------
        # Thursday 2026-02-12: 13, Sa 14 (2) | 24, 25, 26, 27, Sa 28 (7): it ends on a make-up Saturday
        ("order-20", "acceptance", date(2026, 2, 12), date(2026, 2, 28)),
        # Friday 2026-02-13: Sa 14 (1) | 24-27, Sa 28 (6), 2-6 March (11), 9-13 (16), 16-20 (21), 23-27 (26),
        # 30-3 April (31) | Qingming 4-6 | 7-10 (35), 13-17 (40), 20-24 (45)
        ("order-20", "mediation", date(2026, 2, 13), date(2026, 4, 24)),
        # D1 and D2 on either side of the change of 2026-04-15 -----------------------------------------------------
        # Tuesday 2026-04-14: 15, 16, 17, 20, 21, 22, Th 23; Wednesday 04-15: 16, 17, 20, 21, 22, 23, Fr 24
        ("order-20", "acceptance", date(2026, 4, 14), date(2026, 4, 23)),
        ("order-121", "acceptance", date(2026, 4, 15), date(2026, 4, 24)),
        # Accepted on 04-15. Order 20: 16, 17 (2), 20-24 (7), 27-30 (11) | 6-8, Sa 9 (15), 11-15 (20), 18-22 (25),
        # 25-29 (30), 1-5 June (35), 8-12 (40), 15-18 (44) | Dragon Boat 19-21 | Mo 22 (45).
        # Order 121: 15 days left in April, 31 in May, 14 in June: Sunday 06-14, so Monday
        ("order-20", "mediation", date(2026, 4, 15), date(2026, 6, 22)),
        ("order-121", "mediation", date(2026, 4, 15), date(2026, 6, 15)),
        # Zhejiang, consumer council --------------------------------------------------------------------------------
        # Thursday 2026-02-12: 13, Sa 14 (2) | 24, 25, Th 26
        ("zhejiang-association", "acceptance", date(2026, 2, 12), date(2026, 2, 26)),
        # Thursday 2026-09-24: | 28, 29, 30 (3) | 8, 9, Sa 10 (6), 12, 13, 14, Th 15 (10)
        ("zhejiang-association", "mediation", date(2026, 9, 24), date(2026, 10, 15)),
        # Thursday 2026-04-30: | 6, 7, 8, Sa 9, Mo 11
        ("zhejiang-association", "department_answer", date(2026, 4, 30), date(2026, 5, 11)),
        # Five days and three days for the business are plain days and stay where they fall, in a holiday too
        ("zhejiang-association", "business_answer", date(2026, 9, 30), date(2026, 10, 5)),
        ("zhejiang-association", "business_performance", date(2026, 2, 15), date(2026, 2, 18)),
        # 2026-01-16 + 30: 15 days left in January, 02-15 is the first of Spring Festival: Tuesday the 24th
        ("zhejiang-association", "judicial_confirmation", date(2026, 1, 16), date(2026, 2, 24)),
        # Shanghai, consumer council --------------------------------------------------------------------------------
        # 2026-08-02 + 60: 29 in August, 30 in September, 10-01: National Day until the 7th
        ("shanghai-association", "mediation", date(2026, 8, 2), date(2026, 10, 8)),
        # 2026-12-02 + 30: 29 in December, 2027-01-01: a Friday, and nobody has said yet that it is off
        ("shanghai-association", "judicial_confirmation", date(2026, 12, 2), date(2027, 1, 1)),
        # Chongqing and Chengdu -------------------------------------------------------------------------------------
        # Friday 2026-02-13: Sa 14 (1) | 24-27 (5), Sa 28 (6), Mo 2 March (7)
        ("yu-rong", "acceptance", date(2026, 2, 13), date(2026, 3, 2)),
        # Monday 2026-08-17: 18-21 (4), 24-28 (9), 31-4 (14), 7-11 (19), 14-18 (24), Su 20 (25), 21-24 (29),
        # 28-30 (32) | 8, 9, Sa 10 (35), 12-16 October (40)
        ("yu-rong", "mediation", date(2026, 8, 17), date(2026, 10, 16)),
        # 12345, online settlement, the house's own -----------------------------------------------------------------
        # Friday 2026-04-03: | Qingming 4-6 | Tu 7, 8, 9, 10, Mo 13
        ("hotline-12345", "hotline_answer", date(2026, 4, 3), date(2026, 4, 13)),
        # Monday 2026-06-15: 16, 17, 18 (3) | Dragon Boat 19-21 | 22-26 (8), 29, Tu 30 (10)
        ("odr", "reconciliation", date(2026, 6, 15), date(2026, 6, 30)),
        # Over the end of the year, Monday 2026-12-28: 29, 30, 31 (3), Fr 1 by the week (4), 4, 5, We 6 (7)
        ("internal", "internal_finish", date(2026, 12, 28), date(2027, 1, 6)),
        # The city's own --------------------------------------------------------------------------------------------
        # Friday 2026-11-20: Mo 23, Tu 24
        ("exchange", "sign", date(2026, 11, 20), date(2026, 11, 24)),
        # Wednesday 2026-09-30: | 8, 9, Sa 10, 12, 13, 14, 15
        ("exchange", "referral_answer", date(2026, 9, 30), date(2026, 10, 15)),
        # Thursday 2026-12-31: the days of January 2027 by the week, as nobody has confirmed them: Fr 1, 4-7
        ("exchange", "request_answer", date(2026, 12, 31), date(2027, 1, 7)),
        # Monday 2026-11-23: 24, 25, 26, 27, 30, 1, 2, 3, 4, Mo 7
        ("exchange", "assist_answer", date(2026, 11, 23), date(2026, 12, 7)),
        # Monday 2026-11-23: 24, 25, 26, 27, 30, 1, We 2
        ("exchange", "assignment_answer", date(2026, 11, 23), date(2026, 12, 2)),
        # Monday 2026-11-23: 24, 25, 26, 27, Mo 30
        ("exchange", "supervision_answer", date(2026, 11, 23), date(2026, 11, 30)),
        # Saturday 2026-11-21: Mo 23, Tu 24
        ("exchange", "return_handling", date(2026, 11, 21), date(2026, 11, 24)),
        # Sunday 2026-11-22: 23, 24, 25, 26, Fr 27
        ("exchange", "answer_review", date(2026, 11, 22), date(2026, 11, 27)),
    ],
)
def test_a_limit_ends_on_the_day_counted_by_hand(rules: Rules, profile: str, code: str, start: date, due: date) -> None:
    assert rules.profile(profile).limit(code).due_on(start, rules.calendar) == due


def test_no_limit_ships_without_a_date_worked_out_by_hand(rules: Rules) -> None:
    (mark,) = [mark for mark in test_a_limit_ends_on_the_day_counted_by_hand.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    worked_out = {(profile, code) for profile, code, *_ in mark.args[1]}
    assert worked_out == {(profile.code, code) for profile in rules.profiles for code in profile.limits}


def test_the_day_of_receipt_decides_between_the_two_orders(rules: Rules) -> None:
    before, after = rules.in_force(date(2026, 4, 14)), rules.in_force(date(2026, 4, 15))
    assert (before.code, after.code) == ("order-20", "order-121")
    assert (before.limit("mediation").amount, before.limit("mediation").unit) == (45, Unit.WORKING)
    assert (after.limit("mediation").amount, after.limit("mediation").unit) == (60, Unit.CALENDAR)
    # Accepted on the same day, 2026-04-20. Order 121: 10 + 31 + 19 = Friday 06-19, Dragon Boat until Sunday -> 06-22.
    # Order 20: 21-24 (4), 27-30 (8), 6-9 May (12), 11-15 (17), 18-22 (22), 25-29 (27), 1-5 June (32), 8-12 (37),
    # 15-18 (41), then off until the 21st, and 22-25 June (45)
    accepted = date(2026, 4, 20)
    assert after.limit("mediation").due_on(accepted, rules.calendar) == date(2026, 6, 22)
    assert before.limit("mediation").due_on(accepted, rules.calendar) == date(2026, 6, 25)


def test_what_the_law_may_leave_out_or_lengthen_is_data(rules: Rules) -> None:
    order_121 = rules.profile("order-121")
    assert set(order_121.limit("mediation").pauses) == {"testing"}
    assert not order_121.limit("acceptance").pauses
    assert order_121.limit("clue_check").extends_by == 15
    assert order_121.limit("mediation").extends_by == 0
    assert order_121.limit("mediation").citation == "《市场监督管理投诉举报处理办法》第二十三条"


def test_an_extension_asks_for_what_its_text_asks_for(rules: Rules) -> None:
    needs = {
        (one.code, code): (limit.extends_by, limit.extends_needs)
        for one in rules.profiles
        for code, limit in one.limits.items()
        if limit.extends_needs
    }
    assert needs == {
        ("shanghai-association", "mediation"): (30, "consent"),
        ("yu-rong", "acceptance"): (7, "told"),
        ("yu-rong", "mediation"): (20, "told"),
    }


def test_profiles_bind_a_case_by_themselves_or_run_beside(rules: Rules) -> None:
    assert set(rules.families(whole=True)) == {"administrative", "zhejiang", "shanghai", "cross_region"}
    assert set(rules.families(whole=False)) == {"hotline", "odr", "internal"}
    assert rules.families(whole=True)["administrative"].code == "order-121"


def test_every_number_says_how_it_is_known(rules: Rules) -> None:
    known = {profile.code: {limit.basis for limit in profile.limits.values()} for profile in rules.profiles}
    assert known["exchange"] == {Basis.LOCAL}
    assert Basis.LOCAL not in known["order-121"] | known["order-20"]
    assert rules.profile("order-20").limit("acceptance").basis == Basis.TEXT


def test_the_newest_version_that_binds_is_in_force_and_old_ones_stay_readable(rules: Rules) -> None:
    first = rules.profile("exchange")
    second = replace(first, version=2, effective_from=date(2027, 1, 1))
    later = Rules(rules.calendar, (*rules.profiles, second))
    assert later.in_force(date(2026, 12, 31), EXCHANGE) is first
    assert later.in_force(date(2027, 1, 1), EXCHANGE) is second
    assert later.profile("exchange") is second
    assert later.profile("exchange", 1) is first


def test_a_question_no_profile_answers_is_a_fault_and_not_a_guess(rules: Rules) -> None:
    with pytest.raises(NoRule):
        rules.in_force(date(2019, 12, 31))
    with pytest.raises(NoRule):
        rules.in_force(date(2026, 5, 1), "elsewhere")
    with pytest.raises(NoRule):
        rules.profile("order-121", 9)
    with pytest.raises(NoRule):
        rules.profile("order-121").limit("reporter_notice")


def test_what_is_said_of_a_rule_is_said_in_english_too() -> None:
    """A foreign reader of a clock page meets no sentence in Chinese but the citation of the law."""
    for profile in shipped_rules().profiles:
        said = [profile.name, profile.law, profile.authority, profile.source]
        said += [words for limit in profile.limits.values() for words in (limit.title, limit.starts, limit.note)]
        assert [words.zh for words in said if words.zh and not words.en] == [], profile.code
        assert [words.en for words in said if re.search("[\u4e00-\u9fff]", words.en)] == [], profile.code
