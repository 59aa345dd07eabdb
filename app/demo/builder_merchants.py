"""What the counties have taken up with merchants: in each of them one that was called in, and entries that are double.

So few that the services themselves write them, when all the cases are there.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from app.cases.models import Case
from app.core import clock
from app.demo.builder_town import counties, one_by_one, staff, workday
from app.merchants import services as register
from app.merchants.dealings import services
from app.merchants.dealings.workflow import COMMITMENT, INTERVIEW
from app.merchants.merging.queries import core
from app.merchants.merging.services import keep_apart, merge
from app.merchants.models import Merchant
from tenants.database import db

ROOM = "中心二楼会议室"
ABOUT = "近一年投诉集中，反映退款拖延、格式条款不公平，要求说明原因并提出整改措施。"
MINUTES = "经营者承认退款流程过长，同意简化退款手续、修改合同条款，并确定专人与中心联系。"
AGAIN = "核对整改情况，听取对新增投诉的说明。"
PROMISES = (
    ("keep", 0, "修改会员合同中“余额概不退还”的条款，并在店内公示。", "走访门店，新合同文本已启用并张贴。"),
    ("break", 0, "已受理的退款申请全部办结。", "抽查消费者，仍有未退款的。"),
    (None, 4, "提交退款台账和后续整改报告。", ""),
)


def deal(now: datetime) -> None:
    """In every county, as of this moment."""
    for _place in counties(now):
        busiest = _busiest(3)
        if busiest:
            one_by_one(partial(_call_in, busiest[0]), partial(_enter_twice, busiest))


def _busiest(most: int) -> list[Merchant]:
    query = select(Merchant).join(Case, (Case.tenant_id == Merchant.tenant_id) & (Case.merchant_id == Merchant.id))
    query = query.group_by(Merchant.tenant_id, Merchant.id).order_by(func.count().desc(), Merchant.number).limit(most)
    return list(db.session.scalars(query))


def _call_in(merchant: Merchant) -> None:
    """Held, with a commitment that was kept, one that was not, and one to be kept; and to come once more."""
    handler, today = staff("handler")[0], clock.today()
    held = services.call_in(merchant, handler, held_at=clock.at(workday(-1), 10), said={"place": ROOM}, text=ABOUT)
    services.call_in(merchant, handler, held_at=clock.at(workday(6), 9, 30), said={"place": ROOM}, text=AGAIN)
    INTERVIEW.take("hold", held, by=handler, held_at=held.held_at, said={"present": "负责人、店长"}, text=MINUTES)
    db.session.flush()
    for step, ahead, promise, found in PROMISES:
        due_on = today + timedelta(days=ahead)
        one = services.note(merchant, handler, due_on=due_on, text=promise, interview=str(held.id))
        db.session.flush()
        if step:
            COMMITMENT.take(step, one, by=handler, checked_on=today, text=found)
            db.session.flush()


def _enter_twice(merchants: list[Merchant]) -> None:
    """Entries without a code, as a window makes them in a hurry: merged, found to be another, waiting to be seen."""
    handler = staff("handler")[0]
    for merchant, deed in zip(merchants, (merge, keep_apart, None), strict=False):
        short = core(merchant.name)
        twin = register.add(handler, name=short if short != merchant.name else f"{short}店", sign=merchant.sign)
        db.session.flush()
        if deed is not None:
            deed(twin, merchant, handler)
            db.session.flush()
