"""A letter complains and reports: it becomes two cases, each with its clock, its papers and its end."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.cases.models import CaseState
from tests.journeys.tab import Tab
from tests.town import EAST

COMPLAINT = "健身房闭店，请退还余额四千六百八十元。"
REPORT = "该店长期无照经营，并雇人刷好评。"


def test_a_mixed_letter_is_divided_and_both_halves_come_to_their_own_end(
    sit: Callable[..., Tab], lodged: Callable[..., str]
) -> None:
    complaint = lodged(nature="M", facts=f"{COMPLAINT}{REPORT}", title="健身房闭店")
    handler = sit(EAST, "handler")
    handler.open(f"/cases/{complaint}/steps/accept")
    handler.select("category", "S0401")
    handler.select("problem", "P02")
    with handler.expecting(422):
        handler.send()  # whole, it is nobody's to mediate
    handler.says("Divide the letter first, or call it a complaint if nothing is reported in it.")

    handler.open(f"/cases/{complaint}")
    handler.follow("Divide the letter")
    handler.fill("complaint", COMPLAINT)
    handler.fill("demand", "退还余额")
    handler.fill("report", REPORT)
    handler.select("problem", "R07")
    handler.picture("divide")
    handler.send()
    handler.open(f"/cases/{complaint}")
    links = [link.get_attribute("href") or "" for link in handler.main.locator('a[href*="/cases/"]').all()]
    (report,) = {found[0] for link in links if (found := re.search(r"\d{4}-\d{6}", link)) and found[0] != complaint}

    # Two clocks, of which each names its own limit.
    handler.reads("受理决定")
    handler.open(f"/cases/{report}")
    handler.stands(CaseState.LODGED)
    handler.reads("无照经营", "线索核查")

    # Nothing of the report, and not who made it, stands in what the merchant gets.
    for number, kind in ((complaint, "mediation-notice"), (report, "consumer-advice")):
        handler.open(f"/cases/{number}/documents/new/{kind}")
        typed = " ".join(area.input_value() for area in handler.main.locator("textarea, input[type=text]").all())
        for word in ("无照", "刷好评", "林晓梅", "13812346027"):
            assert word not in typed, (kind, word)

    handler.open(f"/cases/{complaint}")
    handler.take("accept")
    handler.fill("summary", "消费者称健身房闭店，要求退还余额。")
    handler.select("category", "S0401")
    handler.select("problem", "P02")
    handler.send()
    handler.stands(CaseState.ACCEPTED)
    handler.take("mediate")
    handler.send()
    handler.take("settle")
    handler.fill("terms", "经营者退还余额。")
    handler.fill("amount", "4680")
    handler.send()
    handler.stands(CaseState.SETTLED)
    handler.take("close")
    handler.send()
    handler.stands(CaseState.CLOSED)

    director = sit(EAST, "director")
    director.open(f"/cases/{report}")
    director.stands(CaseState.LODGED)  # the one's end is not the other's
    director.take("not_file")
    director.fill("text", "经核查，该店持有有效营业执照。")
    director.send()
    director.stands(CaseState.CLOSED)
    director.picture("divided-report")
