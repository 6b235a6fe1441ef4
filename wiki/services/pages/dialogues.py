"""Dialogues: the list of them."""

from __future__ import annotations

from dataclasses import dataclass

from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.pages import Summary
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.talk.comment_counts import filled_in

PAGE = 30


@dataclass(frozen=True, slots=True)
class DialogueList:
    """A page of dialogues, the latest first; `has_more` says whether it goes on."""

    dialogues: list[Summary]
    number: int
    has_more: bool


def listing(wiki: Wiki, actor: Actor, number: int = 1) -> DialogueList:
    """Page `number` (from 1) of the dialogues that the actor may read."""
    wiki.rights.require(actor, Right.READ)
    number = max(1, number)
    with wiki.database.read() as connection:
        summaries = catalogue.dialogues(
            connection,
            limit=PAGE + 1,
            offset=(number - 1) * PAGE,
            sight=sight.of(wiki, actor),
        )
    return DialogueList(filled_in(wiki, summaries[:PAGE]), number, len(summaries) > PAGE)
