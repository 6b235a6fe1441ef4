"""Drafts: what a member is writing is kept on the server, and offered on any device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from wiki.database.editing import draft_files, drafts
from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import paths
from wiki.domain.content.pages import Kind
from wiki.domain.content.paths import file_of
from wiki.domain.editing.drafts import (
    Draft,
    Writer,
    is_id,
    key_of_new,
    key_of_page,
    key_of_path,
    key_of_talk,
)
from wiki.domain.errors import LoginRequired, NotFound, Refused, TooLarge
from wiki.domain.talk.anchors import WRITTEN_MOST
from wiki.domain.talk.comments import TEXT_MOST
from wiki.engine import Wiki
from wiki.services.content import places
from wiki.services.history import hiding

MOST = 200
"""Drafts that one member may have."""
MOST_TEXTS = 8
"""How many of the largest pages one's drafts may hold together."""
MOST_OFFERED = 5
"""Drafts of new pages that are offered: those that were written at last."""
JUST_NOW = timedelta(minutes=5)
SMALL = 50_000
"""Bytes of a draft that is only counted."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft that is safe: when it was kept, who else edits, whether the page moved on.

    `saved_by` is who else saved the page just now, if it did; empty if nobody is to be named.
    """

    saved_at: datetime
    others: list[Writer]
    stale: bool
    saved_by: str = ""


def keep(
    wiki: Wiki, actor: Actor, path: str, *, base: str, text: str, fields: Mapping[str, str]
) -> Kept:
    """Keep the draft of the page at `path`, and note that the actor is editing it.

    An empty path is a new page; `fields["draft"]` is the id of its draft, its kind if it has none.
    Raises LoginRequired, Forbidden, TooLarge, Refused (`drafts_many`, `drafts_large`), Invalid
    (field `path`).
    """
    require(wiki, actor, path)
    size = len(text.encode()) + sum(len(value.encode()) for value in fields.values())
    if size > 2 * wiki.settings.max_text_bytes:
        raise TooLarge("text_large", most_bytes=wiki.settings.max_text_bytes, bytes=size)
    now = wiki.clock()
    id = fields.get("draft", "") or fields.get("kind", "")
    key = key_of(wiki, path, id)
    if key == key_of_path(path.strip("/")):
        # What is no page yet has to be able to become one.
        paths.check(path.strip("/"))
    member = actor.id or 0
    with wiki.database.write() as connection:
        _require_room(wiki, connection, member, key, size)
        drafts.keep(connection, member, key, Draft(base, text, fields, now))
        draft_files.touch(connection, member, id, now)
        drafts.arrive(connection, member, key, Writer(actor.username, actor.name, now))
        others = drafts.others(connection, member, key, now)
    return _kept(wiki, actor, path, base, now, others)


def _require_room(wiki: Wiki, connection: Connection, member: int, key: str, size: int) -> None:
    """Raise Refused if the member has too many drafts beside this one, or too much in them."""
    if drafts.number(connection, member, key) >= MOST:
        raise Refused("drafts_many", most=MOST)
    if size <= SMALL:
        # So many of these are no more than one's large ones may be together.
        return
    most = MOST_TEXTS * wiki.settings.max_text_bytes
    if drafts.characters(connection, member, key) + size > most:
        raise Refused("drafts_large", most_bytes=most)


def new_ones(wiki: Wiki, actor: Actor) -> list[tuple[str, Draft]]:
    """List the actor's drafts of pages that have no path yet, with their ids, newest first."""
    with wiki.database.read() as connection:
        return drafts.of_new(connection, actor.id or 0, MOST_OFFERED)


def new_one(wiki: Wiki, actor: Actor, id: str) -> Draft | None:
    """Give the actor's draft of a page that has no path yet, by its id."""
    with wiki.database.read() as connection:
        return drafts.get(connection, actor.id or 0, key_of(wiki, "", id))


def arrive(wiki: Wiki, actor: Actor, path: str) -> tuple[Draft | None, list[Writer]]:
    """Note that the actor opens the editor: their draft if they have one, and who else edits."""
    now, member = wiki.clock(), actor.id or 0
    key = key_of(wiki, path)
    with wiki.database.write(light=True) as connection:
        drafts.arrive(connection, member, key, Writer(actor.username, actor.name, now))
        return drafts.get(connection, member, key), drafts.others(connection, member, key, now)


