"""Tags: all of them, and the pages that carry one."""

from __future__ import annotations

from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.pages import Summary
from wiki.domain.errors import NotFound
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.talk.comment_counts import filled_in


def all_tags(wiki: Wiki, actor: Actor) -> list[tuple[str, int]]:
    """Every tag on a page that the actor may read, with how many such pages carry it, by name."""
    wiki.rights.require(actor, Right.READ)
    with wiki.database.read() as connection:
        found = catalogue.tags(connection, sight=sight.of(wiki, actor))
    return [(tag.name, tag.count) for tag in found]


def tagged(wiki: Wiki, actor: Actor, tag: str) -> list[Summary]:
    """The pages with this tag that the actor may read. Raises NotFound if there is none."""
    wiki.rights.require(actor, Right.READ)
    with wiki.database.read() as connection:
        found = catalogue.tagged(connection, tag, sight=sight.of(wiki, actor))
    if not found:
        raise NotFound("tag_missing", tag=tag[:80])
    return filled_in(wiki, found)
