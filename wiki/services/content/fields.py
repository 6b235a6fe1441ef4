"""The fields of questions and dialogues: from front matter to a form, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from wiki.domain.content import frontmatter
from wiki.domain.content.pages import Kind, Meta, Moment, Participant
from wiki.domain.errors import FieldError, Invalid
from wiki.domain.pages import dialogues, participants, questions
from wiki.domain.pages.moments import typed
from wiki.render import frontmatter as reading
from wiki.render.scan import title_heading
from wiki.render.values import write_value

NAMES: Mapping[Kind, tuple[str, ...]] = {
    Kind.PAGE: ("title", "tags"),
    Kind.QUESTION: ("title", "status", "tags"),
    Kind.DIALOGUE: (
        "title",
        "central_question",
        "status",
        "date",
        "end",
        "location",
        "perspective",
        "participants",
        "questions",
        "recording",
        "tags",
    ),
}
"""The fields of each kind's form, in order."""

_ZONE_OFFSET = re.compile(r"^(?::\d{2}(?:\.\d+)?)?(.*)$")

UNREADABLE = "front_matter_"
"""How the codes of front matter begin that cannot be read at all."""


def values(meta: Meta, text: str) -> dict[str, str]:
    """Return the values for the form of this page's kind; unreadable ones as they are written."""
    front, _ = frontmatter.split(text)
    written = frontmatter.values(front) if front else {}
    shown = {
        "title": meta.title,
        "status": meta.status,
        "central_question": meta.central_question,
        "date": _shown(meta.date) or written.get("date", ""),
        "end": _shown(meta.end) or written.get("end", ""),
        "location": meta.location,
        "perspective": meta.perspective,
        "participants": "\n".join(map(participants.write, meta.participants)),
        "questions": "\n".join(meta.questions),
        "recording": meta.recording,
        "tags": ", ".join(meta.tags),
    }
    return {name: shown[name] for name in NAMES[meta.kind]}


def changed(sent: Mapping[str, str], was: Mapping[str, str]) -> dict[str, str]:
    """The fields that differ from what the form showed."""
    return {name: value for name, value in sent.items() if _same(value) != _same(was.get(name, ""))}


def apply(text: str, sent: Mapping[str, str]) -> str:
    """The text with these fields in its front matter; an empty field removes its key.

    Raises Invalid where its front matter is TOML, which is changed as text only.
    """
    if sent and frontmatter.foreign(text) is not None:
        raise Invalid.field("text", "fields_toml")
    date = sent.get("date", "")
    if "end" in sent and not date and _is_clock(sent["end"]):
        moment = reading.read(text).date
        date = moment.written if moment else ""
    return frontmatter.replace(
        text, {name: _yaml(name, value, date) for name, value in sent.items()}
    )


def check(text: str) -> list[FieldError]:
    """Find what is wrong with a text's front matter: unreadable, or its kind's fields."""
    meta = reading.read(text)
    broken = [code for code in meta.problems if code.startswith(UNREADABLE)]
    if broken:
        return [FieldError("text", code, {}) for code in broken]
    if meta.kind is Kind.QUESTION:
        return questions.check(meta)
    return _of_dialogue(text, meta) if meta.kind is Kind.DIALOGUE else []


def _of_dialogue(text: str, meta: Meta) -> list[FieldError]:
    """Tell what is wrong with a dialogue; where the day is, a good time of its end is not."""
    wrong = dialogues.check(meta)
    front, _ = frontmatter.split(text)
    end = frontmatter.values(front or "").get("end", "").strip("\"'")
    if meta.date is None and _is_clock(end):
        return [error for error in wrong if error.field != "end"]
    return wrong


def new_wrong(text: str, before: str) -> list[FieldError]:
    """Find what is wrong in the front matter of `text` and was not in that of `before`.

    So a page that came from elsewhere with faults can be edited one fault at a time.
    """
    front, _ = frontmatter.split(text)
    if front is None or front == frontmatter.split(before)[0]:
        return []
    known = {(wrong.field, wrong.code) for wrong in check(before)} if before else set()
    return [wrong for wrong in check(text) if (wrong.field, wrong.code) not in known]


def _same(value: str) -> str:
    return "\n".join(line.strip() for line in value.strip().splitlines() if line.strip())


def _yaml(name: str, value: str, date: str) -> str | None:
    value = _same(value)
    if not value:
        return None
    if name == "tags":
        return write_value([tag.strip() for tag in re.split(r"[,\n]", value) if tag.strip()])
    if name == "questions":
        return write_value([_page(line) for line in re.split(r"[,\n]", value) if _page(line)])
    if name == "participants":
        return write_value(_people(map(participants.read, value.split("\n"))))
    if name in ("date", "end"):
        return _moment(value, date)
    return write_value(" ".join(value.split()))


def _page(line: str) -> str:
    """A page's path, from a path, a link or an address."""
    return line.strip().strip("[]").partition("/wiki/")[2] or line.strip().strip("[]")


def _people(found: Iterable[Participant]) -> list[str] | list[Participant]:
    """Participants of whom only names are known are written as names."""
    people = list(found)
    if all(person.name and participants.write(person) == person.name for person in people):
        return [person.name for person in people]
    return people


def _moment(value: str, date: str) -> str:
    """A moment as it is written in front matter; a time alone is on the day of `date`."""
    moment = typed(value)
    if moment and moment.clock and not moment.day:
        begin = typed(date)
        if begin and begin.day:
            moment = replace(moment, day=begin.day, offset=_ZONE_OFFSET.sub(r"\1", begin.offset))
    return moment.written if moment and moment.day else write_value(value)


def _is_clock(value: str) -> bool:
    found = typed(value)
    return bool(found and found.clock and not found.day)


def _shown(moment: Moment | None) -> str:
    """A moment for a form: a blank reads better than the T between day and time."""
    return moment.written.replace("T", " ") if moment else ""


def title_of(text: str) -> str:
    """The title that a text gives itself: in its front matter, else by a heading."""
    return reading.read(text).title or title_heading(text)
