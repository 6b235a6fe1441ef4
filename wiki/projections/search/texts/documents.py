"""Documents of the index: a page, a turn of a dialogue, a comment, a person, a file with words.

Each is one document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from zlib import crc32

from wiki.analysis.languages import language_of
from wiki.domain.content import frontmatter
from wiki.domain.content.pages import Kind, Meta, Moment, Summary
from wiki.domain.markdown import read, read_comment
from wiki.domain.markdown.nodes import Heading, walk
from wiki.domain.markdown.plain import plain, title
from wiki.domain.members.members import Member
from wiki.domain.pages.turns import read_parts
from wiki.domain.search.search import PERSON_FOLDER, Found, Site
from wiki.render.frontmatter import foreign

FACTS = "\n\f\n"
"""Stands between a page's text and what its front matter adds: no snippet runs over it."""

LONGEST = 400_000
"""Characters of one text that are indexed; the rest of a longer one is not found."""


@dataclass(frozen=True, slots=True)
class Document:
    """One thing to be found.

    `owner` names what it was made from: all documents of one owner are replaced together.
    `paths` are the pages that a reader must be able to read one of; `path` is where it leads, and
    `page` the identity of the page there. Of what `is_deleted` only the text is searched: it is no
    longer what the page is called or about. `group` names owners that may go out together.
    """

    owner: str
    kind: Found
    path: str
    title: str
    text: str
    language: str
    paths: tuple[str, ...]
    headings: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    status: str = ""
    when: datetime | None = None
    is_day: bool = False
    number: int = 0
    revision: str = ""
    blob: str = ""
    page: str = ""
    group: str = ""
    hidden: str = ""
    is_deleted: bool = False

    @property
    def mark(self) -> int:
        """The same number as long as it is the same thing, wherever its page goes; 32 bits.

        A turn is what was said: turns that come before it change its number. A file is its name.
        """
        said = {Found.TURN: self.text, Found.FILE: self.title}.get(self.kind, "")
        return crc32(f"{self.page or self.owner} {said}".encode())


def page_owner(path: str) -> str:
    """The owner of a page's documents: itself and its turns."""
    return f"page {path}"


def comment_owner(id: int | str) -> str:
    """The owner of a comment's document."""
    return f"comment {id}"


def person_owner(slug: str) -> str:
    """The owner of a person's document."""
    return f"person {slug}"


def member_owner(id: int | str) -> str:
    """The owner of a member's document."""
    return f"member {id}"


def file_owner(file: str) -> str:
    """The owner of a file's document."""
    return f"file {file}"


def page_documents(
    summary: Summary, markdown: str, site: Site, files: Iterable[str] = ()
) -> Iterator[Document]:
    """A page and, if it is a dialogue, its turns; none for a redirect.

    `site` has the language and the time zone of pages that do not show theirs; `files` are the
    names of those beside the page.
    """
    meta = summary.meta
    if meta.redirect:
        return
    markdown = markdown[:LONGEST]
    read_page = read(markdown, frontmatter.body_at(markdown))
    text = plain(read_page)
    first, _, rest = text.partition("\n")
    body = rest.lstrip() if first == summary.title else text.lstrip()
    page = Document(
        owner=page_owner(summary.path),
        kind=Found(meta.kind.value),
        path=summary.path,
        title=summary.title,
        text=FACTS.join(
            part
            for part in (body, _facts(meta), "\n\n".join(foreign(markdown)), ", ".join(files))
            if part
        ),
        language=language_of(text, meta.lang, site.language),
        paths=(summary.path,),
        headings=tuple(
            title(read_page, block) for block in walk(read_page.root) if isinstance(block, Heading)
        ),
        people=tuple(person.name for person in meta.participants),
        authors=(summary.author,),
        tags=meta.tags,
        questions=meta.questions or ((summary.path,) if meta.kind is Kind.QUESTION else ()),
        status=meta.status,
        when=_moment(meta.date, site.zone) or summary.updated,
        is_day=meta.date.is_day if meta.date else False,
        revision=summary.revision,
        blob=summary.blob,
        page=summary.page,
    )
    yield page
    if meta.kind is Kind.DIALOGUE:
        found = [part for part in read_parts(read_page, page.people) if part.opening]
        for number, part in enumerate(found, 1):
            yield _turn(page, number, part.speaker, plain(read_page, part.blocks))


def _turn(page: Document, number: int, speaker: str, said: str) -> Document:
    return replace(
        page,
        kind=Found.TURN,
        text=said,
        headings=(),
        people=(speaker,),
        authors=(),
        number=number,
        status="",
    )


def comment_document(
    id: int,
    page: Summary,
    authors: tuple[str, str],
    markdown: str,
    when: datetime,
    site: Site,
) -> Document:
    """A comment on a page; `authors` is how its author is called, and their username."""
    text = plain(read_comment(markdown[:LONGEST]))
    return Document(
        owner=comment_owner(id),
        kind=Found.COMMENT,
        path=page.path,
        title=page.title,
        text=text,
        language=language_of(text, "", page.meta.lang[:2] or site.language),
        paths=(page.path,),
        people=authors[:1],
        authors=authors[1:],
        questions=page.meta.questions,
        when=when,
        number=id,
        revision=page.revision,
    )


def file_document(
    file: str, blob: str, page: Summary | None, words: str, when: datetime | None, site: Site
) -> Document:
    """A file beside a page, if there is a page, with the words in it."""
    lang = page.meta.lang[:2] if page else ""
    return Document(
        owner=file_owner(file),
        kind=Found.FILE,
        path=file,
        title=file.rpartition("/")[2],
        text=words[:LONGEST],
        language=language_of(words[:LONGEST], "", lang or site.language),
        paths=(file,),
        when=when,
        blob=blob,
        page=page.page if page else "",
    )


def person_document(
    key: str, name: str, dialogues: Sequence[tuple[str, int]], site: Site
) -> Document:
    """A person and the dialogues that name them (path, seconds since 1970); may be found by who
    may read one of those. It has no date: that of the last dialogue would tell others of it.
    """
    return Document(
        owner=person_owner(key),
        kind=Found.PERSON,
        path=f"{PERSON_FOLDER}/{key}",
        title=name,
        text="",
        language=site.language,
        paths=tuple(dict.fromkeys(path for path, _ in dialogues)),
        people=(name,),
    )


def member_document(
    member: Member, site: Site, dialogues: Sequence[tuple[str, int]] = ()
) -> Document:
    """A member, by name, and the dialogues that name them by it as `person_document` has them.

    May be found by who may read the site at all, or one of those.
    """
    return Document(
        owner=member_owner(member.id),
        kind=Found.PERSON,
        path=f"members/{member.username}",
        title=member.called,
        text="",
        language=site.language,
        paths=("", *dict.fromkeys(path for path, _ in dialogues)),
        people=(member.called,),
        authors=(member.username,),
        when=member.joined,
        number=member.id,
    )


def _facts(meta: Meta) -> str:
    """Give the words of the front matter that a reader sees on the page."""
    said = [f"{person.name} {person.stands_for}".strip() for person in meta.participants]
    said += [meta.location, meta.perspective, meta.central_question]
    return "\n\n".join(fact for fact in said if fact)


def _moment(written: Moment | None, zone: tzinfo) -> datetime | None:
    if written is None:
        return None
    start = written.start
    return start.replace(tzinfo=zone) if start.tzinfo is None else start
