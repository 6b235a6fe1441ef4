"""Searching what once stood on pages: found, marked, led to, and kept from who may not see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from wiki.database import hiding, rules
from wiki.domain.revisions import Part
from wiki.domain.rights import ANONYMOUS, Actor, Right, Role, Rule
from wiki.engine import Wiki
from wiki.projections import passages
from wiki.services import lost, search
from wiki.services.search import Asked

Page = Callable[..., str]


def follow(wiki: Wiki) -> None:
    while passages.catch_up(wiki.store, wiki.database):
        pass


def found(wiki: Wiki, actor: Actor, q: str, **more: str) -> list[tuple[str, str]]:
    hits = search.search(wiki, actor, Asked(q=q, where="history", **more)).lost
    assert hits is not None
    return [(hit.path, "".join(piece.text for piece in hit.pieces)) for hit in hits]


@pytest.fixture
def gone(wiki: Wiki, page: Page, member: Actor) -> str:
    """The revision that took a sentence from a page."""
    page("a", "# Wijk\n\nDe bewoners beslissen. Dat blijft.\n", member)
    taken = page("a", "# Wijk\n\nDat blijft.\n", member)
    follow(wiki)
    return taken


def test_a_passage_that_is_gone_leads_to_the_change_that_took_it(client: Any, gone: str) -> None:
    html = client.get("/search?q=BEWONER&in=history").text
    assert f'data-path="a" data-kind="history" data-revision="{gone}"' in html
    assert "De <mark>bewoners</mark> beslissen." in html
    link = re.search(r'href="(/diff/a\?to=\w+)"', html)
    assert link and client.get(link[1]).status_code == 200
    assert "weggehaald door" in html and "anna" in html
    assert 'data-kind="history"' not in client.get("/search?q=blijft&in=history").text


def test_only_what_has_every_word_and_no_unwanted_one(wiki: Wiki, gone: str) -> None:
    hit = [("a", "De bewoners beslissen.")]
    assert found(wiki, ANONYMOUS, "bewoners besliss*") == hit
    assert found(wiki, ANONYMOUS, "bewoners OR ambtenaren") == hit
    assert found(wiki, ANONYMOUS, '"bewoners beslissen"') == hit
    assert found(wiki, ANONYMOUS, "bewoners -beslissen") == []
    assert found(wiki, ANONYMOUS, "bewoners ambtenaren") == []
    assert found(wiki, ANONYMOUS, "bewoners", until="2001") == []
    assert found(wiki, ANONYMOUS, "100% _") == []


def test_what_stood_on_a_closed_page_is_found_by_who_may_read_it(
    wiki: Wiki, gone: str, editor: Actor
) -> None:
    with wiki.database.write() as connection:
        rules.put(connection, Rule("a", Right.READ, Role.EDITOR))
    assert found(wiki, ANONYMOUS, "bewoners") == []
    assert len(found(wiki, editor, "bewoners")) == 1


def test_what_stood_in_hidden_versions_only_is_for_moderators(
    wiki: Wiki, page: Page, member: Actor, moderator: Actor
) -> None:
    page("a", "Goed.\n", member)
    bad = page("a", "Goed. Een scheldwoord.\n", member)
    page("a", "Iets anders.\n", member)
    follow(wiki)
    with wiki.database.write() as connection:
        hiding.hide(connection, [(bad, "a")], Part.TEXT, "grof", moderator.id, wiki.clock())
    assert found(wiki, member, "scheldwoord") == []
    assert len(found(wiki, moderator, "scheldwoord")) == 1
    assert len(found(wiki, member, "goed")) == 1


def test_of_a_deleted_page_all_words_are_gone(
    wiki: Wiki, client: Any, page: Page, gone: str
) -> None:
    page("a", None)
    follow(wiki)
    html = client.get("/search?q=blijft&in=history").text
    assert "de pagina is verwijderd" in html and 'href="/diff/a?to=' in html
    page("a", "Een heel andere pagina.\n")
    follow(wiki)
    assert 'href="/diff/a?to=' not in client.get("/search?q=blijft&in=history").text


def test_a_long_passage_is_cut_around_what_was_asked_for() -> None:
    text = "begin " + "woord " * 200 + "Überraschung " + "woord " * 200
    pieces = lost.pieces(text, ["uberrasch"])
    assert [piece.text for piece in pieces if piece.marked] == ["Überraschung"]
    assert len("".join(piece.text for piece in pieces)) < 500
