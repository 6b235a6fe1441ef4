"""The think tank: questions, dialogues with their turns, people, tags."""

from __future__ import annotations

from typing import Any

from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Kind
from wiki.domain.errors import NotFound
from wiki.domain.pages import turns as speech
from wiki.domain.pages.lists import wanted
from wiki.services.pages import agenda as planning
from wiki.services.pages import everything, lists, pages, people
from wiki.web.api import shapes
from wiki.web.api.operations import operation
from wiki.web.api.pages import page
from wiki.web.http.context import actor, number_of, wiki

TAG = "think tank"
MOST_COMING = 200


@operation("GET", "/questions", TAG, query=shapes.StatusQuery, answer=shapes.SummaryListShape)
def list_questions(cursor: str, status: str) -> dict[str, Any]:
    """List questions, the last changed first."""
    found = lists.listing(wiki(), actor(), wanted(Kind.QUESTION, status), number_of(cursor))
    return {"items": found.pages, "next": following(found.number, found.has_more)}


def following(number: int, has_more: bool) -> str:
    """The cursor of the part after this one."""
    return str(number + 1) if has_more else ""


@operation("GET", "/dialogues", TAG, query=shapes.Cursor, answer=shapes.SummaryListShape)
def list_dialogues(cursor: str) -> dict[str, Any]:
    """List dialogues, the latest first."""
    found = lists.listing(wiki(), actor(), wanted(Kind.DIALOGUE), number_of(cursor))
    return {"items": found.pages, "next": following(found.number, found.has_more)}


@operation("GET", "/agenda", TAG, answer=shapes.SummaryListShape)
def agenda() -> dict[str, Any]:
    """List the dialogues that are to come, the next first."""
    return {"items": planning.coming(wiki(), actor(), MOST_COMING), "next": ""}


@operation(
    "GET",
    "/dialogues/<path:path>",
    TAG,
    query=shapes.At,
    answer=shapes.DialogueShape,
    codes=(404, 410),
)
def read_dialogue(path: str, at: str, html: str) -> dict[str, Any]:
    """Read a dialogue turn by turn; each has an address of its own to cite it by."""
    del html
    view = pages.read(wiki(), actor(), path, at=at)
    if view.meta.kind is not Kind.DIALOGUE:
        raise NotFound("page_missing", path=path)
    told = page(view)
    names = [participant.name for participant in view.meta.participants]
    told["turns"] = [
        {
            "number": turn.number,
            "speaker": turn.speaker,
            "time": turn.time,
            "said": turn.said.strip(),
            "url": url_of("page", view.path, at=told["revision"]) + f"#turn-{turn.number}",
        }
        for turn in speech.turns(told["text"], names)
    ]
    return told


@operation("GET", "/people", TAG, query=shapes.Cursor, answer=shapes.PersonListShape)
def list_people(cursor: str) -> dict[str, Any]:
    """List everybody who is named in dialogues, by name."""
    found = people.listing(wiki(), actor(), number_of(cursor))
    return {"items": found.people, "next": following(found.number, found.has_more)}


@operation(
    "GET",
    "/people/<slug>",
    TAG,
    query=shapes.Cursor,
    answer=shapes.ProfileShape,
    codes=(404,),
)
def read_person(slug: str, cursor: str) -> dict[str, Any]:
    """Read who somebody is, and the dialogues in which they took part, the latest first."""
    profile = people.profile(wiki(), actor(), slug, number_of(cursor))
    return {
        "person": profile.person,
        "items": profile.appearances,
        "next": following(profile.number, profile.has_more),
    }


@operation("GET", "/tags", TAG, answer=shapes.TagListShape)
def list_tags() -> dict[str, Any]:
    """List all tags, with the number of pages that carry each."""
    found = everything.all_tags(wiki(), actor())
    return {"items": [{"name": name, "count": count} for name, count in found]}


@operation("GET", "/tags/<path:tag>", TAG, answer=shapes.SummaryListShape, codes=(404,))
def tagged(tag: str) -> dict[str, Any]:
    """List the pages that carry a tag, by title."""
    return {"items": everything.tagged(wiki(), actor(), tag), "next": ""}
