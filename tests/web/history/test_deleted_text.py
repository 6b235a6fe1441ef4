"""Searching what once stood on pages: found, marked, led to, and kept from who may not see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from wiki.database.access import rules
from wiki.database.history import hiding
from wiki.domain.access.rights import ANONYMOUS, Actor, Right, Role, Rule
from wiki.domain.history.revisions import Part
from wiki.engine import Wiki
from wiki.services.history import deleted_text
from wiki.services.operation import erasing, jobs
from wiki.services.search import search
from wiki.services.search.search import SearchForm

Page = Callable[..., str]


def follow(wiki: Wiki) -> None:
    for job in (jobs.follow, jobs.search, jobs.sentences, jobs.deleted_text):
        while job(wiki):
            pass


def found(wiki: Wiki, actor: Actor, q: str, **more: Any) -> list[tuple[str, str]]:
    hits = search.search(wiki, actor, SearchForm(q=q, where="history", **more)).deleted_text
    assert hits is not None
    return [(hit.path, said(hit)) for hit in hits]


def total(wiki: Wiki, actor: Actor, q: str) -> int:
    return search.search(wiki, actor, SearchForm(q=q, where="history")).results.total


def said(hit: deleted_text.Hit) -> str:
    snippets = ("".join(piece.text for piece in one.pieces) for one in hit.found.snippets)
    return " … ".join(snippets)


@pytest.fixture
def gone(wiki: Wiki, page: Page, member: Actor) -> str:
    """The revision that took a sentence from a page."""
    page("a", "---\ntags: [wonen]\n---\n# Wijk\n\nDe bewoners beslissen. Dat blijft.\n", member)
    taken = page("a", "---\ntags: [wonen]\n---\n# Wijk\n\nDat blijft.\n", member)
    follow(wiki)
    return taken


def test_a_passage_that_is_gone_leads_to_the_change_that_took_it(client: Any, gone: str) -> None:
    html = client.get("/search?q=BEWONER&in=history").text
    assert f'data-path="a" data-kind="history" data-revision="{gone}"' in html
    assert "De <mark>bewoners</mark> beslissen." in html
    link = re.search(r'href="(/diff/a\?to=\w+)"', html)
    assert link
    assert client.get(link[1]).status_code == 200
    assert "weggehaald door" in html
    assert "anna" in html
    assert 'data-kind="history"' not in client.get("/search?q=blijft&in=history").text


def test_a_query_means_the_same_as_in_what_is_there(
    wiki: Wiki, client: Any, gone: str, page: Page
) -> None:
    hit = [("a", "De bewoners beslissen.")]
    assert found(wiki, ANONYMOUS, "bewoner besliss*") == hit
    assert found(wiki, ANONYMOUS, "bewoners OR ambtenaren") == hit
    assert found(wiki, ANONYMOUS, '"bewoners beslissen"') == hit
    assert found(wiki, ANONYMOUS, '"beslissen bewoners"') == []
    assert found(wiki, ANONYMOUS, "bewoners -beslissen") == []
    assert found(wiki, ANONYMOUS, "bewoners", until="2001") == []
    assert found(wiki, ANONYMOUS, "bewoners tag:wonen") == hit
    assert found(wiki, ANONYMOUS, "bewoners tag:zorg") == []
    assert found(wiki, ANONYMOUS, "who:anna", tag="wonen") == hit
    assert found(wiki, ANONYMOUS, "100% _") == []
    page("b", "---\ntags: [zorg]\n---\nBewoners wonen.\n")
    page("b", "---\ntags: [zorg]\n---\nNiets.\n")
    follow(wiki)
    html = client.get("/search?q=bewoners&in=history").text
    assert "2 gevonden" in html
    assert "tag=wonen" in html
    assert 'data-path="b"' not in client.get("/search?q=bewoners&in=history&tag=wonen").text


def test_while_the_past_is_gone_through_a_reader_is_told(client: Any, page: Page) -> None:
    page("a", "Er was eens.\n")
    html = client.get("/search?q=eens&in=history").text
    assert "wordt nog doorgenomen" in html
    assert "Niets gevonden" not in html


def test_what_stood_on_a_closed_page_is_found_by_who_may_read_it(
    wiki: Wiki, gone: str, editor: Actor
) -> None:
    with wiki.database.write() as connection:
        rules.put(connection, Rule("a", Right.READ, Role.EDITOR))
    assert found(wiki, ANONYMOUS, "bewoners") == []
    assert total(wiki, ANONYMOUS, "bewoners") == 0
    assert len(found(wiki, editor, "bewoners")) == 1


def test_what_stood_in_hidden_versions_only_is_for_moderators(
    wiki: Wiki, page: Page, member: Actor, moderator: Actor
) -> None:
    page("a", "Goed.\n", member)
    bad = page("a", "Goed. Een scheldwoord.\n", member)
    page("a", "Iets anders.\n", member)
    follow(wiki)
    assert found(wiki, member, "scheldwoord") != []
    with wiki.database.write() as connection:
        hiding.hide(connection, [(bad, "a")], Part.TEXT, "grof", moderator.id, wiki.clock())
    assert found(wiki, member, "scheldwoord") == []
    assert len(found(wiki, moderator, "scheldwoord")) == 1
    follow(wiki)
    assert total(wiki, member, "scheldwoord") == 0
    assert found(wiki, moderator, "scheldwoord") == [("a", "Een scheldwoord.")]
    assert found(wiki, member, "goed") == [("a", "Goed.")]
    with wiki.database.write() as connection:
        rules.put(connection, Rule("a", Right.MODERATE, Role.ADMIN))
    assert total(wiki, moderator, "scheldwoord") == 0
    with wiki.database.write() as connection:
        hiding.show(connection, [(bad, "a")], Part.TEXT)
    follow(wiki)
    assert total(wiki, member, "scheldwoord") == 1


def test_of_a_deleted_page_all_words_are_gone(
    wiki: Wiki, client: Any, page: Page, gone: str
) -> None:
    page("a", None)
    follow(wiki)
    html = client.get("/search?q=blijft&in=history").text
    assert "de pagina is verwijderd" in html
    assert 'href="/diff/a?to=' in html
    page("a", "Een heel andere pagina.\n")
    follow(wiki)
    assert 'href="/diff/a?to=' not in client.get("/search?q=blijft&in=history").text


def test_nobody_is_found_by_a_name_that_was_erased_or_hidden(
    wiki: Wiki, page: Page, gone: str, member: Actor, moderator: Actor
) -> None:
    with wiki.database.write() as connection:
        hiding.hide(connection, [(gone, "a")], Part.AUTHOR, "privé", moderator.id, wiki.clock())
    follow(wiki)
    assert len(found(wiki, ANONYMOUS, "bewoners who:anna")) == 1
    erasing.erase_here(wiki, "anna", with_comments=False)
    follow(wiki)
    assert len(found(wiki, ANONYMOUS, "bewoners")) == 1
    assert found(wiki, ANONYMOUS, "bewoners who:anna") == []
