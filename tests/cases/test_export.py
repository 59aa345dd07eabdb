"""A list of cases as a spreadsheet: the same cases as the list, text as text, personal columns for a reason."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import select, text

from app import audit
from app.cases.queries import by_number
from app.cases.worklist import export
from app.cases.worklist.models import Export, ExportFile
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed
from app.files.store import store
from app.jobs import drain
from tenants.database import db
from tests.town import EAST, WEST

TOP = Path(__file__).parents[2]
MOST = 200 * 2**20  # bytes that an export of any size may add to a process


@pytest.fixture
def exported(town: Any) -> Callable[..., UUID]:
    """Ask for an export as the director and let it be written: `exported(status="lodged")`."""

    def make(personal: bool = False, reason: str = "", **asked: str) -> UUID:
        with town.at(EAST):
            begun = export.begin(town.person(EAST, "director"), asked, personal=personal, reason=reason)
            db.session.commit()
            key = begun.id
        drain()
        return key

    return make


def sheet(town: Any, key: UUID, login: str = "director") -> list[list[Any]]:
    answer = town.client(EAST, login).open("GET", f"/cases/exports/{key}/cases.xlsx")
    assert answer.status_code == 200, answer.status
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def test_the_sheet_has_the_cases_of_the_list_and_no_others(town, lodged, standing, exported):
    first, other = lodged(), standing("accepted", phone="13900000003")
    lodged(WEST)
    head, *rows = sheet(town, exported(status="lodged"))
    assert "状态" in head
    assert [row[0] for row in rows] == [first]
    assert other not in [row[0] for row in rows]


def test_the_page_leads_from_the_list_to_the_file(town, lodged):
    number = lodged()
    browser = town.client(EAST, "director")
    browser.get("/cases?status=lodged")
    (link,) = [link for link in browser.page.links if "/exports/new" in link]
    browser.get(link.removeprefix("/east"))
    answer = browser.post("/cases/exports/new", {"asked": "?status=lodged", "columns": list(export.COLUMNS)})
    key = UUID(answer.headers["Location"].rpartition("/")[2])
    drain()
    browser.get(f"/cases/exports/{key}")
    assert f"/east/cases/exports/{key}/cases.xlsx" in browser.page.links
    assert [row[0] for row in sheet(town, key)[1:]] == [number]


@pytest.mark.parametrize(
    "said", ['=HYPERLINK("http://x","y")', "+1+1", "-1", "@SUM(A1)", "\t=1", "http://evil.example/"]
)
def test_nothing_that_somebody_wrote_becomes_a_formula_or_a_link(town, lodged, exported, said):
    lodged(merchant_name=said, amount=Decimal("4680.50"))
    key = exported()
    answer = town.client(EAST, "director").open("GET", f"/cases/exports/{key}/cases.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert said in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert 4680.5 in [cell.value for cell in cells]


def test_names_and_phones_only_for_a_reason_that_stays_on_record(town, lodged, exported):
    lodged()
    plain = sheet(town, exported())
    assert "1234" not in str(plain)
    assert "林晓梅" not in str(plain)
    with town.at(EAST), pytest.raises(Invalid):
        export.begin(town.person(EAST, "director"), {}, personal=True, reason=" ")
    key = exported(personal=True, reason="回访抽样")
    assert sheet(town, key)[1][-2:] == ["林晓梅", "138 1234 6027"]
    with town.at(EAST):
        (line,) = [line for line in audit.trail(key) if line.entry.event == "export.begun"]
        assert line.words == "全部在办\n回访抽样"
        assert line.entry.facts["personal"] is True
        assert next(line.entry.event for line in audit.trail(key)) == "export.fetched"


@pytest.mark.parametrize("login", ["clerk", "handler", "admin"])
def test_who_may_not_export_gets_no_list(town, lodged, exported, login):
    lodged()
    key = exported()
    browser = town.client(EAST, login)
    for path in ("/cases/exports/new", "/cases/exports", f"/cases/exports/{key}", f"/cases/exports/{key}/cases.xlsx"):
        assert browser.get(path, checked=False).status_code == 403
    with town.at(EAST), pytest.raises(NotAllowed):
        export.begin(town.person(EAST, login), {})


def test_the_ticked_cases_alone_are_written(town, lodged):
    """From the list by way of the form; a neighbour's number among the ticks finds nothing."""
    number, other, foreign = lodged(), lodged(phone="13900000003"), lodged(WEST, title="西县的案件")
    browser = town.client(EAST, "director")
    browser.get("/account?lang=en")
    ticked = {"chosen": [number, foreign], "asked": "?status=lodged"}
    assert browser.post("/cases/exports/chosen", ticked).status_code == 200
    assert "1 chosen case" in browser.page.words
    sent = {"ticked": ticked["chosen"], "asked": ticked["asked"], "columns": ["number", "title"]}
    key = browser.post("/cases/exports/new", sent).headers["Location"].rpartition("/")[2]
    drain()
    written = sheet(town, UUID(key))
    assert [row[0] for row in written[1:]] == [number]
    assert other not in str(written)
    browser.get(f"/cases/exports/{key}")
    assert "1 chosen case" in browser.page.words
    everything = browser.post("/cases/exports/chosen", {"which": "all", "asked": "?status=lodged"})
    assert everything.headers["Location"].endswith("/cases/exports/new?status=lodged")
    assert browser.post("/cases/exports/chosen", {"asked": ""}).status_code == 303


