import pytest


def test_a_switch_is_remembered_and_leads_back_to_the_same_page(face):
    client = face.test_client()
    answer = client.get("/page?size=large&page=2&tag=a&tag=b")
    assert answer.status_code == 302
    assert answer.location == "/page?page=2&tag=a&tag=b"
    assert 'data-size="large"' in client.get("/page").text


def test_the_language_is_chinese_until_the_reader_chooses(face):
    client = face.test_client()
    assert '<html lang="zh-Hans-CN"' in client.get("/page").text
    client.get("/page?lang=en")
    assert '<html lang="en"' in client.get("/page").text


@pytest.mark.parametrize("value", ["huge", "../../etc", "", "<script>"])
def test_only_words_of_the_list_are_taken(face, value):
    client = face.test_client()
    client.set_cookie("hp-size", value or "x")
    assert 'data-size="normal"' in client.get("/page").text
    assert "Set-Cookie" not in client.get("/page", query_string={"size": value}).headers


def test_a_link_to_a_switch_keeps_the_filters_of_the_page(show, face):
    with face.test_request_context("/cases?tag=a&tag=b&size=normal", base_url="http://host/east"):
        from app.ui.preferences import switch

        assert switch("size", "large") == "/east/cases?tag=a&tag=b&size=large"


def test_the_way_back_never_leaves_the_portal(face):
    answer = face.test_client().get("//evil.example/page?size=large")
    assert not (answer.location or "/").startswith("//")
