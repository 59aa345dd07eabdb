"""A joint complaint of twelve that was settled: who consented, what each gets, and the first instalment, paid today."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.cases.models import Case
from app.cases.services import Complaint, lodge, parties
from app.cases.services.intake import Complainant
from app.cases.shares import queries, services
from app.cases.workflow import CASE
from app.core import clock
from app.demo.builder_papers import paper
from app.demo.builder_town import workday
from app.demo.people import phone
from app.mediation.services import performance
from tenants.database import db
from tenants.realm import Place

PEOPLE = (
    *("顾清越", "沈砚书", "江望舒", "陆听雨", "宋知微", "纪南乔"),
    *("温时予", "秦暮云", "许愿安", "叶疏桐", "裴见山", "简宁静"),
)
CLAIMS = (3600, 2880, 3600, 1980, 4200, 2400, 3600, 1560, 2880, 3240, 2160, 3900)
TOLD = (
    "我们十二位家长给孩子报了同一家舞蹈培训班，按学期预交学费，上到第{weeks}周门店贴出停课通知，"
    "负责人答应退费后一直没有退。要求退还剩余课时的费用。"
)
TERMS = "经营者按各投诉人剩余课时费用的八成退还，分两期支付；逾期一期未付的，余款一并到期。"
DECLINED = 7  # of the twelve; wants all of it, and goes on alone


def together(place: Place, key: int, clerk: Any, handler: Any) -> Case:
    """Lodged some days ago, agreed today by eleven; the twelfth has a case of their own. `key`: of the first phone."""
    others = [
        Complainant(name, phone(key + n), Decimal(claim), consented=True)
        for n, (name, claim) in enumerate(zip(PEOPLE[1:], CLAIMS[1:], strict=True), start=1)
    ]
    told = Complaint(
        facts=TOLD.format(weeks=6 + place.id % 7), demand="退还剩余课时费用。", title="舞蹈培训班停课后不退学费",
        name=PEOPLE[0], phone=phone(key), category="S0303", problem="P02", claims=("C06",), others=others,
        merchant_name="舞韵少儿艺术培训", amount=Decimal(sum(CLAIMS)), received_at=clock.at(workday(-3), 10),
    )  # fmt: skip
    case = lodge(told, clerk).case
    db.session.flush()
    parties.elect(case, clerk, {0, 2}, text="十二位家长签名的推选书")
    for step in ("accept", "mediate"):
        CASE.take(step, case, by=handler)
        db.session.flush()
    lines = queries.lines(case)
    answers = {line.party.id: {"agrees": line.party.position != DECLINED} for line in lines}
    services.enter(case, handler, answers, on=clock.today())
    db.session.flush()
    today, amount = clock.today(), Decimal(sum(CLAIMS) - CLAIMS[DECLINED]) * 4 / 5
    half = (amount / 2).quantize(Decimal("0.01"))
    said = f"{today} {half} 首期，签字当日支付\n{workday(20)} {amount - half} 尾款"
    CASE.take("settle", case, by=handler, on=today, terms=TERMS, amount=amount, instalments=said, effective_on=today)
    db.session.flush()
    first = queries.opened(case).parts[0]
    remark, proofs = "当场转账，由两名代表人收取后分发。", [paper("转账凭证.jpg")]
    performance.note(first, case, handler, status="done", on=today, remark=remark, proofs=proofs)
    services.take_out(case, handler, next(line for line in queries.lines(case) if line.declined))
    return case
