"""Questions: those that are open, those that a dialogue can be about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor
from wiki.domain.content.pages import Summary
from wiki.engine import Wiki
from wiki.services.access import sight

MOST_OPEN = 50
MOST_NAMED = 300
"""Questions whose titles a form offers for completion."""
UNSETTLED = ("open", "in dialogue")


def open_ones(wiki: Wiki, actor: Actor, limit: int = MOST_OPEN) -> list[Summary]:
    """Unsettled questions that the actor may read, those in dialogue first."""
    seen = sight.of(wiki, actor)
    summaries: list[Summary] = []
    with wiki.database.read() as connection:
        for status in reversed(UNSETTLED):
            summaries += catalogue.questions(
                connection, status=status, limit=limit, offset=0, sight=seen
            )
    return summaries[:limit]


@dataclass(frozen=True, slots=True)
class Choice:
    """A question that a dialogue can be about; `written` is how its front matter names it."""

    written: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Picker:
    """Questions to choose from, the chosen ones first; `others` are titles of all the rest."""

    choices: Sequence[Choice]
    others: Sequence[str]


def picker(wiki: Wiki, actor: Actor, chosen: Sequence[str]) -> Picker:
    """List what a dialogue can be about: what it is about now, what is open, what else there is."""
    seen = sight.of(wiki, actor)
    with wiki.database.read() as connection:
        leads = catalogue.resolve_links(connection, chosen, sight=seen) if chosen else {}
        known = catalogue.find(connection, [path for path in leads.values() if path])
        every = catalogue.questions(connection, status="", limit=MOST_NAMED, offset=0, sight=seen)
    titles = {path: question.title for path, question in known.items()}
    choices = [Choice(one, titles.get(leads.get(one) or "", one), True) for one in chosen]
    open_now = [one for one in open_ones(wiki, actor) if one.path not in titles]
    choices += [Choice(question.path, question.title, False) for question in open_now]
    shown = titles.keys() | {question.path for question in open_now}
    return Picker(choices, [one.title for one in every if one.path not in shown])


def named(wiki: Wiki, actor: Actor, typed: str) -> str:
    """The path of the page that somebody names by title or path; as typed if there is none."""
    with wiki.database.read() as connection:
        leads = catalogue.resolve_links(connection, [typed], sight=sight.of(wiki, actor))
    return leads.get(typed) or typed
