"""What one query may cost: too much is left out in the same way each time, and said so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wiki.domain.search.query import parse
from wiki.domain.search.search import Results, Scope
from wiki.projections.search.answering import bounds

Ask = Callable[[str], Results]


@pytest.fixture
def ask(page: Any, wiki: Any) -> Ask:
    """Searches pages that nearly all say `burger` and `wijk`, a few `wijkraad` and `wijkplan`."""
    for number in range(12):
        page(f"p{number}", f"# P{number}\n\nEen burger in de wijk zegt woord{number}.\n")
    page("raad", "# Raad\n\nDe burger in de wijkraad.\n")
    page("plan", "# Plan\n\nDe burger en het wijkplan, en nog een wijkplan.\n")
    wiki.search.update(wiki.store, wiki.database)
    return lambda text: wiki.search.search(parse(text), Scope(), limit=50)


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """So little may be read that two common words are too much."""
    monkeypatch.setattr(bounds, "MOST_READ", 40)
    monkeypatch.setattr(bounds, "MOST_BEGUN", 6)


def noticed(found: Results) -> dict[str, str]:
    return {notice.code: notice.value for notice in found.notices}


def test_the_rarest_words_are_kept(ask: Ask) -> None:
    found = ask("burger wijk woord3")
    assert found.hits[0].path == "p3"
    assert noticed(found) == {"search_too_common": "burger"}


def test_one_word_is_always_searched(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_READ", 1)
    found = ask("burger")
    assert found.total == 14
    assert not found.notices
    found = ask("burger -wijkraad")
    assert found.total == 14
    assert noticed(found) == {"search_too_common": "wijkraad"}


def test_of_alternatives_the_common_ones_are_left_out(ask: Ask) -> None:
    found = ask("burger OR wijkraad")
    assert [hit.path for hit in found.hits] == ["raad"]
    assert noticed(found) == {"search_too_common": "burger"}


def test_of_a_wide_beginning_the_most_common_words_are_taken(ask: Ask) -> None:
    found = ask("wijk*")
    assert {hit.path for hit in found.hits} == {f"p{number}" for number in range(12)}
    assert noticed(found) == {"search_prefix_wide": "wijk*"}


def test_words_that_all_have_are_no_phrase(ask: Ask) -> None:
    found = ask('"burger in de wijk"')
    assert found.total == 14
    assert noticed(found) == {"search_phrase_common": "burger in de wijk"}
