"""Taking a complaint in."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from app.cases.models import Case, CaseClock, CaseCredential, Party
from app.cases.services import Complaint, lodge
from app.core.errors import Invalid
from tenants.database import db
from tests.town import EAST

TOLD = Complaint(
    facts="2026年9月10日健身房闭店，电话13812346027无人接听，卡里还有4680元。",
    demand="退还余额",
    name="林晓梅",
    phone="138 1234 6027",
    merchant_name="悦动健身",
    category="S0401",
    problem="P02",
)


def test_a_complaint_becomes_a_case_with_a_number_and_a_clock(town):
    with town.at(EAST):
        clerk = town.person(EAST, "clerk")
        lodged = lodge(TOLD, clerk, key="k1", slip=True)
        db.session.commit()
        case = lodged.case
        assert case.number.endswith("-000001")
        assert (case.status, case.party_label, case.phone_mask) == ("lodged", "林**", "138****6027")
        assert "13812346027" not in case.summary
        clock = db.session.scalars(select(CaseClock)).one()
        assert (clock.code, clock.due_on) == ("acceptance", case.due_on)
