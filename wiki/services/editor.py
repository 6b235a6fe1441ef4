"""What the editor shows when it opens: the text, its fields, a draft, who else is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wiki.database import catalogue, history
from wiki.domain import sections
from wiki.domain.drafts import Draft, Writer
from wiki.domain.errors import Conflict
from wiki.domain.pages import STATUSES, Kind
from wiki.domain.paths import check
from wiki.domain.rights import Actor, Right
from wiki.engine import Wiki
from wiki.services import contents, drafts, fields, places


@dataclass(frozen=True, slots=True)
class Editor:
    """An editor as it opens.

    `base` is the blob that the edit starts from, empty for a page that is not there (`deleted`: it
    was). `fields` are the kind's fields, with `was` what they hold in the text. `section` is 0 for
    the whole page, else `part` is that section's text. `converting`: the file is not UTF-8 yet.
    """

    path: str
    title: str
    kind: Kind = Kind.PAGE
    base: str = ""
    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    was: Mapping[str, str] = field(default_factory=dict)
    section: int = 0
    section_title: str = ""
    part: str = ""
    number: int = 0
    deleted: bool = False
    converting: bool = False
    problems: Sequence[str] = ()
    draft: Draft | None = None
    others: Sequence[Writer] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that the form shows: those of questions and dialogues."""
        return () if self.kind is Kind.PAGE else fields.NAMES[self.kind]

    @property
    def statuses(self) -> tuple[str, ...]:
        """What the status may be."""
        return STATUSES[self.kind]


def open_page(
    wiki: Wiki,
    actor: Actor,
    path: str,
    *,
    section: int = 0,
    converts: bool = False,
    redirect: bool = True,
) -> Editor:
    """The editor of the page at an address, or of a page that is not there yet.

    Raises Invalid, LoginRequired, Forbidden; NotFound for a section that is not there; Conflict
    (`page_not_utf8`) for a file that would have to be converted first.
    """
    path = places.asked(path)
    wiki.rights.require(actor, Right.EDIT, path)
    place = places.look(wiki, path)
    if place is None:
        return _absent(wiki, actor, path)
    if redirect:
        place = places.destination(wiki, actor, place)
    wiki.rights.require(actor, Right.EDIT, place.path)
    content = contents.read(wiki, place.blob)
    if not content.source.readable and not converts:
        raise Conflict("page_not_utf8", path=place.path)
    with wiki.database.read() as connection:
        summary = catalogue.get(connection, place.path)
        page = summary.page if summary else history.identity(connection, place.path)
        number = history.count(connection, page)
    draft, others = drafts.arrive(wiki, actor, place.path)
    values = fields.values(content.meta, content.text)
    found = sections.sections(content.text)[section - 1 : section] if section > 0 else []
    return Editor(
        path=place.path,
        title=summary.title if summary else fields.title_of(content.text) or place.path,
        kind=content.meta.kind,
        base=place.blob,
        text=content.text,
        fields=values,
        was=values,
        section=section,
        section_title=found[0].title if found else "",
        part=sections.cut(content.text, section) if section else "",
        number=number,
        converting=not content.source.readable,
        problems=content.meta.problems,
        draft=draft if draft and draft.text != content.text else None,
        others=others,
    )


def _absent(wiki: Wiki, actor: Actor, path: str) -> Editor:
    """The editor of a page that is not there: a path that a new page may have."""
    wiki.rights.require(actor, Right.CREATE, check(path))
    with wiki.database.read() as connection:
        deleted = history.deleted(connection, path) is not None
    draft, others = drafts.arrive(wiki, actor, path)
    return Editor(path, path, deleted=deleted, draft=draft, others=others)
