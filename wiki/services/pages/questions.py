"""Questions: the list of them, by status."""

from __future__ import annotations

from dataclasses import dataclass

from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.pages import STATUSES, Kind, Summary
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.talk.comment_counts import filled_in

PAGE = 30
MOST_OPEN = 50
UNSETTLED = ("open", "in dialogue")


@dataclass(frozen=True, slots=True)
class QuestionList:
    """A page of questions; `status` is empty for all, `has_more` says whether it goes on."""

    questions: list[Summary]
    status: str
    number: int
    has_more: bool


def listing(wiki: Wiki, actor: Actor, status: str = "", number: int = 1) -> QuestionList:
    """Page `number` (from 1) of the questions that the actor may read; an unknown status is all."""
    wiki.rights.require(actor, Right.READ)
    status = status if status in STATUSES[Kind.QUESTION] else ""
    number = max(1, number)
    with wiki.database.read() as connection:
        summaries = catalogue.questions(
            connection,
            status=status,
            limit=PAGE + 1,
            offset=(number - 1) * PAGE,
            sight=sight.of(wiki, actor),
        )
    shown = filled_in(wiki, summaries[:PAGE])
    return QuestionList(shown, status, number, len(summaries) > PAGE)


def open_ones(wiki: Wiki, actor: Actor, limit: int = MOST_OPEN) -> list[Summary]:
    """Unsettled questions that the actor may read, those in dialogue first."""
    seen = sight.of(wiki, actor)
    found: list[Summary] = []
    with wiki.database.read() as connection:
        for status in reversed(UNSETTLED):
            found += catalogue.questions(
                connection, status=status, limit=limit, offset=0, sight=seen
            )
    return found[:limit]
