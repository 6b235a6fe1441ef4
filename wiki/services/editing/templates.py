"""Pages to start from: those under `templates/`, each of which is for one kind of page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import frontmatter
from wiki.domain.content.pages import Kind, Meta
from wiki.domain.content.paths import file_of, page_of
from wiki.domain.errors import NotFound
from wiki.engine import Wiki
from wiki.services.content import contents, fields

FOLDER = "templates"
MOST = 40
"""Pages of the folder that are looked at."""

_KIND = "for"
"""The key that says for which kind of page a template is; a plain page unless it is there."""


@dataclass(frozen=True, slots=True)
class Template:
    """A page to start from, with what a new page has of it."""

    path: str
    title: str
    kind: Kind
    lang: str
    text: str
    fields: Mapping[str, str]


def offered(wiki: Wiki, actor: Actor, kind: Kind, language: str) -> list[Template]:
    """List those for a kind of page that the actor may read, in the order of their titles.

    Those in another language only where there is none in this one.
    """
    found = [one for one in islice(_all(wiki, actor), MOST) if one.kind is kind]
    own = [one for one in found if one.lang in ("", language)]
    return sorted(own or found, key=lambda one: (one.title.casefold(), one.path))


def get(wiki: Wiki, actor: Actor, path: str) -> Template:
    """Give one of them; raises LoginRequired, Forbidden, NotFound."""
    if not path.startswith(f"{FOLDER}/"):
        raise NotFound("page_missing", path=path[:200])
    wiki.rights.require(actor, Right.READ, path)
    entry = wiki.store.entry(file_of(path))
    if entry is None:
        raise NotFound("page_missing", path=path[:200])
    return _read(wiki, path, entry.blob)


def _all(wiki: Wiki, actor: Actor) -> Iterator[Template]:
    for entry in wiki.store.files_in(FOLDER):
        path = page_of(entry.file)
        if path and wiki.rights.may(actor, Right.READ, path):
            yield _read(wiki, path, entry.blob)


def _read(wiki: Wiki, path: str, blob: str) -> Template:
    content = contents.read(wiki, blob)
    front, body = frontmatter.split(content.text)
    written = frontmatter.values(front or "").get(_KIND, "")
    kind = Kind(written) if written in set(Kind) else Kind.PAGE
    given = _fields(replace(content.meta, kind=kind), content.text)
    title = content.meta.title or path.rpartition("/")[2]
    return Template(path, title, kind, content.meta.lang, body, given)


def _fields(meta: Meta, text: str) -> dict[str, str]:
    """The fields that a new page begins with: its title is its own."""
    values = fields.values(meta, text)
    return {name: value for name, value in values.items() if value and name != "title"}
