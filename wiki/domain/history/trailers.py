"""Trailers: the last paragraph of a commit message, where the wiki writes what a commit did."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from wiki.domain.history.revisions import Event

EVENT, FROM, BASE, REVERTS = "Denktank", "From", "Base", "Reverts"
FILES = "Files"
"""What files beside a page were called where they came from: JSON, kept name to given name."""

_EVENTS = {event.value: event for event in Event if event is not Event.OUTSIDE}
_LINE = re.compile(r"([A-Za-z][A-Za-z-]*): (.*)")


@dataclass(frozen=True, slots=True)
class Told:
    """A commit message that was read: the writer's words, the event, and the other trailers."""

    words: str
    event: Event
    trailers: Mapping[str, str]


def given_names(told: Told) -> dict[str, str]:
    """Give the old names of the files that a commit put beside a page, by their names there."""
    try:
        found = json.loads(told.trailers.get(FILES, "{}"))
    except ValueError:
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: given for name, given in pairs if isinstance(given, str)}


def outside(message: str) -> Told:
    """Read the message of somebody else's commit: words, whatever trailers it ends in."""
    return Told(message.strip(), Event.OUTSIDE, {})


def read(message: str) -> Told:
    """The message's parts; without a `Denktank` trailer the commit came from outside."""
    if EVENT not in message:
        return outside(message)
    words, _, last = message.strip().rpartition("\n\n")
    found = [_LINE.fullmatch(line) for line in last.split("\n")]
    trailers = {match[1]: match[2] for match in found if match}
    event = _EVENTS.get(trailers.get(EVENT, ""))
    if event is None:
        return outside(message)
    return Told(words, event, trailers)
