"""Where a file beside a page is used."""

from __future__ import annotations

from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor
from wiki.domain.content.pages import Summary
from wiki.engine import Wiki
from wiki.services.access import sight


def of_file(wiki: Wiki, actor: Actor, file: str) -> list[Summary]:
    """Pages that the actor may read and that show the file or lead to it, by title."""
    with wiki.database.read() as connection:
        return catalogue.users_of(connection, file, sight=sight.of(wiki, actor))
