"""Lists that a text can ask for by a short code, and what each may be asked.

Names, fields and values may be Dutch too, as in a search.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from wiki.domain.content.pages import STATUSES, Kind
from wiki.domain.errors import Invalid
from wiki.domain.markdown.short_codes import PAGES, Field, read
from wiki.domain.search.query import STATUS_WORDS

USUAL, MOST = 10, 100
"""How many pages a list has if the text does not say, and at most."""


class List(StrEnum):
    """The lists that there are."""

    QUESTIONS = "questions"
    DIALOGUES = "dialogues"
    AGENDA = "agenda"
    RECENT = "recent"
    PAGES = "pages"


FIELDS: dict[List, tuple[str, ...]] = {
    List.QUESTIONS: ("status", "tag", "folder", "limit"),
    List.DIALOGUES: ("question", "status", "tag", "folder", "limit"),
    List.AGENDA: ("limit",),
    List.RECENT: ("folder", "limit"),
    List.PAGES: ("tag", "folder", "limit"),
}
KINDS = {List.QUESTIONS: Kind.QUESTION, List.DIALOGUES: Kind.DIALOGUE}

_NAMES = {
    **{one.value: one for one in List},
    **dict.fromkeys(("vragen", "vraagstukken"), List.QUESTIONS),
    "gesprekken": List.DIALOGUES,
    "recente": List.RECENT,
    **dict.fromkeys(("pagina's", "paginas"), List.PAGES),
}
_KEYS = {
    **dict.fromkeys(PAGES, "question"),
    **dict.fromkeys(("label", "trefwoord"), "tag"),
    **dict.fromkeys(("map", "in"), "folder"),
    **dict.fromkeys(("aantal", "most"), "limit"),
}
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A list that is asked for; what is empty is not."""

    list: List
    status: str = ""
    tag: str = ""
    question: str = ""
    folder: str = ""
    limit: int = USUAL


def asked(text: str) -> Asked:
    """The list that a short code asks for. Raises Invalid, which says what is possible."""
    call = read(text)
    name = _NAMES.get(call.name)
    if name is None:
        possible = ", ".join(List)
        raise Invalid("list_name", written=(call.name or text)[:_LONGEST], possible=possible)
    if call.rest:
        raise Invalid("list_rest", written=call.rest[:_LONGEST])
    wanted = Asked(name)
    seen: set[str] = set()
    for field in call.fields:
        key = _KEYS.get(field.key, field.key)
        if key not in FIELDS[name]:
            possible = ", ".join(FIELDS[name])
            raise Invalid("list_field", written=field.key, list=name.value, possible=possible)
        if key in seen:
            raise Invalid("list_twice", written=field.key)
        seen.add(key)
        wanted = _with(wanted, key, field)
    return wanted


def is_list(text: str) -> bool:
    """Whether a short code names one of the lists."""
    return read(text).name in _NAMES


def _with(wanted: Asked, key: str, field: Field) -> Asked:
    value = " ".join(field.value.split())
    if key == "limit":
        return replace(wanted, limit=_limit(value))
    if not value:
        raise Invalid("list_empty", written=field.key)
    if key == "status":
        return replace(wanted, status=_status(wanted.list, value))
    if key == "folder":
        return replace(wanted, folder=value.strip("/"))
    return replace(wanted, question=value) if key == "question" else replace(wanted, tag=value)


def _status(name: List, value: str) -> str:
    folded = value.casefold()
    status = STATUS_WORDS.get(folded, folded)
    possible = STATUSES[KINDS[name]]
    if status not in possible:
        quoted = ", ".join(f'"{one}"' if " " in one else one for one in possible)
        raise Invalid("list_status", written=value[:_LONGEST], possible=quoted)
    return status


def _limit(value: str) -> int:
    is_number = value.isascii() and value.isdecimal() and len(value) < 7
    if not is_number or not 1 <= int(value) <= MOST:
        raise Invalid("list_limit", written=value[:_LONGEST], most=MOST)
    return int(value)
