"""Who wrote this: sentences beside their writers, now, then and of pages that are gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from wiki.database.access import rules
from wiki.database.history import sentences as kept
from wiki.domain.access.rights import ANONYMOUS, Actor, Right, Role, Rule
from wiki.domain.content import frontmatter
from wiki.engine import Wiki
from wiki.projections import sentences
from wiki.services.history import blame
from wiki.services.history.history import page_at
from wiki.web.http import cache

Page = Callable[..., str]


def runs(html: str) -> list[tuple[str, str, str]]:
    """Each run's revision, writer and text."""
    found = []
    for part in html.split('<li class="run"')[1:]:
        revision = re.search(r'data-revision="(\w+)"', part)
        writer = re.search(r'class="person"[^>]*>([^<]+)<', part)
        sentences = re.findall(r"<span>([^<]*)</span>", part.partition('class="run-text"')[2])
        assert revision
        assert writer
        found.append((revision[1], writer[1], unescape(" ".join(sentences))))
    return found


@pytest.fixture
def story(page: Page, member: Actor, editor: Actor) -> list[str]:
    """A page that two people wrote."""
    return [
        page("a", "---\ntitle: Kwesties\n---\n# Kop\n\nEen zin. Nog een zin.\n", member),
        page("a", "---\ntitle: Kwesties\n---\n# Kop\n\nEen zin. Een betere zin.\n", editor),
    ]


def test_each_sentence_stands_beside_who_wrote_it(client: Any, story: list[str]) -> None:
    html = client.get("/blame/a").text
    assert runs(html) == [
        (story[0], "anna", "Kop Een zin."),
        (story[1], "bram", "Een betere zin."),
    ]
    assert f"/blame/a?at={story[0]}" in html
    assert 'lang="nl"' in html
    assert "Wie schreef dit" in html
    english = client.get("/blame/a", headers={"Accept-Language": "en"}).text
    assert "Who wrote this" in english


def test_before_a_change_stands_what_stood_then(client: Any, story: list[str]) -> None:
    html = client.get(f"/blame/a?at={story[0]}").text
    assert runs(html) == [(story[0], "anna", "Kop Een zin. Nog een zin.")]
    assert "run-before" not in html


def test_what_no_revision_of_the_page_is_is_not_found(
    client: Any, page: Page, story: list[str]
) -> None:
    other = page("b", "Iets anders.\n")
    for at in (other, "deadbeef", "--help", "HEAD"):
        assert client.get(f"/blame/a?at={at}").status_code == 404
    assert client.get("/blame/nergens").status_code == 404


def test_a_deleted_page_shows_what_it_said_last(client: Any, page: Page, story: list[str]) -> None:
    gone = page("a", None)
    html = client.get("/blame/a").text
    assert [text for _, _, text in runs(html)] == ["Kop Een zin.", "Een betere zin."]
    assert client.get(f"/blame/a?at={gone}").status_code == 404


def test_a_closed_page_is_closed(
    wiki: Wiki, client: Any, page: Page, member: Actor, story: list[str]
) -> None:
    with wiki.database.write() as connection:
        rules.put(connection, Rule("a", Right.READ, Role.EDITOR))
    assert client.get("/blame/a").status_code == 303
    assert client.get(f"/blame/a?at={story[0]}").status_code == 303


def test_the_runs_joined_are_the_text(wiki: Wiki, page: Page, member: Actor) -> None:
    texts = [
        "Een. Twee.\n\n* drie\n",
        "---\nstatus: open\n---\n\n\nTwee.\nEen!\n",
        "\n\n",
        "Weer. Een.\n",
    ]
    revisions = [page("a", text, member) for text in texts]
    for text, revision in zip(texts, revisions, strict=True):
        found = blame.blame(wiki, ANONYMOUS, "a", revision)
        assert "".join(run.text for run in found.runs) == frontmatter.split(text)[1]
    now = blame.blame(wiki, ANONYMOUS, "a")
    assert [run.number for run in now.runs] == [4, 1]
    assert now.runs[1].returned
    assert now.runs[1].returned.commit == revisions[3]


def test_it_is_kept_until_the_page_changes(
    app: Any, client: Any, story: list[str], page: Page, moderator: Actor, login: Any
) -> None:
    login(mo := app.test_client(), "mo")
    for browser in (client, mo):
        first = browser.get("/blame/a").text
        before = app.extensions[cache.PAGES].hits
        assert runs(browser.get("/blame/a").text) == runs(first)
        assert app.extensions[cache.PAGES].hits == before + 1
    page("a", "Iets heel anders.\n", moderator)
    for browser in (client, mo):
        assert [who for _, who, _ in runs(browser.get("/blame/a").text)] == ["mo"]


def test_a_long_history_is_followed_bit_by_bit(
    wiki: Wiki, client: Any, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        page("a", f"Zin {number}.\n")
    monkeypatch.setattr(blame, "MOST_AT_ONCE", 3)
    answer = client.get("/blame/a")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert "Dit wordt nog uitgezocht" in answer.text
    assert '<a href="">Nog eens proberen</a>' in answer.text
    assert client.get("/blame/a").status_code == 200


def test_a_heavy_revision_is_followed_at_a_time(
    wiki: Wiki, client: Any, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        page("a", f"Zin {number}.\n")
    identity = page_at(wiki, ANONYMOUS, "a").page
    monkeypatch.setattr(blame, "SECONDS", 0)
    for number in range(1, 4):
        assert client.get("/blame/a").status_code == 503
        with wiki.database.read() as connection:
            followed = kept.followed(connection, identity)
        assert followed is not None
        assert followed.steps == number
    monkeypatch.setattr(blame, "SECONDS", 60)
    assert client.get("/blame/a").status_code == 200


def test_who_wrote_how_much_stands_beside_the_page(
    wiki: Wiki, client: Any, story: list[str]
) -> None:
    assert "Wie schreef deze tekst" not in client.get("/wiki/a").text
    while sentences.catch_up(wiki.store, wiki.database):
        pass
    html = client.get("/wiki/a").text
    assert "Wie schreef deze tekst" in html
    found = blame.contributors(wiki, ANONYMOUS, page_at(wiki, ANONYMOUS, "a").page)
    assert [(one.author.name, one.words) for one in found] == [("anna", 3), ("bram", 3)]
