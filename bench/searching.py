"""Searching a corpus: beside bare Whoosh on the same index, and beside a scan of all files."""

from __future__ import annotations

import random
import secrets
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bench import hostile
from bench.report import Figure
from bench.saves import Writer
from bench.site import Site
from wiki.analysis.analyser import analyse
from wiki.domain.search.query import parse
from wiki.domain.search.search import Scope
from wiki.engine import Wiki, open_wiki
from wiki.projections.search.index import SearchIndex
from wiki.projections.search.storage.folder import INDEX, storage_of
from wiki.projections.search.texts import sources
from wiki.settings import Settings

PAIRS = 120
PEER = 20
"""Pairs that the slow peers are asked."""

COMMON = 60
"""Hostile queries are made of so many of the most common words."""


def measure(site: Site) -> list[Figure]:
    """Two words, what is typed, hostile queries; the index has to be there."""
    wiki = open_wiki(Settings(data=site.data, secret_key="only to measure"))
    try:
        texts = _texts(wiki)
        asked, words = _pairs(texts)
        common = _common(texts)
        return [
            *_search(site, wiki, asked, texts),
            _suggest(site, wiki, words),
            _odd(site, wiki, common),
        ]
    finally:
        wiki.close()


def fresh(site: Site, count: int = 20) -> Figure:
    """From the answer to a save until search finds what was saved; the wiki has to be serving."""
    writer = Writer.open(site, site.paths[30])
    # A visitor who asks a hundred times a second is held up as a crawler.
    browser = site.member()
    times = []
    for _ in range(count):
        word = f"vers{secrets.token_hex(6)}"
        writer.save(word)
        began = time.perf_counter()
        while 'class="hit"' not in browser.get(f"/search?q={word}")[1]:
            time.sleep(0.01)
        times.append(time.perf_counter() - began)
    p50, worst = statistics.median(times), max(times)
    return Figure(
        site.name,
        "a saved page is found by search",
        f"p50 {p50:.2f} s, slowest {worst:.2f} s",
        "≤ 1 s",
        worst <= 1,
    )


def _texts(wiki: Wiki) -> list[str]:
    head = wiki.store.head()
    ids = [blob for blob in sources.all_pages(wiki.store, head).values() if blob]
    return [blob.data.decode() for blob in wiki.store.blobs(ids)]


def _counts(texts: Sequence[str]) -> tuple[Counter[str], int]:
    """In how many texts of a sample each word is, and how many that sample has."""
    sample = random.Random(3).sample(list(texts), min(2_000, len(texts)))
    counts: Counter[str] = Counter()
    for text in sample:
        counts.update({token.exact for token in analyse(text, "nl") if token.exact.isalpha()})
    return counts, len(sample)


def _common(texts: Sequence[str]) -> list[str]:
    """The most common words."""
    counts, _ = _counts(texts)
    return [word for word, _ in counts.most_common(COMMON)]


def _pairs(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Pairs of words by document frequency: half below 5% of the pages, a tenth above 30%."""
    chance = random.Random(3)
    counts, size = _counts(texts)
    share = {word: count / size for word, count in counts.items() if count > 2}
    groups = (
        [word for word, part in share.items() if part < 0.05],
        [word for word, part in share.items() if 0.05 <= part <= 0.3],
        [word for word, part in share.items() if part > 0.3],
    )
    usable = [(group, weight) for group, weight in zip(groups, (5, 4, 1), strict=True) if group]
    picked = chance.choices([g for g, _ in usable], [w for _, w in usable], k=2 * PAIRS)
    words = [chance.choice(group) for group in picked]
    return [" ".join(words[at : at + 2]) for at in range(0, len(words), 2)], words


def _search(site: Site, wiki: Wiki, asked: list[str], texts: Sequence[str]) -> list[Figure]:
    wiki.search.search(parse("beleid"), Scope())
    times = _times(lambda text: wiki.search.search(parse(text), Scope()), asked)
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[18]
    bare = _times(_bare(wiki), asked[:PEER])
    scan = _times(_scan(texts), asked[:PEER])
    return [
        Figure(
            site.name,
            "search, two words, highlights and facets",
            f"p50 {p50:.1f} ms, p95 {p95:.0f} ms",
            "p50 ≤ 20 ms, p95 ≤ 150 ms",
            p50 <= 20 and p95 <= 150,
        ),
        Figure(site.name, "the same, bare Whoosh", f"p50 {statistics.median(bare):.0f} ms"),
        Figure(site.name, "the same, scan in memory", f"p50 {statistics.median(scan):.0f} ms"),
    ]


def _bare(wiki: Wiki) -> Callable[[str], Any]:
    """Whoosh's own searcher on the same index: any of the stems, BM25F, without highlights."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from whoosh.index import FileIndex
        from whoosh.query import And, Term
    live = wiki.search.folder.live() if isinstance(wiki.search, SearchIndex) else None
    if live is None:
        raise SystemExit("there is no index")
    searcher = FileIndex(storage_of(live), indexname=INDEX).searcher()

    def search(text: str) -> Any:
        stems = [token.stem for token in analyse(text, "nl")]
        return searcher.search(And([Term("stem", stem) for stem in stems]), limit=20)

    return search


def _scan(texts: Sequence[str]) -> Callable[[str], Any]:
    def search(text: str) -> list[int]:
        words = text.split()
        return [
            number
            for number, body in enumerate(texts)
            if all(word in body.lower() for word in words)
        ]

    return search


def _suggest(site: Site, wiki: Wiki, words: list[str]) -> Figure:
    typed = [word[: 2 + number % 4] for number, word in enumerate(words)]
    times = _times(lambda text: wiki.search.complete(text, Scope()), typed)
    p50 = statistics.median(times)
    return Figure(site.name, "suggest", f"p50 {p50:.1f} ms", "p50 ≤ 8 ms", p50 <= 8)


def _odd(site: Site, wiki: Wiki, words: list[str]) -> Figure:
    took, text = hostile.slowest(wiki.search, hostile.queries(words, 1_000))
    return Figure(
        site.name,
        "1,000 hostile queries",
        f"slowest {took:.0f} ms ({text[:20]!r})",
        "≤ 200 ms each",
        took <= 200,
    )


def _times(run: Callable[[str], Any], asked: Sequence[str]) -> list[float]:
    """Milliseconds of processor time that each took: other programs do not count."""
    times = []
    for text in asked:
        began = time.process_time()
        run(text)
        times.append(1000 * (time.process_time() - began))
    return times