def stay(wiki: Wiki, actor: Actor, path: str, *, base: str) -> Kept:
    """Note that the actor still has the editor open and typed nothing: no draft comes to be.

    Raises LoginRequired, Forbidden.
    """
    require(wiki, actor, path)
    others = arrive(wiki, actor, path)[1] if path else []
    return _kept(wiki, actor, path, base, wiki.clock(), others)


def drop(wiki: Wiki, actor: Actor, path: str, id: str = "") -> None:
    """Forget the actor's draft (without a path: by its id); it is no error if there is none."""
    if actor.id is None:
        return
    key = key_of(wiki, path, id)
    with wiki.database.read() as connection:
        if key not in drafts.keys(connection, actor.id):
            return
    with wiki.database.write() as connection:
        drafts.drop(connection, actor.id, key)


def require(wiki: Wiki, actor: Actor, path: str) -> None:
    """Raise LoginRequired or Forbidden unless the actor may write here, or suggest it."""
    wiki.rights.require_any(actor, (Right.EDIT if path else Right.CREATE, Right.SUGGEST), path)


def key_of(wiki: Wiki, path: str, id: str = "") -> str:
    """Under what a draft is kept: the page's identity, else its path to be, else its own id."""
    if not path:
        return key_of_new(id if is_id(id) else Kind.PAGE)
    path = places.asked(path)
    with wiki.database.read() as connection:
        page = history.identity(connection, path)
    return key_of_page(page) if page else key_of_path(path)


# -- of comments --


def keep_comment(
    wiki: Wiki, actor: Actor, path: str, *, text: str, parent: str = "", anchor: str = ""
) -> datetime:
    """Keep a comment that is being written on the page at a path, one for each page; when.

    An empty text forgets it. Raises LoginRequired, Forbidden, NotFound, TooLarge.
    """
    key = _key_of_talk(wiki, actor, path)
    if len(text) > TEXT_MOST or len(parent) + len(anchor) > WRITTEN_MOST:
        raise TooLarge("comment_long", most=TEXT_MOST)
    now, member = wiki.clock(), actor.id or 0
    draft = Draft("", text, {"parent": parent, "anchor": anchor}, now)
    with wiki.database.write() as connection:
        if text.strip():
            drafts.keep(connection, member, key, draft)
        else:
            drafts.drop(connection, member, key)
    return now


def comment(wiki: Wiki, actor: Actor, path: str) -> Draft | None:
    """The comment that the actor was writing on the page at a path. Raises as `keep_comment`."""
    key = _key_of_talk(wiki, actor, path)
    with wiki.database.read() as connection:
        return drafts.get(connection, actor.id or 0, key)


def _key_of_talk(wiki: Wiki, actor: Actor, path: str) -> str:
    wiki.rights.require(actor, Right.READ, path)
    wiki.rights.require(actor, Right.COMMENT, path)
    if not actor.is_member:
        raise LoginRequired("login_required", right=Right.COMMENT.value, path=path)
    with wiki.database.read() as connection:
        page = history.identity(connection, path)
    if not page:
        raise NotFound("page_missing", path=path)
    return key_of_talk(page)


def _kept(
    wiki: Wiki, actor: Actor, path: str, base: str, now: datetime, others: list[Writer]
) -> Kept:
    stale = _moved_on(wiki, path, base)
    return Kept(now, others, stale, _saved_by(wiki, actor, path, now) if stale else "")


def _saved_by(wiki: Wiki, actor: Actor, path: str, now: datetime) -> str:
    """Name who else saved the page a moment ago."""
    with wiki.database.read() as connection:
        page = history.identity(connection, places.asked(path))
        newest = history.of_page(connection, page, limit=1) if page else []
        for one in hiding.redact(wiki, connection, actor, newest):
            if one.author.uid and one.author.uid != actor.uid and now - one.when < JUST_NOW:
                return one.author.called
    return ""


def _moved_on(wiki: Wiki, path: str, base: str) -> bool:
    if not path:
        return False
    entry = wiki.store.entry(file_of(places.asked(path)))
    return (entry.blob if entry else "") != base
