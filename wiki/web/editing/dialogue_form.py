"""The form of a dialogue as it was sent: participants in rows, questions by path or title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from wiki.domain.content.pages import Participant
from wiki.domain.pages import participants
from wiki.services.pages import questions
from wiki.web.http.context import actor, wiki

ADD = "participant.add"
_REMOVE = re.compile(r"participant\.remove\.(\d{1,4})")
_ROW = re.compile(r"participants\.(\d{1,4})\.(name|role|organisation|member)")
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of participants that a form shows; `focus` is the number of the one to type in."""

    people: Sequence[Participant]
    focus: int = 0


def given(prefix: str, names: Sequence[str]) -> dict[str, str]:
    """The fields that were sent, rows and choices as the lines that they stand for."""
    form = request.form
    fields = {name: form[prefix + name] for name in names if prefix + name in form}
    rows = _sent_rows(prefix)
    if rows:
        lines = [participants.write(person) for person in rows.values() if person != _BLANK]
        fields["participants"] = "\n".join(lines)
    if prefix + "questions" in form:
        more = form.get(f"{prefix}questions.more", "").strip()
        chosen = [*form.getlist(prefix + "questions"), *_named(more)]
        fields["questions"] = "\n".join(dict.fromkeys(filter(None, map(str.strip, chosen))))
    return {name: fields[name] for name in names if name in fields}


def asks(action: str) -> bool:
    """Whether a button changes only the rows of the form."""
    return action == ADD or _REMOVE.fullmatch(action) is not None


def without_removed(lines: str, action: str, prefix: str) -> str:
    """The lines of participants without the one whose button was pressed."""
    removed = _REMOVE.fullmatch(action)
    if not removed:
        return lines
    others = [
        participants.write(person)
        for number, person in _sent_rows(prefix).items()
        if number != int(removed[1]) and person != _BLANK
    ]
    return "\n".join(others)


def rows(lines: str, prefix: str = "", action: str = "") -> Rows:
    """The rows that show these lines, with a blank one at the end, and one more if asked for."""
    people = [participants.read(line) for line in lines.split("\n") if line.strip()]
    blank = 1
    if action == ADD:
        blank += sum(person == _BLANK for person in _sent_rows(prefix).values())
    shown = people + [_BLANK] * max(blank, _FEWEST - len(people))
    focus = len(shown) if action == ADD else len(people) if asks(action) else 0
    return Rows(shown, focus)


_BLANK = Participant("")


def _sent_rows(prefix: str) -> dict[int, Participant]:
    """The rows of the form by their numbers, in order."""
    typed: dict[int, dict[str, str]] = {}
    for name, value in request.form.items():
        row = _ROW.fullmatch(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if row:
            typed.setdefault(int(row[1]), {})[row[2]] = " ".join(value.split())
    return {
        number: Participant(
            values.get("name", ""),
            values.get("role", ""),
            values.get("member", "").removeprefix("@"),
            values.get("organisation", ""),
        )
        for number, values in sorted(typed.items())
    }


def _named(typed: str) -> list[str]:
    """The question that somebody named by title or address; as typed if there is none."""
    return [questions.named(wiki(), actor(), typed)] if typed else []
