"""What few cases come to stands in the demo too: an investigation, a lawsuit that is supported, an exposure."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text

from app.jobs import drain


def test_counties_look_into_cases_and_stand_up_for_consumers(built: int, root: Engine) -> None:
    with root.connect() as connection:

        def rows(query: str) -> list[Any]:
            return [tuple(row) for row in connection.execute(text(query))]

        counties = len(rows("select distinct tenant_id from case_record where status = 'mediating' and prepaid"))
        assert counties > 1
        assert rows(
            "select count(*), count(distinct tenant_id), min(status) from investigation "
            "where id in (select investigation_id from investigation_point)"
        ) == [(counties, counties, "under_way")]
        assert rows("select count(*) from investigation_point where done_on is null") == [(counties,)]
        assert rows("select count(*) from evidence_item_file") == [(counties,)]
        assert rows("select act, count(*) from evidence_custody group by act order by act") == [
            ("received", counties),
            ("sealed", counties),
        ]
        assert rows("select distinct status from litigation_support") == [("approved",)]
        assert rows("select distinct status, checked_on is null, heard_on is null from exposure") == [
            ("proposed", False, False)
        ]


def test_what_they_leave_to_be_told_can_be_told(built: int, root: Engine) -> None:
    drain()
    told = text("select distinct event from notice where event like 'litigation%' or event like 'exposure%'")
    with root.connect() as connection:
        assert {row[0] for row in connection.execute(told)} == {"litigation.ask", "litigation.approve", "exposure.ask"}
