"""A discussion as a dialogue: who opened it and who answered, as turns in the order of time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

MOST = 200
MOST_CHARS = 150_000
"""What one page holds: the rest goes on on a next one, or each turn would cost all before it."""

_STRONG = re.compile(r"(?m)^([ ]{0,3})\*\*([^*\n]{1,300})\*\*")
_HEADING = re.compile(r"(?m)^[ ]{0,3}#{1,6}[ \t]+([^\n]*)$")
_NOT_IN_NAME = re.compile(r"[*()\n\\\[\]{}<>_`:\"]")


@dataclass(frozen=True, slots=True)
class Said:
    """A turn that somebody took; `by` is the key of a person, `text` is Markdown."""

    id: str
    by: str
    when: datetime
    text: str


def parts(said: Sequence[Said]) -> list[list[Said]]:
    """A discussion cut where it is too long for one page."""
    pages: list[list[Said]] = [[]]
    chars = 0
    for turn in said:
        if pages[-1] and (len(pages[-1]) == MOST or chars + len(turn.text) > MOST_CHARS):
            pages.append([])
            chars = 0
        pages[-1].append(turn)
        chars += len(turn.text)
    return pages


def speakers(said: Iterable[Said], names: dict[str, str]) -> dict[str, str]:
    """For each person who speaks the name of their turns; no two have the same one."""
    called: dict[str, str] = {}
    taken: set[str] = set()
    for turn in said:
        if turn.by in called:
            continue
        name = " ".join(_NOT_IN_NAME.sub(" ", names.get(turn.by, "")).split()) or "Onbekend"
        chosen, number = name, 1
        while chosen.casefold() in taken:
            number += 1
            chosen = f"{name} {number}"
        taken.add(chosen.casefold())
        called[turn.by] = chosen
    return called


def turn(speaker: str, text: str) -> str:
    """Return what somebody says as one turn, in which nobody else begins to speak."""
    words = _HEADING.sub(
        lambda found: f"*{found[1].strip('*# ')}*" if found[1] else "", text.strip()
    )
    words = _STRONG.sub(r"\1__\2__", words)
    begins_plain = words[:1].isalnum() or words[:1] in "_*[‘“'\"(!"
    return f"**{speaker}:** {words}" if begins_plain else f"**{speaker}:**\n\n{words}"
