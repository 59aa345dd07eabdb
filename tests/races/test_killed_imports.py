"""An import that is killed on its way is gone on with, and every row of the file is taken in exactly once (F14)."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from app.audit.trail import verify
from app.files.accept import EVIDENCE, accept
from app.transfer import services
from app.transfer.models import Import
from tenants.database import db
from tests.races.conftest import Process, until
from tests.races.test_killed_workers import put_back
from tests.town import EAST, Town
from tests.transfer.test_import import figures
from tests.transfer.test_sheet import book

ROWS = 2 * services.BATCH + 20
REPEATED = range(10, ROWS, 25)  # positions that say once more what the row before them said
FAULTY = range(20, ROWS, 31)
# Where it is killed: how many rows are committed by then at least, and the lock it is made to wait for.
MOMENTS: dict[str, tuple[int, str | None]] = {
    "before its first row": (0, "select 1 from import_file where id = :id for update"),
    "in the middle of a part": (services.BATCH, "select 1 from audit_head where tenant_id = 2 for update"),
    "between two parts": (services.BATCH, "select 1 from import_file where id = :id for update"),
    "after its last row, before it has said so": (services.BATCH, "lock table job_receipt in share mode"),
    "at any moment": (services.BATCH, None),
    "twice": (0, None),
}
HOW_FAR = "select status, position, imported, already, rejected from import_file where id = :id"
# In one statement, so that nothing can come between the two sides.
HALF_DONE = f"{HOW_FAR} and imported <> (select count(*) from case_record where reference like :mine)"


def rows(mark: str) -> list[list[Any]]:
    """A file of its own in each round: new messages, some of them twice, and some that cannot be read."""
    made: list[list[Any]] = []
    for n in range(ROWS):
        if n in REPEATED:
            made.append(list(made[-1]))
        else:
            told = "不详" if n in FAULTY else "2019/1/4 11:25:05"
            made.append([f"{mark}-{n}", "用户", "商家不退款", told, f"我在第{n}家店买了东西，商家不退款。", 0, 0])
    return made


@pytest.mark.long
def test_an_import_that_was_killed_takes_every_row_once(
    app: Any,
    town: Town,
    root: Engine,
    start: Callable[..., Process],
    look: Callable[..., list[Any]],
    held: Any,
    rounds: Callable[[str], None],
) -> None:
    draw, once, lost = random.Random(5), 0, 0
    for number, (moment, (committed, statement)) in enumerate(MOMENTS.items()):
        mark = f"r{number}"
        batch = _begin(town, rows(mark))
        put_back(root)
        for _kill in range(2 if moment == "twice" else 1):
            worker = start("flask", "jobs", "work")
            until(lambda: look(HOW_FAR, id=batch)[0].position >= committed, moment)  # noqa: B023
            if statement is None:
                until(lambda: draw.random() < 0.02, moment)
            else:
                with held(statement, **({"id": batch} if ":id" in statement else {})) as blocked:
                    until(blocked, moment)
                    worker.kill()
            worker.kill()
            put_back(root)
            assert look(HALF_DONE, id=batch, mine=f"{mark}-%") == [], moment
        lost += look(HOW_FAR, id=batch)[0].status == "running"
        worker = start("flask", "jobs", "work")
        until(lambda: look(HOW_FAR, id=batch)[0].status == "done", "the import has ended")  # noqa: B023
        worker.kill()
        once += _each_once(town, look, batch, mark)
    assert once == len(MOMENTS)
    assert lost >= 4  # so many had really not ended when they were killed
    with town.at(EAST):
        assert verify() is None
    rounds(f"kill -9 of an import {len(MOMENTS)}, every row once {once}")


def _begin(town: Town, table: list[list[Any]]) -> Any:
    with town.at(EAST):
        clerk = town.person(EAST, "clerk")
        batch = services.begin(accept(book(*table), "来件.xlsx", kinds={".xlsx": EVIDENCE[".xlsx"]}), clerk)
        services.start(batch, batch.columns, clerk)
        db.session.commit()
        return batch.id


def _each_once(town: Town, look: Callable[..., list[Any]], batch: Any, mark: str) -> bool:
    """The cases, the figures, the report, the page and the trail all say the same."""
    table = rows(mark)
    bad = {n for n, row in enumerate(table) if row[3] == "不详"}
    good = {row[0] for n, row in enumerate(table) if n not in bad}
    there = look("select reference from case_record where reference like :mine", mine=f"{mark}-%")
    (end,) = look(HOW_FAR, id=batch)
    with town.at(EAST):
        found = db.session.get_one(Import, (2, batch))
        number, lines = found.number, [int(line) for line, *_rest in list(services.report(found))[1:]]
    browser = town.client(EAST, "clerk")
    browser.get(f"/transfer/{number}")
    counts = {"已导入": len(good), "已存在": ROWS - len(bad) - len(good), "未导入": len(bad)}
    return (
        sorted(row.reference for row in there) == sorted(good)
        and tuple(end) == ("done", ROWS, *counts.values())
        and lines == sorted(n + 2 for n in bad)
        and figures(browser) == {name: str(count) for name, count in counts.items()}
        and f"已处理 {ROWS} 行，共 {ROWS} 行" in browser.page.words
        and len(look("select 1 from audit_entry where event = 'import.done' and subject_id = :id", id=batch)) == 1
    )
