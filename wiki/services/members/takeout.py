"""Taking one's data along: everything that the wiki knows of a member, in one zip.

JSON for programs (every table that names them, so that nothing is forgotten), Markdown for people.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from wiki.database.engine import dump
from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.members import members, profiles
from wiki.database.talk import comments
from wiki.domain.access.rights import Actor, Right
from wiki.domain.access.sight import EVERYTHING
from wiki.domain.history.history import cursor
from wiki.domain.history.revisions import Revision
from wiki.domain.members.members import Member
from wiki.domain.members.profiles import Profile
from wiki.domain.talk.comments import PlacedComment, State
from wiki.engine import Wiki
from wiki.i18n.languages import translations
from wiki.services.history import hiding
from wiki.services.login import proof

BATCH = 1_000
OWN = "comments"


@dataclass(frozen=True, slots=True)
class Takeout:
    """A zip, and what to call it."""

    data: bytes
    name: str


def make(wiki: Wiki, actor: Actor, session: int, *, current: str, language: str) -> Takeout:
    """Everything of the actor's as one zip, told of in a language.

    Raises LoginRequired, Invalid (field `current_password`), Forbidden, TooFast.
    """
    proof.require(wiki, actor, session, current)
    file = io.BytesIO()
    with wiki.database.read() as connection:
        member = members.get(connection, actor.own_id())
        assert member is not None
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zip:
            for name, content in _files(wiki, connection, member, language):
                zip.writestr(name, content)
    return Takeout(file.getvalue(), f"{member.username}-{wiki.clock():%Y-%m-%d}.zip")


def _files(
    wiki: Wiki, connection: Connection, member: Member, language: str
) -> Iterator[tuple[str, str | bytes]]:
    profile = profiles.get(connection, member.id)
    yield "README.md", _readme(wiki, member, language)
    yield "profile.md", _about(member, profile, language)
    if profile.avatar:
        yield "picture.webp", profiles.avatar(connection, profile.avatar) or b""
    said = list(_comments(wiki, connection, member))
    unquoted = {placed.comment.id for placed in said if not placed.comment.anchor}
    yield "comments.md", _talk(said, language)
    yield "comments.json", _json([_comment(placed) for placed in said])
    written = list(_revisions(connection, member.uid))
    yield "revisions.md", _work(written, language)
    yield "revisions.json", _json([_revision(revision) for revision in written])
    for table, rows in dump.own(connection, member.id):
        if table != "avatars":
            yield f"data/{table}.json", _json(_unquoted(rows, unquoted if table == OWN else set()))


def _unquoted(rows: Iterable[Mapping[str, Any]], ids: Collection[int]) -> list[Mapping[str, Any]]:
    return [{**row, "anchor": ""} if ids and row["id"] in ids else row for row in rows]


def _comments(wiki: Wiki, connection: Connection, member: Member) -> Iterator[PlacedComment]:
    """Give what the member said. The words of a page that it is about, and where that is now, are
    not the member's: without them where they are closed to who asks.
    """
    last, actor = 0, member.actor
    while batch := comments.by_author(connection, member.id, after=last, limit=BATCH):
        closed = hiding.withheld_quotes(wiki, connection, actor, batch)
        for placed in batch:
            comment = placed.comment
            is_open = wiki.rights.may(actor, Right.READ, placed.path)
            is_quoted = is_open and comment.id not in closed
            yield replace(
                placed,
                comment=comment if is_quoted else replace(comment, anchor=""),
                path=placed.path if is_open else comment.path,
            )
        last = batch[-1].comment.id


def _revisions(connection: Connection, uid: str) -> Iterator[Revision]:
    before = ""
    while batch := history.by_author(connection, uid, before=before, limit=BATCH, sight=EVERYTHING):
        yield from batch
        before = cursor(batch[-1])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value)} in somebody's data")


def _comment(placed: PlacedComment) -> Mapping[str, Any]:
    comment = placed.comment
    return {
        "id": comment.id,
        "page": placed.path,
        "made_at": comment.path,
        "revision": comment.revision,
        "created": comment.created,
        "edited": comment.edited,
        "state": comment.state.value,
        "answers": comment.parent,
        "about": comment.anchor,
        "text": comment.text,
    }


def _revision(revision: Revision) -> Mapping[str, Any]:
    return {
        "revision": revision.commit,
        "page": revision.path,
        "when": revision.when,
        "event": revision.event.value,
        "message": revision.message,
        "words_added": revision.added,
        "words_removed": revision.removed,
    }


# -- for people --


def _readme(wiki: Wiki, member: Member, language: str) -> str:
    _ = translations(language).gettext
    lines = (
        _("# Your data at %(site)s"),
        _("This is everything that %(site)s knows of %(username)s, made on %(date)s."),
        _("- `profile.md` and `picture.webp`: what you tell of yourself.")
        + "\n"
        + _("- `comments.md`: what you said, page by page; `comments.json`: the same for programs.")
        + "\n"
        + _("- `revisions.md`: every version of a page that you wrote; `revisions.json`: the same.")
        + "\n"
        + _("- `data/`: every table of the database that names you, row by row, as JSON."),
        _(
            "Passwords, keys and the marks of sessions are left out: who has them could pass for"
            " you. The texts of pages belong to the wiki; `git clone` gives all of them."
        ),
    )
    values = {
        "site": wiki.settings.site_name,
        "username": member.username,
        "date": f"{wiki.clock():%Y-%m-%d}",
    }
    return "\n\n".join(lines) % values + "\n"


def _about(member: Member, profile: Profile, language: str) -> str:
    _ = translations(language).gettext
    facts = (
        (_("Username"), member.username),
        (_("Name"), member.name),
        (_("E-mail address"), member.email),
        (_("Role or organisation"), profile.work),
        (_("Language"), member.language),
        (_("Time zone"), member.timezone),
        (_("Member since"), f"{member.joined:%Y-%m-%d}"),
    )
    listed = "\n".join(f"- {name}: {value}" for name, value in facts if value)
    return f"# {member.called}\n\n{listed}\n\n{profile.about}".rstrip() + "\n"


def _talk(said: list[PlacedComment], language: str) -> str:
    _ = translations(language).gettext
    parts = [_("# What you said")]
    for placed in said:
        comment = placed.comment
        title = f"## {placed.path} · {comment.created:%Y-%m-%d %H:%M}"
        state = "" if comment.state is State.LIVE else f" ({comment.state.value})"
        quote = "\n".join(f"> {line}" for line in comment.anchor.splitlines())
        parts.append("\n\n".join(filter(None, (title + state, quote, comment.text))))
    return "\n\n".join(parts) + "\n"


def _work(written: list[Revision], language: str) -> str:
    _ = translations(language).gettext
    rows = [
        f"| {revision.when:%Y-%m-%d %H:%M} | {revision.path} | {revision.commit[:10]} | "
        + revision.message.partition("\n")[0].replace("|", "\\|")
        + " |"
        for revision in written
    ]
    head = f"| {_('When')} | {_('Page')} | {_('Version')} | {_('What')} |\n|---|---|---|---|"
    return "\n".join((_("# What you wrote"), "", head, *rows)) + "\n"
