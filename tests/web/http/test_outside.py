"""Commits that the wiki did not make, as history shows them."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.outside import Outside
from wiki.services.talk import comments


@pytest.fixture
def outside(wiki: Any) -> Outside:
    return Outside(wiki.store.git, "main")


def listed(client: Any, path: str) -> list[str]:
    shown = client.get(f"/history/{path}")
    assert shown.status_code == 200
    return re.findall(r'<tr data-revision="(\w+)"', shown.text)


def push(wiki: Any, outside: Outside, commit: str) -> None:
    outside.push(commit)
    wiki.follow()


def raw_commit(wiki: Any, tree_of: str, message: bytes, author: bytes) -> str:
    """A commit object with bytes that no well-behaved program writes."""
    git = ["git", f"--git-dir={wiki.store.git}"]
    tree = subprocess.check_output([*git, "rev-parse", f"{tree_of}^{{tree}}"]).strip()
    who = author + b" 1700000100 +0100"
    data = b"tree %s\nparent %s\nauthor %s\ncommitter %s\n\n%s" % (
        tree,
        tree_of.encode(),
        who,
        who,
        message,
    )
    command = [*git, "hash-object", "-t", "commit", "-w", "--stdin", "--literally"]
    return subprocess.check_output(command, input=data).decode().strip()


def test_many_paths_in_one_commit(client: Any, wiki: Any, outside: Outside) -> None:
    files = {f"map/p{n}.md": f"tekst {n}\n" for n in range(70)}
    one = outside.commit(files, [], 1_700_000_000, "Alles ineens")
    push(wiki, outside, one)
    assert listed(client, "map/p3") == [one]
    shown = client.get("/recent").text
    assert shown.count("Alles ineens") == 50
    older = re.search(r'href="(/recent\?before=[^"]+)"', shown)
    assert older
    assert client.get(older[1]).text.count("Alles ineens") == 20
    assert "Outsider" in shown
    assert "via git" in shown
    assert "/members/Outsider" not in shown
    assert "outsider@example.org" not in shown
    narrowed = client.get("/history/map/p3?author=outsider@example.org")
    assert one in narrowed.text


def test_merges_show_where_they_decided(client: Any, wiki: Any, outside: Outside) -> None:
    base = outside.commit({"a.md": "een\n", "b.md": "b\n"}, [], 1_700_000_000)
    left = outside.commit({"a.md": "links\n", "b.md": "b\n"}, [base], 1_700_000_010)
    right = outside.commit({"a.md": "rechts\n", "b.md": "B\n"}, [base], 1_700_000_005)
    merge = outside.commit({"a.md": "beide\n", "b.md": "B\n"}, [left, right], 1_700_000_020)
    push(wiki, outside, merge)
    assert listed(client, "a") == [merge, left, right, base]
    assert listed(client, "b") == [right, base]
    assert client.get(f"/diff/a?to={merge}").status_code == 200
    assert client.get(f"/diff/a?from={right}&to={left}").status_code == 200
    assert client.get(f"/wiki/b?at={merge}").status_code == 404


def test_an_empty_commit_is_in_no_history(client: Any, wiki: Any, outside: Outside) -> None:
    first = outside.commit({"a.md": "een\n"}, [], 1_700_000_000)
    empty = outside.commit({"a.md": "een\n"}, [first], 1_700_000_010, "Niets")
    push(wiki, outside, empty)
    assert listed(client, "a") == [first]
    assert client.get(f"/diff/a?to={empty}").status_code == 404


def test_bytes_that_are_no_utf8(client: Any, wiki: Any, outside: Outside) -> None:
    first = outside.commit({"a.md": "een\n"}, [], 1_700_000_000)
    second = outside.commit({"a.md": "twee\n"}, [first], 1_700_000_050)
    odd = raw_commit(wiki, second, b"Caf\xe9 \xff\x00<b>", b"Ren\xe9 <rene@example.org>")
    third = outside.commit({"a.md": "drie\n"}, [odd], 1_700_000_200)
    push(wiki, outside, third)
    assert listed(client, "a") == [third, second, first]
    own = raw_commit(
        wiki, outside.commit({"a.md": "vier\n"}, [third], 1_700_000_300), b"\xe9", b"x"
    )
    push(wiki, outside, own)
    for address in ("/history/a", "/recent", "/feed/site.atom", "/feed/page/a"):
        assert client.get(address).status_code == 200, address


def test_a_file_that_was_binary_once(client: Any, wiki: Any, outside: Outside, page: Any) -> None:
    binary = "PNG\x00\x01\x02" * 50
    first = outside.commit({"a.md": binary}, [], 1_700_000_000)
    second = outside.commit({"a.md": "nu tekst\n"}, [first], 1_700_000_010)
    push(wiki, outside, second)
    assert listed(client, "a") == [second, first]
    for view in ("words", "side", "rendered", "source"):
        assert client.get(f"/diff/a?to={second}&view={view}").status_code == 200
        assert client.get(f"/diff/a?to={first}&view={view}").status_code == 200
    assert client.get(f"/wiki/a?at={first}").status_code == 200
    assert client.get(f"/raw/a?at={first}").data == binary.encode()


def test_renames_from_outside_are_one_history(client: Any, wiki: Any, outside: Outside) -> None:
    text = "Een alinea die lang genoeg is om te herkennen.\n\nEn nog een, voor de zekerheid.\n"
    first = outside.commit({"oud.md": text}, [], 1_700_000_000)
    moved = outside.commit({"map/nieuw.md": text + "\nMeer.\n"}, [first], 1_700_000_010)
    push(wiki, outside, moved)
    assert listed(client, "map/nieuw") == [moved, first]
    assert "was oud" in client.get("/history/map/nieuw").text
    assert client.get(f"/diff/map/nieuw?from={first}&to={moved}&patch=yes").status_code == 200


def test_a_living_page_is_never_told_to_be_deleted(
    client: Any, wiki: Any, outside: Outside
) -> None:
    text, other = "# Eten\n\nEen zin over brood.\n", "# Iets anders\n"
    first = outside.commit({"a.md": text}, [], 1_700_000_000)
    here = outside.commit({"a.md": text, "c.md": other}, [first], 1_700_000_100)
    away = outside.commit({"b.md": text}, [first], 1_700_000_200)
    again = outside.commit({"a.md": text, "b.md": text}, [away], 1_700_000_300)
    without = outside.commit({"a.md": text}, [again], 1_700_000_400)
    merge = outside.commit({"a.md": text, "c.md": other}, [here, without], 1_700_000_500)
    push(wiki, outside, merge)
    blame = client.get("/blame/a")
    assert blame.status_code == 200
    assert f'data-revision="{first}"' in blame.text
    assert listed(client, "a")[0] == merge
    assert client.get("/diff/a").status_code == 200


FAR = ("0001-01-01 00:00", "9999-12-31", "9999-12-31T23:00-05:00")


def test_dates_that_no_calendar_holds_are_said_to_be_unreadable(client: Any, page: Any) -> None:
    for number, date in enumerate(FAR):
        front = f"kind: dialogue\ntitle: Ver weg\nstatus: announced\ndate: {date}"
        page(f"ver-{number}", f"---\n{front}\n---\nTekst.\n")
    for address in ("/", "/agenda", "/agenda.ics", "/dialogues", "/search?q=ver", "/recent"):
        assert client.get(address).status_code == 200, address
    for number in range(len(FAR)):
        shown = client.get(f"/wiki/ver-{number}")
        assert "Deze datum is niet te lezen" in shown.text


@pytest.fixture
def wrong_clock(wiki: Any, outside: Outside, page: Any) -> tuple[str, str, str]:
    """A page that was written, then by a clock of 2035, then today: the three commits."""
    first = page("a", "een\n")
    when = int(datetime(2035, 6, 1, 12, tzinfo=UTC).timestamp())
    ahead = outside.commit({"a.md": "een\ntwee\n", "b.md": "b\n"}, [first], when, "Vooruit")
    push(wiki, outside, ahead)
    return first, ahead, page("a", "een\ntwee\ndrie\n")


def test_a_wrong_clock_dates_nothing_but_itself(
    client: Any, wiki: Any, wrong_clock: tuple[str, str, str]
) -> None:
    first, ahead, last = wrong_clock
    today = wiki.clock().astimezone(wiki.zone).date().isoformat()
    assert listed(client, "a") == [last, ahead, first]
    assert listed(client, f"a?since={today}&until={today}") == [last, first]
    assert listed(client, "a?since=2035-06-01&until=2035-06-01") == [ahead]
    assert listed(client, f"a?until={today}") == [last, first]
    for far in ("since=0001-01-01", "until=0001-01-01", "since=9999-12-31", "until=9999-12-30"):
        assert client.get(f"/history/a?{far}").status_code == 400
    assert last in client.get(f"/history/a?on={today}").location


def test_a_wrong_clock_is_never_on_top_of_recent_changes(
    app: Any, client: Any, wiki: Any, member: Any, login: Any, wrong_clock: tuple[str, str, str]
) -> None:
    first, ahead, last = wrong_clock
    comments.post(wiki, member, "b", "Na de klok")
    shown = client.get("/recent").text
    assert re.findall(r'<li data-revision="(\w+)" data-path="a"', shown) == [last, ahead, first]
    assert len(re.findall(r"<section><h2>", shown)) == 1
    assert "Na de klok" in shown
    assert "1 juni 2035" in shown
    feed = client.get("/feed/site.atom")
    assert feed.last_modified <= wiki.clock() + timedelta(hours=1)
    assert re.findall(r"<updated>([^<]{4})", feed.text).count("2035") == 2
    assert feed.text.index(last) < feed.text.index(ahead)
    login(client, "anna")
    client.get("/recent")
    assert "2035" not in client.get("/recent?new=yes").text
