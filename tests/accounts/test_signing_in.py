def test_smoke(town):
    b = town.client("east", "handler")
    r = b.get("/account")
    assert r.status_code == 200, r.status
    print(b.page.words)
    for p in ("/roles", "/account/password"):
        assert b.get(p).status_code == 200
    a = town.client("east", "admin")
    for p in ("/people", "/people/new", "/people?show=disabled"):
        assert a.get(p).status_code == 200
    link = [l for l in [*a.page.links]]
    a.get("/people")
    import re

    l = [l for l in a.page.links if re.search(r"people/[0-9a-f]{8}", l)][0]
    assert a.get(l).status_code == 200
    r = a.post(l + "/slip")
    assert r.status_code == 200, r.status
    print(a.page.words)
    c = town.client("city", "admin")
    assert c.get("/people").status_code == 200
    assert "东" not in c.page.words
