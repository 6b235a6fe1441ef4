"""On a large index no query fails and none explodes; `python -m bench` says how long they take."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import hostile
from bench.words import Prose
from wiki.domain.history.revisions import Author
from wiki.domain.search.query import LONGEST, parse
from wiki.engine import open_wiki
from wiki.settings import Settings
from wiki.store.store import Change

pytestmark = pytest.mark.slow

PAGES = 1_500
MOST = 2_000
"""Milliseconds of processor time: far above what a query takes on any machine, far below what
one that tries every combination would."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An index of a few thousand pages, and the words in them."""
    data: Path = tmp_path_factory.mktemp("large")
    wiki = open_wiki(Settings(data=data, secret_key="only for tests"))
    prose = Prose(random.Random(5), 20_000)
    wiki.store.commit(
        [
            Change(f"p/{number}.md", f"# {prose.title()}\n\n{prose.paragraph(300)}\n".encode())
            for number in range(PAGES)
        ],
        author=Author("denktank", f"denktank@{Author.DOMAIN}"),
        message="corpus",
        trailers={},
        expect={},
    )
    wiki.follow()
    wiki.search.update(wiki.store, wiki.database)
    yield wiki.search, prose.words
    wiki.close()


def test_a_thousand_hostile_queries(large: Any) -> None:
    search, words = large
    took, text = hostile.slowest(search, hostile.queries(words, 1_000))
    assert took < MOST, text[:200]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=LONGEST))
def test_any_text_may_be_asked(large: Any, text: str) -> None:
    took, _ = hostile.slowest(large[0], iter([text]))
    assert took < MOST


def test_what_is_too_long_is_refused_with_a_reason() -> None:
    assert [notice.code for notice in parse("a" * 10_000).notices] == ["search_long"]
