"""The editor as it opens: the text, its fields, a draft, the others who are here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wiki.database.editing import suggestions
from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.access.sight import EVERYTHING
from wiki.domain.content import frontmatter, sections
from wiki.domain.content.pages import STATUSES, Kind, Meta
from wiki.domain.content.paths import check
from wiki.domain.editing.drafts import Draft, Writer
from wiki.domain.editing.suggestions import State
from wiki.domain.errors import Conflict
from wiki.engine import Wiki
from wiki.services.content import contents, fields, places
from wiki.services.editing import drafts
from wiki.services.editing.edit_or_suggest import suggests


@dataclass(frozen=True, slots=True)
class Editor:
    """An editor as it opens.

    `base` is the blob that the edit starts from, empty for a page that is not there (`deleted`: it
    was). `fields` are the kind's fields, with `was` what they hold in the text. `section` is 0 for
    the whole page, else `part` is that section's text. `converting`: the file is not UTF-8 yet.
    `suggests`: what is written waits for an editor; `waiting` are those of the actor that do.
    `suggestion` is the one that is being changed, `publishes` whether saving accepts it.
    `as_source`: its fields stand in its text, and nowhere else.
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
    suggests: bool = False
    waiting: Sequence[int] = ()
    suggestion: int = 0
    publishes: bool = False
    summary: str = ""
    as_source: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that the form shows: none beside a section, or where they stand as source."""
        return () if self.section or self.as_source else fields.NAMES[self.kind]

    @property
    def front(self) -> str:
        """The front matter with its fences, which is not shown: its fields are."""
        return frontmatter.apart(self.text)[0] if self.names else ""

    @property
    def body(self) -> str:
        """The text without what the fields show."""
        return frontmatter.apart(self.text)[1] if self.names else self.text

    @property
    def statuses(self) -> tuple[str, ...]:
        """Return the statuses that the page may have."""
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
    suggests(wiki, actor, path, Right.EDIT)
    place = places.look(wiki, path)
    if place is None:
        return _absent(wiki, actor, path)
    leads = places.destination(wiki, actor, place)
    place = leads if redirect else place
    waits = suggests(wiki, actor, place.path, Right.EDIT)
    content = contents.read(wiki, place.blob, place.path)
    if not content.source.readable and (waits or not converts):
        raise Conflict("page_not_utf8", path=place.path)
    with wiki.database.read() as connection:
        summary = catalogue.get(connection, place.path)
        page = summary.page if summary else history.identity(connection, place.path)
        number = history.count(connection, page)
        waiting = open_ones(connection, actor, place.path)
    draft, others = drafts.arrive(wiki, actor, place.path)
    with contents.spared():
        values = fields.values(content.meta, content.text)
        chosen = sections.sections(content.text)[section - 1 : section] if section > 0 else []
    return Editor(
        path=place.path,
        title=summary.title if summary else contents.title_of(wiki, place.blob) or place.path,
        kind=content.meta.kind,
        base=place.blob,
        text=content.text,
        fields=values,
        was=values,
        section=section,
        section_title=chosen[0].title if chosen else "",
        part=sections.cut(content.text, section) if section else "",
        number=number,
        converting=not content.source.readable,
        problems=content.meta.problems,
        draft=draft if draft and draft.text != content.text else None,
        others=others,
        suggests=waits,
        waiting=waiting,
        as_source=is_source(content.meta, content.text),
    )


def is_source(meta: Meta, text: str) -> bool:
    """Whether fields of a page can only be shown in its text: unreadable ones, and redirects."""
    broken = any(code.startswith(fields.UNREADABLE) for code in meta.problems)
    parts = frontmatter.cut(text)
    is_body = parts is not None and not frontmatter.apart(text)[0]
    return broken or bool(meta.redirect) or is_body or frontmatter.foreign(text) is not None


def open_ones(connection: Connection, actor: Actor, path: str) -> list[int]:
    """The actor's suggestions about the page at a path that nobody has decided on."""
    if actor.id is None:
        return []
    found = suggestions.find(connection, state=State.OPEN, author=actor.id, sight=EVERYTHING)
    return [suggestion.id for suggestion in found if suggestion.path == path]


def _absent(wiki: Wiki, actor: Actor, path: str) -> Editor:
    """The editor of a page that is not there: a path that a new page may have."""
    waits = suggests(wiki, actor, check(path), Right.CREATE)
    with wiki.database.read() as connection:
        deleted = history.deleted(connection, path) is not None
        waiting = open_ones(connection, actor, path)
    draft, others = drafts.arrive(wiki, actor, path)
    return Editor(
        path, path, deleted=deleted, draft=draft, others=others, suggests=waits, waiting=waiting
    )
