"""What few cases come to: in every county one that is investigated, a lawsuit that is supported, something exposed.

So few that the services themselves write them, when all the others are there.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.advocacy import workflow as advocacy
from app.cases.models import REPORT, Case, CaseState, Outcome
from app.cases.queries import by_number
from app.core import clock
from app.demo.builder_papers import paper
from app.demo.builder_town import counties, one_by_one, staff, workday
from app.investigations import workflow as investigations
from tenants.database import db

WHY = "该经营者收款账户不一，消费者预付款余额较大，需查清预付款去向。"
GYMS = func.coalesce(Case.category, "") == "S0401"
EXPOSED = "某健身机构多家门店闭店后不退预付款，请消费者保存合同和付款凭证，谨慎办理长期卡。"
LAWSUIT = "消费者年龄较大，经营者拒不到场，诉求有合同和付款记录为据。"


def go_beyond(now: datetime) -> None:
    """In every county, as of this moment."""
    for _place in counties(now):
        one_by_one(_investigate, _stand_up_for)


def _latest(*wanted: Any, rather: Any = None) -> Case | None:
    """The latest of these, of those that are `rather` wanted if there is one."""
    found = select(Case.number).where(*wanted, Case.nature != REPORT)
    order = Case.received_at.desc(), Case.number
    number = db.session.scalars(found.order_by(*([] if rather is None else [rather.desc()]), *order).limit(1)).first()
    return by_number(number) if number else None


def _investigate() -> None:
    """Under way: a plan, a visit, a picture as evidence under seal."""
    case = _latest(Case.status == CaseState.MEDIATING.value, Case.prepaid)
    director, handler = staff("director")[0], staff("handler")[0]
    if case is None:
        return
    one, today = investigations.propose(case, director, scope="complex", text=WHY), clock.today()
    visited_on = workday(-1)
    due, place = today + timedelta(days=7), {"place": case.merchant_name or "门店", "present": f"{handler.name}、店员"}
    found = {"title": "前台收款码", "source": "门店前台", "holder": handler.name}
    for step, told in (
        ("plan", {"person": str(handler.id), "due_on": due, "text": "调取收款账户流水，查清账户归谁所有。"}),
        ("plan", {"person": str(handler.id), "due_on": today, "text": "走访门店，核对公示的收款账户和退款登记。"}),
        (
            "visit",
            {
                "visited_at": clock.at(visited_on, 15),
                "text": "现场拍摄张贴的收款码，与合同所列收款账户不一致。",
                "said": place,
            },
        ),
        ("finish", {"point": "2", "text": "已走访，收款码照片已取得。"}),
        ("collect", {"taken_on": visited_on, "said": found, "evidence": [paper("收款码照片.jpg")]}),
        ("hand_on", {"item": "1", "act": "sealed", "moved_on": today, "said": {}, "text": "封条0017"}),
    ):
        db.session.flush()
        investigations.INVESTIGATION.take(step, one, by=handler, **told)


def _stand_up_for() -> None:
    """A lawsuit that was approved; an exposure that was checked and waits for the director."""
    case, director, handler = (
        _latest(Case.outcome == Outcome.ENDED.value, rather=GYMS),
        staff("director")[0],
        staff("handler")[0],
    )
    if case is None:
        return
    lawsuit = advocacy.ask(case, handler, "litigation", means="letter", text=LAWSUIT)
    db.session.flush()
    advocacy.LITIGATION.take("approve", lawsuit, by=director)
    exposure = advocacy.ask(case, handler, "exposure", medium="own", text=EXPOSED)
    for step, day, text in (
        ("check", "checked_on", "已核对合同、付款记录和现场检查记录。"),
        ("hear", "heard_on", "已书面告知，经营者未答复。"),
    ):
        db.session.flush()
        told: dict[str, Any] = {day: clock.today()}
        advocacy.EXPOSURE.take(step, exposure, by=handler, text=text, **told)
