"""Searching on behalf of somebody."""

from __future__ import annotations

from typing import Any

import pytest

from wiki.database.access import rules
from wiki.domain.access.rights import ANONYMOUS, Right, Role, Rule
from wiki.services.search import search
from wiki.services.search.search import SearchForm


@pytest.fixture
def hidden(wiki: Any, page: Any) -> None:
    """Two pages, of which readers may see one; the rule comes after the index."""
    page("open/a", "# Onthulling\n")
    page("geheim/b", "---\nkind: question\ntitle: Onthulling\ntags: [stil]\n---\n")
    wiki.search.update(wiki.store, wiki.database)
    with wiki.database.write() as connection:
        rules.put(connection, Rule("geheim", Right.READ, Role.EDITOR))


@pytest.mark.usefixtures("hidden")
@pytest.mark.parametrize("ready", [True, False])
def test_nothing_shows_what_one_may_not_read(wiki: Any, editor: Any, ready: bool) -> None:
    if not ready:
        (wiki.settings.data / "search_index" / "current").unlink()
    seen = search.search(wiki, ANONYMOUS, SearchForm(q="onthulling"))
    assert [linked.hit.path for linked in seen.hits] == ["open/a"]
    assert seen.results.total == 1
    assert not any(values for name, values in seen.results.facets.items() if name == "tag")
    assert len(search.search(wiki, editor, SearchForm(q="onthulling")).hits) == 2
    assert [one.path for one in search.suggest(wiki, ANONYMOUS, "onth")] == ["open/a"]
    assert search.suggest(wiki, ANONYMOUS, "sti") == []


def test_the_form_narrows_what_was_typed() -> None:
    query = search.read(SearchForm(q="burger tag:a", tag="b", person="Anna", kind="vraagstuk"))
    assert query.filters.tags == ("b",)
    assert query.filters.people == ("Anna",)
    assert query.filters.kinds == ("question",)
    assert [notice.code for notice in search.read(SearchForm(after="x", kind="y")).notices] == [
        "search_kind",
        "search_date",
    ]
