"""`python -m bench.relevance`: does search find what a Dutch reader hopes for?

Three ways to search the corpus of `tests/search/`, in one run: the wiki's own, Whoosh with its
stock analyser for Dutch (any of the words, BM25F, title twice as heavy), and a scan for the words
as pieces of text. Queries are judged by what the texts are about. Every third one is held out:
analysis and ranking are tuned on the others only.
"""

from __future__ import annotations

import math
import tempfile
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wiki.domain.content.paths import slug
from wiki.domain.history.revisions import Author
from wiki.domain.search.query import parse
from wiki.domain.search.search import Scope
from wiki.engine import open_wiki
from wiki.settings import POSTGRESQL, WHOOSH, Settings
from wiki.store.store import Change

FOLDER = Path(__file__).parent.parent / "tests" / "search"
DEPTH = 20
TOP = 10

Search = Callable[[str], Sequence[str]]
"""Gives the paths of the best documents for a query."""


@dataclass(frozen=True)
class Text:
    """A document of the corpus."""

    path: str
    topic: str
    title: str
    body: str


@dataclass(frozen=True)
class Judged:
    """A query, and the paths of the texts that answer it."""

    kind: str
    text: str
    wanted: frozenset[str]
    held_out: bool


@dataclass(frozen=True)
class Score:
    """Averages over queries, from 0 to 1."""

    queries: int
    ndcg: float
    recall: float


def corpus() -> list[Text]:
    """The documents."""
    found: list[Text] = []
    topic, number = "", 0
    for line in _lines("corpus.txt"):
        if line.startswith("= "):
            topic, number = line.removeprefix("= "), 0
        else:
            number += 1
            title, _, body = line.partition(" | ")
            found.append(Text(f"{slug(topic)}/{number}", topic, title, body))
    return found


def queries() -> list[Judged]:
    """The judged queries; every third is held out."""
    topics: dict[str, list[str]] = {}
    for page in corpus():
        topics.setdefault(page.topic, []).append(page.path)
    found = []
    for number, line in enumerate(_lines("queries.txt")):
        kind, text, judged = (part.strip() for part in line.split(" | "))
        wanted = frozenset(_wanted(judged, topics))
        found.append(Judged(kind, text, wanted, number % 3 == 2))
    return found


def _lines(name: str) -> Iterable[str]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _wanted(judged: str, topics: dict[str, list[str]]) -> Iterable[str]:
    for one in judged.split(";"):
        topic, _, numbers = one.strip().partition(":")
        for path in topics[topic]:
            if not numbers or path.rpartition("/")[2] in numbers.split(","):
                yield path


def ours(texts: Sequence[Text], folder: Path, stack: ExitStack, url: str = "") -> Search:
    """The wiki's own search; what it offers instead of an empty result is followed.

    With the URL of a database on PostgreSQL the one that searches there.
    """
    engine = POSTGRESQL if url else WHOOSH
    wiki = open_wiki(
        Settings(data=folder, secret_key="only to measure", database_url=url, search=engine)
    )
    stack.callback(wiki.close)
    changes = [
        Change(f"{text.path}.md", f"# {text.title}\n\n{text.body}\n".encode()) for text in texts
    ]
    wiki.store.commit(
        changes,
        author=Author("denktank", f"denktank@{Author.DOMAIN}"),
        message="corpus",
        trailers={},
        expect={},
    )
    wiki.follow()
    wiki.search.update(wiki.store, wiki.database)

    def search(text: str) -> list[str]:
        found = wiki.search.search(parse(text), Scope(), limit=DEPTH)
        if found.corrected:
            found = wiki.search.search(parse(found.corrected), Scope(), limit=DEPTH)
        return [hit.path for hit in found.hits]

    return search


def stock(texts: Sequence[Text]) -> Search:
    """Whoosh with its analyser for Dutch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from whoosh import fields, qparser
        from whoosh.analysis import LanguageAnalyzer
        from whoosh.filedb.filestore import RamStorage
    dutch = LanguageAnalyzer("nl")
    schema = fields.Schema(
        path=fields.STORED,
        title=fields.TEXT(analyzer=dutch, field_boost=2.0),
        body=fields.TEXT(analyzer=dutch),
    )
    index = RamStorage().create_index(schema)
    writer = index.writer()
    for text in texts:
        writer.add_document(path=text.path, title=text.title, body=text.body)
    writer.commit()
    searcher = index.searcher()
    parser: Any = qparser.MultifieldParser(["title", "body"], schema, group=qparser.OrGroup)

    def search(text: str) -> list[str]:
        return [hit["path"] for hit in searcher.search(parser.parse(text), limit=DEPTH)]

    return search


def scan(texts: Sequence[Text]) -> Search:
    """Texts with every word as a piece of text (if there are none: with any), most often first."""
    folded = [(text.path, f"{text.title} {text.body}".lower()) for text in texts]

    def search(text: str) -> list[str]:
        words = text.lower().strip('"').split() if '"' not in text else [text.lower().strip('"')]
        words = [word for word in words if len(word) > 2]
        counts = {path: [body.count(word) for word in words] for path, body in folded}
        for enough in (all, any):
            found = {path: sum(each) for path, each in counts.items() if each and enough(each)}
            if found:
                return sorted(found, key=lambda path: (-found[path], path))[:DEPTH]
        return []

    return search


def score(search: Search, asked: Iterable[Judged]) -> Score:
    """How well a search answers these queries."""
    gains, recalls = [], []
    for query in asked:
        found = search(query.text)
        hits = [path in query.wanted for path in found]
        ideal = sum(1 / math.log2(rank + 2) for rank in range(min(len(query.wanted), TOP)))
        gained = sum(hit / math.log2(rank + 2) for rank, hit in enumerate(hits[:TOP]))
        gains.append(gained / ideal)
        recalls.append(sum(hits) / min(len(query.wanted), DEPTH))
    return Score(len(gains), sum(gains) / len(gains), sum(recalls) / len(recalls))


def main() -> None:
    """Print the report as a table."""
    texts, judged = corpus(), queries()
    parts: dict[str, list[Judged]] = {
        "tuned on": [query for query in judged if not query.held_out],
        "held out": [query for query in judged if query.held_out],
        "held out, without typing errors": [
            query for query in judged if query.held_out and query.kind != "typo"
        ],
    }
    for kind in sorted({query.kind for query in judged}):
        parts[f"all: {kind}"] = [query for query in judged if query.kind == kind]
    print(f"{len(texts)} documents, {len(judged)} judged queries\n")
    print("| queries | | Denktank nDCG@10 | recall@20 | Whoosh nl nDCG@10 | recall@20 ", end="")
    print("| scan nDCG@10 | recall@20 |\n|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        searches = (ours(texts, Path(folder), stack), stock(texts), scan(texts))
        for name, some in parts.items():
            scores = [score(search, some) for search in searches]
            cells = [f"{one.ndcg:.2f} | {100 * one.recall:.0f}%" for one in scores]
            print(f"| {name} | {len(some)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
