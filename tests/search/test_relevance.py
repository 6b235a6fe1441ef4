"""What a Dutch reader hopes for is found, and better than by the means at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench import relevance
from bench.relevance import Judged, Search


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    """The wiki's own search over the corpus."""
    folder: Path = tmp_path_factory.mktemp("relevance")
    with ExitStack() as stack:
        yield relevance.ours(relevance.corpus(), folder, stack)


@pytest.mark.postgres
def test_postgresql_finds_as_well(
    search: Search, postgres_copy: Callable[[], str], tmp_path: Path
) -> None:
    with ExitStack() as stack:
        other = relevance.ours(relevance.corpus(), tmp_path, stack, postgres_copy())
        mine, theirs = (relevance.score(one, relevance.queries()) for one in (search, other))
    assert abs(mine.ndcg - theirs.ndcg) <= 0.03
    assert abs(mine.recall - theirs.recall) <= 0.03


def held_out() -> list[Judged]:
    """Queries that nothing was tuned on; typing errors are left out, others cannot correct them."""
    return [query for query in relevance.queries() if query.held_out and query.kind != "typo"]


def test_the_corpus_is_large_enough() -> None:
    judged = relevance.queries()
    assert len({text.body for text in relevance.corpus()}) >= 300
    assert len(judged) >= 60
    assert 3 * sum(query.held_out for query in judged) >= len(judged) - 2
    assert all(query.wanted for query in judged)


def test_more_is_found_than_by_the_stock_analyser_and_by_a_scan(search: Search) -> None:
    texts = relevance.corpus()
    mine = relevance.score(search, held_out())
    stock = relevance.score(relevance.stock(texts), held_out())
    scan = relevance.score(relevance.scan(texts), held_out())
    assert mine.recall >= stock.recall + 0.15
    assert mine.recall > scan.recall
    assert mine.ndcg > max(stock.ndcg, scan.ndcg)


def test_typing_errors_are_put_right(search: Search) -> None:
    slips = [query for query in relevance.queries() if query.kind == "typo"]
    assert relevance.score(search, slips).recall > 0.9