def test_the_columns_that_were_chosen_in_the_order_of_the_list(town, lodged):
    """The oldest first where the list stands so; without a column nothing is begun, and what was ticked is kept."""
    late, early = (
        lodged(phone=f"1390000000{n}", received_at=clock.now() - timedelta(days=days)) for n, days in ((1, 2), (2, 9))
    )
    browser = town.client(EAST, "director")
    said = {"asked": "?sort=oldest", "columns": ["merchant", "number", "nonsense"]}
    assert browser.post("/cases/exports/new", {"asked": said["asked"]}).status_code == 422
    assert browser.post("/cases/exports/new", said).status_code == 422
    said["columns"].remove("nonsense")
    key = UUID(browser.post("/cases/exports/new", said).headers["Location"].rpartition("/")[2])
    drain()
    head, *rows = sheet(town, key)
    assert len(head) == 2
    assert [row[0] for row in rows] == [early, late]
    said["asked"] = "?sort=newest"
    key = UUID(browser.post("/cases/exports/new", said).headers["Location"].rpartition("/")[2])
    drain()
    assert [row[0] for row in sheet(town, key)[1:]] == [late, early]


def test_a_neighbour_gets_nothing(town, lodged, exported):
    lodged()
    key = exported()
    other = town.client(WEST, "director")
    assert other.get(f"/cases/exports/{key}", checked=False).status_code == 404
    assert other.get(f"/cases/exports/{key}/cases.xlsx", checked=False).status_code == 404


def test_after_a_week_the_file_is_gone_and_so_are_its_bytes(town, lodged, exported):
    lodged()
    key = exported()
    with town.at(EAST):
        file = db.session.scalars(select(ExportFile).where(ExportFile.export_id == key)).one()
        with store.open(file) as content:
            assert content.read(2) == b"PK"
        director, found = town.person(EAST, "director"), db.session.scalars(select(Export)).one()
        with clock.freeze(clock.now() + timedelta(days=7, minutes=1)):
            with pytest.raises(Missing):
                export.fetched(found, director)
            assert export.expire() == 1
        db.session.commit()
        assert db.session.scalar(select(ExportFile.id)) is None
        assert db.session.scalars(select(Export.status)).one() == "expired"
    assert town.client(EAST, "director").get(f"/cases/exports/{key}/cases.xlsx", checked=False).status_code == 404


def test_what_breaks_off_leaves_no_file_and_says_so(town, lodged, monkeypatch):
    lodged()
    with town.at(EAST):
        key = export.begin(town.person(EAST, "director"), {}).id
        db.session.commit()
    monkeypatch.setattr(export.sheets, "put", lambda *_cell: 1 / 0)
    drain()
    with town.at(EAST):
        assert db.session.scalars(select(Export.status).where(Export.id == key)).one() == "failed"
        assert db.session.scalar(select(ExportFile.id)) is None


def test_it_says_how_far_it_is(town, lodged, monkeypatch):
    for n in range(5):
        lodged(phone=f"1390000000{n}")
    monkeypatch.setattr(export, "CHUNK", 2)
    seen = []
    with town.at(EAST):
        key = export.begin(town.person(EAST, "director"), {}).id
        db.session.commit()
        export.run(key, tell=lambda found: seen.append(found.share))
        db.session.commit()
    assert seen == [40, 80, 100]
    assert len(sheet(town, key)) == 6


# As many as there are ------------------------------------------------------------------------------------------------

COPIES = """
    insert into case_record (tenant_id, id, number, title, summary, party_label, phone_mask, nature, channel, category,
        problem, amount, merchant_name, status, received_at, profile_code, profile_version)
    select 2, gen_random_uuid(), '2025-' || n, '健身房闭店拒退预付卡余额第' || n || '件', '摘要', '林**', '138****6027',
        'C', 'hotline', 'S0401', 'P02', n, '悦动健身' || (n % 500) || '分店', 'lodged', now() - n * interval '1 minute',
        profile_code, profile_version
    from generate_series(1, :n) n, (select * from case_record where tenant_id = 2 limit 1) one
"""
APART = """
import json, re, sys, time
from uuid import UUID
from pathlib import Path
from app import create_app
from app.settings import Settings
facts = json.loads(sys.argv[1]); facts["instance"] = Path(facts["instance"])
def most():  # of this program alone: what getrusage says has been handed down by who started it
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
app = create_app(Settings(**{**facts, "trusted_hosts": tuple(facts["trusted_hosts"])}))
with app.app_context():
    from app.cases.worklist import export
    from tenants import realm
    from tenants.database import db
    from tenants.registry import registry
    before = most()
    began = time.perf_counter()
    with realm.enter(registry.realm("east"), db.leave):
        export.run(UUID(sys.argv[2])); db.session.commit()
    after = most()
print(json.dumps({"before": before, "peak": after, "seconds": time.perf_counter() - began}))
"""


@pytest.mark.long
def test_a_hundred_thousand_rows_take_little_memory(town, lodged, root, settings, rounds):
    lodged()
    count = int(os.environ.get("HENGPING_EXPORT_ROWS", "100000"))
    with root.begin() as connection:
        connection.execute(text(COPIES), {"n": count})
    with town.at(EAST):
        key = export.begin(town.person(EAST, "director"), {}).id
        db.session.commit()
    facts = {name: getattr(settings, name) for name in ("database_url", "secret_key", "field_keys", "environment")}
    facts |= {"instance": str(settings.instance), "trusted_hosts": list(settings.trusted_hosts)}
    done = subprocess.run(
        [sys.executable, "-c", APART, json.dumps(facts), str(key)], cwd=TOP, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    with town.at(EAST):
        found = db.session.scalars(select(Export).where(Export.id == key)).one()
        assert (found.status, found.rows) == ("done", count + 1)
        assert by_number("2025-1") is not None
    rounds(f"{count} rows: {told['peak'] >> 20} MB at most, {told['before'] >> 20} before, {told['seconds']:.1f} s")
    assert told["peak"] < MOST
