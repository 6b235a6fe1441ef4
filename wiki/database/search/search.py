"""A plain search in titles, for when the search index is being built."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from wiki.database.access.sight import visible
from wiki.database.content.entries import SUMMARY, catalogue, summary
from wiki.domain.access.sight import Sight
from wiki.domain.content.pages import Summary
from wiki.domain.content.paths import fold


def titled(
    connection: Connection,
    words: Sequence[str],
    limit: int = 20,
    offset: int = 0,
    *,
    sight: Sight,
) -> list[Summary]:
    """The pages whose title has all these words, by title."""
    query = SUMMARY.where(catalogue.c.redirect == "", visible(catalogue.c.path, sight))
    for word in words:
        query = query.where(catalogue.c.title_fold.contains(fold(word), autoescape=True))
    query = query.order_by(catalogue.c.title_fold, catalogue.c.path)
    return [summary(row) for row in connection.execute(query.limit(limit).offset(offset))]
