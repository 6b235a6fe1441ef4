"""Counts of comments on the pages of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wiki.domain.content.pages import Summary
from wiki.engine import Wiki
from wiki.services.talk import comments


def filled_in(wiki: Wiki, summaries: Sequence[Summary]) -> list[Summary]:
    """The same pages with their numbers of comments filled in."""
    if not summaries:
        return []
    counts = comments.count(wiki, [summary.path for summary in summaries])
    return [replace(found, comments=counts.get(found.path, 0)) for found in summaries]
