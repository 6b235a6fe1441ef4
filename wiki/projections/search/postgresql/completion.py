"""Completion from PostgreSQL: pages, people and tags to go to, offered while somebody types."""

from __future__ import annotations

from wiki.analysis.tokens import fold, spans
from wiki.database.search import finding
from wiki.database.search.terms import NAME, TAG
from wiki.domain.search.search import Completion, Found, Scope, person_path
from wiki.projections.search.answering.completion import MOST_TERMS, ORDER, SHORTEST
from wiki.projections.search.postgresql.answers import View, limits
from wiki.projections.search.postgresql.rows import lexeme


def complete(view: View, text: str, scope: Scope, limit: int) -> list[Completion]:
    """Pages, people and tags with all the words in their name, the last one perhaps unfinished."""
    words = [fold(span.text) for span in spans(text[:100])]
    if not words or len(words[-1]) < SHORTEST:
        return []
    offered = _named(view, words, scope, 4 * limit)
    begins = fold(text.strip())
    offered.sort(key=lambda one: not fold(one.title).startswith(begins))
    tags = [Completion("tag", tag, tag) for tag in _tags(view, words, scope)]
    return (offered[: max(limit - len(tags), limit // 2)] + tags)[:limit]


def _named(view: View, words: list[str], scope: Scope, most: int) -> list[Completion]:
    *whole, begun = words
    terms = view.lexicon.beginning("name", begun, MOST_TERMS)
    if not terms:
        return []
    last = " | ".join(lexeme(NAME + term) for term in terms)
    where = limits(scope)
    where.words(" & ".join([f"({last})", *(lexeme(NAME + word) for word in whole)]))
    found = finding.named(view.connection, view.state, where, ORDER, most)
    return [_completion(row.kind, row.title or row.path, row.path, scope) for row in found]


def _completion(kind: str, title: str, path: str, scope: Scope) -> Completion:
    to = person_path(scope, path, title) if kind == Found.PERSON else path
    return Completion(kind, title, to)


def _tags(view: View, words: list[str], scope: Scope) -> list[str]:
    tags = view.lexicon.beginning("tag", " ".join(words), MOST_TERMS)
    if not tags:
        return []
    where = limits(scope)
    where.words(" | ".join(lexeme(TAG + tag) for tag in tags))
    return finding.tags(view.connection, view.state, where, tags, 3)
