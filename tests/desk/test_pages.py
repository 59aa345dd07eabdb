"""The day and the search."""

from tests.town import EAST


def test_a_day_without_work_says_so(town):
    page = town.client(EAST, "handler").get("/desk/today")
    assert page.status_code == 200
