"""Recent changes over HTTP: by day, folded, narrowed, with what is new to a member."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.access import set_rule
from wiki.database.history import history
from wiki.services.history import hiding
from wiki.services.talk import comments


def listed(client: Any, query: str = "") -> list[str]:
    found = client.get(f"/recent{query}")
    assert found.status_code == 200
    return re.findall(r'<li data-path="([^"]+)"', found.text)


def test_a_day_is_folded_per_page(client: Any, page: Any) -> None:
    for n in range(3):
        page("a", f"{n}\n")
        page("b", f"{n}\n") if n == 1 else None
    shown = client.get("/recent").text
    assert shown.count('<details class="folded"') == 1
    assert listed(client) == ["a", "b"]
    assert shown.count("data-revision=") == 4


def test_it_is_narrowed(app: Any, client: Any, page: Any, member: Any, login: Any) -> None:
    page("map/vraag", "---\nkind: question\n---\n# V\n", member)
    page("map/stuk", "x\n")
    page("los", "x\n")
    assert listed(client, "?folder=map") == ["map/stuk", "map/vraag"]
    assert listed(client, "?folder=/map/") == ["map/stuk", "map/vraag"]
    assert listed(client, "?folder=ma") == []
    assert listed(client, "?kind=question") == ["map/vraag"]
    assert listed(client, "?member=Anna") == ["map/vraag"]
    assert listed(client, "?own=yes") == ["los", "map/stuk", "map/vraag"]
    assert client.get("/recent?member=niemand").status_code == 404
    browser = app.test_client()
    login(browser, "anna")
    assert listed(browser, "?own=yes") == ["map/vraag"]


def test_comments_stand_between_changes(client: Any, page: Any, wiki: Any, member: Any) -> None:
    page("a", "x\n")
    spot = comments.post(wiki, member, "a", "Wat een **goed** idee")
    shown = client.get("/recent").text
    assert f'data-comment="{spot.id}"' in shown
    assert "Wat een goed idee" in shown
    assert "data-comment" not in client.get("/recent?kind=question").text


def test_a_comment_on_a_passage_quotes_it(
    client: Any, page: Any, wiki: Any, member: Any, moderator: Any
) -> None:
    secret = page("a", "Een zin. Er is drie procent van over.\n")
    comments.post(wiki, member, "a", "Waarom?", anchor="drie procent")
    page("a", "Een zin.\n")
    for address in ("/recent", "/feed/site.atom", "/feed/page/a"):
        assert "drie procent" in client.get(address).text, address
    with wiki.database.read() as connection:
        revision = history.revision(connection, history.identity(connection, "a"), secret)
    assert revision
    hiding.change(wiki, moderator, revision.page, revision, ["text"], "privé")
    for address in ("/recent", "/feed/site.atom", "/feed/page/a"):
        shown = client.get(address).text
        assert "Waarom?" in shown, address
        assert "drie procent" not in shown, address


def test_a_deleted_page_keeps_its_title(
    app: Any, page: Any, wiki: Any, moderator: Any, login: Any
) -> None:
    secret = page("a", "---\ntitle: Oude kwesties\n---\nTekst.\n")
    page("a", None)
    browser = app.test_client()
    login(browser, "mo")
    for address in ("/recent", "/trash"):
        assert "Oude kwesties" in browser.get(address).text, address
    with wiki.database.read() as connection:
        deletion = history.deleted(connection, "a")
        revision = history.revision(connection, deletion.page, secret)
    assert revision
    hiding.change(wiki, moderator, revision.page, revision, ["text"], "privé")
    for address in ("/recent", "/trash"):
        assert "Oude kwesties" not in browser.get(address).text, address


def test_every_comment_stands_on_one_screen(
    client: Any, page: Any, wiki: Any, member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A screen's comments are those between its changes: none is shown twice or left out."""
    start = wiki.clock()
    for n in range(60):
        monkeypatch.setattr(wiki, "clock", lambda n=n: start + timedelta(minutes=n))
        page(f"p{n}", "x\n")
        comments.post(wiki, member, f"p{n}", f"nummer {n}")
    first = client.get("/recent").text
    older = re.search(r'href="(/recent\?before=[^"]+)"', first)
    assert older
    texts = first + client.get(older[1]).text
    ids = re.findall(r'data-comment="(\d+)"', texts)
    assert len(ids) == len(set(ids)) == 60


def test_what_came_since_the_last_visit_is_new(
    app: Any, page: Any, wiki: Any, member: Any, login: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = wiki.clock()
    browser = app.test_client()
    login(browser, "anna")
    page("oud", "x\n")
    monkeypatch.setattr(wiki, "clock", lambda: start + timedelta(minutes=5))
    assert listed(browser, "?new=yes") == []
    later = start + timedelta(hours=2)
    monkeypatch.setattr(wiki, "clock", lambda: later)
    page("nieuw", "x\n")
    page("eigen", "x\n", member)
    shown = browser.get("/recent").text
    assert shown.count('badge blue">') == 1
    assert "nieuw" in listed(browser, "?new=yes")
    assert "oud" not in listed(browser, "?new=yes")


def test_hidden_folders_stay_hidden(client: Any, page: Any, wiki: Any, admin: Any) -> None:

    page("redactie/a", "x\n")
    set_rule(wiki, admin, prefix="redactie/", right="read", role="editor")
    assert listed(client) == []
    assert client.get("/recent?folder=redactie").status_code == 303
    assert client.get("/feed/folder/redactie").status_code == 303
    assert client.get("/feed/page/redactie/a").status_code == 303
    assert "redactie" not in client.get("/feed/site.atom").text


def test_what_is_kept_for_one_member_is_not_shown_to_another(
    app: Any, page: Any, wiki: Any, member: Any, editor: Any, login: Any, monkeypatch: Any
) -> None:
    start = wiki.clock()
    anna, bram = app.test_client(), app.test_client()
    login(anna, "anna")
    login(bram, "bram")
    anna.get("/recent")
    monkeypatch.setattr(wiki, "clock", lambda: start + timedelta(hours=1))
    page("nieuw", "x\n")
    for _ in range(2):
        assert 'badge blue">' in anna.get("/recent").text
        assert 'badge blue">' not in bram.get("/recent").text
