"""The time machine over HTTP: pages and links as they were, on a day, with a reference."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from tests.fixtures.access import set_rule
from tests.web.editing.test_editor import send
from wiki.services.content import linking
from wiki.services.history import past
from wiki.services.operation import jobs


def links(client: Any, address: str) -> list[tuple[str, str]]:
    article = re.search(r"<article.*?</article>", client.get(address).text, re.DOTALL)
    assert article
    return re.findall(r'<a (?:class="(wanted)" )?href="([^"]+)"', article[0])


def test_links_lead_to_that_time(client: Any, page: Any) -> None:
    before = page("a", "[[b]] en [[c]]\n")
    target = page("b", "Oud.\n")
    then = page("a", "[[b]] en [[c]].\n")
    page("b", "Nieuw.\n")
    page("c", "C\n")
    assert links(client, f"/wiki/a?at={before}") == [
        ("wanted", "/new?title=b"),
        ("wanted", "/new?title=c"),
    ]
    assert links(client, f"/wiki/a?at={then}") == [
        ("", f"/wiki/b?at={target}"),
        ("wanted", "/new?title=c"),
    ]
    assert "Oud." in client.get(f"/wiki/b?at={target}").text


def test_links_follow_a_page_that_was_renamed_or_deleted_since(
    app: Any, client: Any, page: Any, admin: Any, login: Any
) -> None:
    target = page("b", "Oud.\n")
    gone = page("weg", "Weg.\n")
    then = page("a", "[[b]] [[weg]]\n")
    browser = app.test_client()
    login(browser, "chef")
    assert send(browser, "/rename/b", new_path="z").status_code == 303
    assert send(browser, "/delete/weg").status_code == 303
    assert links(client, f"/wiki/a?at={then}") == [
        ("", f"/wiki/z?at={target}"),
        ("", f"/wiki/weg?at={gone}"),
    ]
    for _, address in links(client, f"/wiki/a?at={then}"):
        assert client.get(address).status_code == 200


def test_of_very_many_links_the_rest_leads_where_it_leads_today(
    client: Any, page: Any, monkeypatch: Any
) -> None:
    target = page("b", "Oud.\n")
    page("c", "C\n")
    then = page("a", "[[b]] [[c]] [[d]]\n")
    page("b", "Nieuw.\n")
    monkeypatch.setattr(linking, "MOST", 1)
    assert links(client, f"/wiki/a?at={then}") == [
        ("", f"/wiki/b?at={target}"),
        ("", "/wiki/c"),
        ("wanted", "/new?title=d"),
    ]


def test_of_very_much_text_neither_redirects_nor_titles_are_read(
    client: Any, page: Any, wiki: Any, monkeypatch: Any
) -> None:
    stub = page("stomp", "---\nredirect: x\n---\n")
    named = page("x", "---\ntitle: De titel\n---\nEerst.\n")
    then = page("a", "[[stomp]] en [[De titel]]\n")
    while jobs.words(wiki):
        pass
    both = [("", f"/wiki/x?at={named}"), ("", f"/wiki/x?at={named}")]
    assert links(client, f"/wiki/a?at={then}") == both
    monkeypatch.setattr(past, "MOST_STUB", 5)
    monkeypatch.setattr(past, "MOST_TITLED", 5)
    wanted = ("wanted", "/new?title=De%20titel")
    assert links(client, f"/wiki/a?at={then}&x=1") == [("", f"/wiki/stomp?at={stub}"), wanted]


def test_a_link_to_a_page_one_may_not_read_looks_wanted(
    client: Any, page: Any, wiki: Any, admin: Any
) -> None:

    page("redactie/x", "geheim\n")
    then = page("a", "[[redactie/x]]\n")
    set_rule(wiki, admin, prefix="redactie/", right="read", role="editor")
    assert links(client, f"/wiki/a?at={then}")[0][0] == "wanted"


def test_a_title_names_the_page_that_had_it_then(client: Any, page: Any, wiki: Any) -> None:
    first = page("x", "---\ntitle: De titel\n---\nEerst.\n")
    then = page("a", "[[De titel]] en [[Nieuw]]\n")
    page("x", "---\ntitle: Nieuw\n---\nEerst.\n")
    page("y", "# De titel\n\nEen ander.\n")
    while jobs.words(wiki):
        pass
    assert links(client, f"/wiki/a?at={then}") == [
        ("", f"/wiki/x?at={first}"),
        ("wanted", "/new?title=Nieuw"),
    ]
    assert [address for _, address in links(client, "/wiki/a")] == ["/wiki/y", "/wiki/x"]


def test_a_day_leads_to_the_last_version_of_that_day(
    client: Any, page: Any, wiki: Any, monkeypatch: Any
) -> None:
    now = wiki.clock().replace(hour=12)
    made = []
    for days in (9, 5, 5, 1):
        monkeypatch.setattr(wiki, "clock", lambda days=days: now - timedelta(days=days))
        made.append(page("a", f"{len(made)}\n"))
    monkeypatch.setattr(wiki, "clock", lambda: now)

    def on(days: int) -> Any:
        return client.get(f"/history/a?on={(now - timedelta(days=days)).date()}")

    assert on(10).status_code == 404
    assert [on(days).location for days in (9, 7, 5, 4, 0)] == [
        f"/wiki/a?at={made[n]}" for n in (0, 0, 2, 2, 3)
    ]
    assert client.get("/history/a?on=gisteren").status_code == 400
    assert client.get("/history/a?on=9999-12-31").status_code in (200, 303, 400)


def test_history_is_narrowed(
    client: Any, page: Any, wiki: Any, member: Any, monkeypatch: Any
) -> None:
    now = wiki.clock().replace(hour=12)
    made = []
    for days, author in ((9, None), (5, member), (1, None)):
        monkeypatch.setattr(wiki, "clock", lambda days=days: now - timedelta(days=days))
        made.append(page("a", f"{days}\n", author) if author else page("a", f"{days}\n"))
    monkeypatch.setattr(wiki, "clock", lambda: now)

    def listed(**query: str) -> list[str]:
        shown = client.get("/history/a", query_string=query)
        assert shown.status_code == 200
        return re.findall(r'<tr data-revision="(\w+)"', shown.text)

    day = [str((now - timedelta(days=days)).date()) for days in range(10)]
    assert listed(author=member.uid) == [made[1]]
    assert listed(since=day[5]) == [made[2], made[1]]
    assert listed(until=day[5]) == [made[1], made[0]]
    assert listed(since=day[4], until=day[2]) == []
    assert listed(author="niemand") == []


def test_an_old_version_gives_a_reference(client: Any, page: Any) -> None:
    old = page("a", "---\ntitle: De titel\n---\nx\n")
    shown = client.get(f"/wiki/a?at={old}").text
    assert f"http://localhost/wiki/a?at={old}" in shown
    page("a", "y\n")
    shown = client.get(f"/wiki/a?at={old}").text
    assert "De titel" in shown
    assert 'href="/wiki/a"' in shown


def test_activity_stands_in_words_too(client: Any, page: Any, wiki: Any, monkeypatch: Any) -> None:
    now = wiki.clock()
    for days in (40, 39, 2):
        monkeypatch.setattr(wiki, "clock", lambda days=days: now - timedelta(days=days))
        page("a", f"{days}\n")
    monkeypatch.setattr(wiki, "clock", lambda: now)
    shown = client.get("/history/a").text
    assert shown.count("<rect") == 2
    assert 'aria-labelledby="activity-words"' in shown
    assert "de meeste (2)" in shown


def test_a_patch_can_be_applied(client: Any, page: Any, wiki: Any, tmp_path: Any) -> None:
    import subprocess

    first = page("map/é a", "een\n\ntwee")
    last = page("map/é a", "een\n\ndrie\n")
    query = {"from": first, "to": last, "patch": "yes"}
    answer = client.get("/diff/map/é a", query_string=query)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "é a.md").write_text("een\n\ntwee")
    done = subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=answer.data, check=False)
    assert done.returncode == 0
    assert (tmp_path / "map" / "é a.md").read_text() == "een\n\ndrie\n"
