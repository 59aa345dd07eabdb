import json
import re

import pytest
from flask_babel import force_locale

from app.ui.charts import Chart, Flow, Series, sparkline_points

TREND = Chart(
    "bar", "Received", ["Jan", "Feb"], [Series("goods", [3, 5]), Series("services", [1, None])], by="Month",
    stacked=True, urls=["/cases?month=1", "/cases?month=2"],
)  # fmt: skip
FLOWS = Chart("sankey", "Flows", flows=[Flow("East", "West", 4), Flow("West", "East", 2)])


@pytest.fixture(autouse=True)
def _in_a_request(show):
    return show


def test_the_table_has_every_number_of_the_picture_and_the_list_behind_it():
    table = TREND.table()
    assert table.head == ["Month", "goods", "services"]
    assert [row.cells for row in table.rows] == [["Jan", 3, 1], ["Feb", 5, None]]
    assert table.rows[1].urls == ["/cases?month=2", None, None]
    one = Chart("bar", "Received", ["Jan"], [Series("goods", [3], ["/cases?category=goods"])])
    assert one.table().rows[0].urls == [None, "/cases?category=goods"]


def test_a_number_leads_to_its_list_where_there_is_one_and_something_is_in_it(show):
    ways = [Flow("East", "West", 4, "/exchange?to=west"), Flow("West", "East", 0, "/none"), Flow("West", "North", 7)]
    flows = Chart("sankey", "Flows", flows=ways)
    table = show('{% import "ui/chart.html" as charts %}{{ charts.table(chart) }}', chart=flows)
    assert re.findall(r'<a href="([^"]*)">(\d)<', table) == [("/exchange?to=west", "4")]
    assert ">7</td>" in table, "a number without a list is only a number"


def test_a_chart_is_also_said_in_words():
    with force_locale("en"):
        assert TREND.spoken() == "highest Feb with 5"
        assert Chart("line", "Nothing", [], []).spoken() == "no data"


def test_stacked_bars_share_one_stack():
    series = TREND.option()["option"]["series"]
    assert [one["stack"] for one in series] == ["all", "all"]
    assert [one["data"] for one in series] == [[3, 5], [1, None]]


def test_two_places_that_send_to_each_other_make_no_circle():
    drawn = FLOWS.option()["option"]["series"][0]
    assert {node["depth"] for node in drawn["data"] if node["name"].startswith("s:")} == {0}
    assert all(link["source"].startswith("s:") and link["target"].startswith("t:") for link in drawn["links"])
    assert [row.cells for row in FLOWS.table().rows] == [["East", "West", 4], ["West", "East", 2]]


@pytest.mark.parametrize("kind", ["bar", "line", "pie", "heatmap", "sankey"])
def test_every_kind_can_be_told_to_the_browser_even_when_empty(kind):
    json.dumps(Chart(kind, "Nothing").option())


def test_a_name_that_looks_like_markup_stays_text(show):
    nasty = Chart("bar", "T", ['"><img src=x onerror=alert(1)>'], [Series("<b>", [1])])
    html = show('{% import "ui/chart.html" as charts %}{{ charts.chart(chart) }}', chart=nasty)
    assert "<img" not in html
    assert "<b>" not in html


def test_without_a_script_the_numbers_are_open_to_read(show):
    html = show('{% import "ui/chart.html" as charts %}{{ charts.chart(chart) }}', chart=TREND)
    assert '<details class="more twin" open>' in html
    assert '<a href="/cases?month=1">Jan</a>' in html
    assert "style=" not in html


def test_a_small_line_leaves_gaps_out_and_runs_level_when_nothing_changes():
    assert sparkline_points([1, None, 3]) == "0.0,22.0 110.0,2.0"
    assert sparkline_points([7, 7]) == "0.0,12.0 110.0,12.0"
    assert sparkline_points([]) == ""
