"""Files for a page that is not there yet: they wait beside its draft, for their writer alone.

They become the page's in the commit that makes it. What is never saved is forgotten a while after
it was last written at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from wiki.database.editing import draft_files
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import attachments
from wiki.domain.editing.drafts import HeldFile, is_id
from wiki.domain.errors import Invalid, NotFound, Refused
from wiki.engine import Wiki
from wiki.services.content import files
from wiki.services.content.files import File, Sent

MOST_FILES = 5
"""How many of the largest files those beside one's drafts may be together."""
KEPT = timedelta(days=30)
"""How long files are kept at whose draft nobody writes."""


@dataclass(frozen=True, slots=True)
class Held:
    """A file that waits, with what is in it."""

    file: HeldFile
    data: bytes


def add(wiki: Wiki, actor: Actor, draft: str, path: str, sent: Sequence[Sent]) -> list[HeldFile]:
    """Keep files beside the draft of a page at a path, which may be empty; all or none.

    A name that another file was sent under never replaces that one; the same name again does.
    Raises LoginRequired, Forbidden; Invalid (field `file`), TooLarge, Refused.
    """
    member = actor.own_id()
    wiki.rights.require(actor, Right.CREATE, path.strip("/ "))
    if not is_id(draft):
        raise Invalid.field("file", "draft_unknown")
    files.check(sent)
    cleaned = [files.cleaned(wiki, one.name, one.data) for one in sent]
    most = MOST_FILES * wiki.settings.max_file_bytes
    added: list[HeldFile] = []
    with wiki.database.write() as connection:
        given_names = {
            one.name: one.given for one in draft_files.listing(connection, member, draft)
        }
        if draft_files.size(connection, member) + sum(map(len, cleaned)) > most:
            raise Refused("draft_files_large", most_bytes=most)
        for one, data in zip(sent, cleaned, strict=True):
            given = attachments.given_name(one.name)
            taken = {file.name for file in added}
            name = next(
                name
                for name in attachments.names(given)
                if name not in taken and given_names.get(name, given) == given
            )
            added.append(HeldFile(name, given, len(data)))
            draft_files.keep(connection, member, draft, added[-1], data, wiki.clock())
        if len(given_names.keys() | {file.name for file in added}) > files.MOST_AT_ONCE:
            raise Invalid.field("file", "files_many", most=files.MOST_AT_ONCE)
    return added


def listing(wiki: Wiki, actor: Actor, draft: str) -> list[HeldFile]:
    """List the files beside one's draft, by name."""
    with wiki.database.read() as connection:
        return draft_files.listing(connection, actor.id or 0, draft) if draft else []


def read(wiki: Wiki, actor: Actor, draft: str, name: str) -> File:
    """Give a file beside one's draft. Raises LoginRequired, NotFound."""
    with wiki.database.read() as connection:
        data = draft_files.data(connection, actor.own_id(), draft, name)
    if data is None:
        raise NotFound("file_missing", file=name[:200])
    return files.as_sent(name, hashlib.sha256(data).hexdigest(), data)


def contents(wiki: Wiki, actor: Actor, draft: str) -> list[Held]:
    """Give all files beside one's draft with what is in them."""
    if not draft or actor.id is None:
        return []
    with wiki.database.read() as connection:
        found = draft_files.listing(connection, actor.id, draft)
        held = [(one, draft_files.data(connection, actor.id, draft, one.name)) for one in found]
    return [Held(one, data) for one, data in held if data is not None]


def drop(wiki: Wiki, actor: Actor, draft: str, name: str = "") -> None:
    """Forget the files beside one's draft, or the one of this name."""
    if not listing(wiki, actor, draft):
        return
    with wiki.database.write() as connection:
        draft_files.drop(connection, actor.id or 0, draft, name)


def tidy(wiki: Wiki) -> None:
    """Forget the files of drafts that nobody writes at any more. For the worker."""
    with wiki.database.write() as connection:
        draft_files.forget(connection, wiki.clock() - KEPT)
