"""Mail that is to be sent: kept here until a mail server took it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered

outbox = Table(
    "outbox",
    truth,
    Column("id", Integer, primary_key=True),
    Column("recipient", String(254), nullable=False),
    Column("subject", String(250), nullable=False),
    Column("text", Text, nullable=False),
    # The same as HTML; empty: the mail is plain text only.
    Column("html", Text, nullable=False, server_default=""),
    # Headers beside the ordinary ones, a JSON object.
    Column("headers", Text, nullable=False, server_default="{}"),
    Column("created", Moment, nullable=False),
    # When to try next; None once given up.
    Column("due", Moment),
    Column("sent", Moment),
    Column("tries", Integer, nullable=False),
    Column("error", String(500), nullable=False),
    # Whose notifications it tells; None: it tells something else.
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), index=True),
    Index(None, "sent", "due"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail; `due` is None once given up, `error` is what the mail server last said.

    `html` is empty where the mail is plain text; `headers` are those beside the ordinary ones.
    `member` is whose notifications it tells, None if it tells something else.
    """

    id: int
    recipient: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    created: datetime
    due: datetime | None
    tries: int
    error: str
    member: int | None = None


def add(
    connection: Connection,
    recipient: str,
    subject: str,
    text: str,
    now: datetime,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    member: int | None = None,
) -> int:
    """Keep a mail to be sent; gives its id."""
    values = {
        "recipient": recipient,
        "subject": subject,
        "text": text,
        "html": html,
        "headers": json.dumps(dict(headers or {})),
        "created": now,
        "due": now,
        "tries": 0,
        "error": "",
        "member": member,
    }
    return insert_numbered(connection, outbox, values)


def due(connection: Connection, now: datetime, limit: int = 20) -> list[Letter]:
    """The mail whose time has come, the oldest first."""
    query = (
        select(outbox)
        .where(outbox.c.sent.is_(None), outbox.c.due <= now)
        .order_by(outbox.c.due, outbox.c.id)
        .limit(limit)
    )
    return [_letter(row) for row in connection.execute(query)]


def unsent(
    connection: Connection, *, given_up: bool = False, before: int = 0, limit: int = 50
) -> list[Letter]:
    """The mail that is not sent, the newest first: what an administrator looks at.

    With `given_up` only what is tried no more; with `before`, mail with a lower id.
    """
    where: list[ColumnElement[bool]] = [outbox.c.sent.is_(None)]
    if given_up:
        where.append(outbox.c.due.is_(None))
    if before:
        where.append(outbox.c.id < before)
    asked = select(outbox).where(*where).order_by(outbox.c.id.desc()).limit(limit)
    return [_letter(row) for row in connection.execute(asked)]


def unsent_one(connection: Connection, id: int) -> Letter | None:
    """The mail with this id, if it is not sent."""
    asked = select(outbox).where(outbox.c.id == id, outbox.c.sent.is_(None))
    row = connection.execute(asked).first()
    return _letter(row) if row else None


def again(connection: Connection, letter: Letter, now: datetime) -> None:
    """The mail's time has come, as if it had never been tried."""
    where = (outbox.c.id == letter.id, outbox.c.sent.is_(None))
    connection.execute(update(outbox).where(*where).values(due=now, tries=0))


def hold(connection: Connection, why: str) -> int:
    """All mail that is not sent waits until somebody says that it may go; gives how much."""
    held = update(outbox).where(outbox.c.sent.is_(None)).values(due=None, error=why)
    return connection.execute(held).rowcount


def all_again(connection: Connection, now: datetime) -> int:
    """The time of all mail that was given up has come once more; gives how much that is."""
    where = (outbox.c.sent.is_(None), outbox.c.due.is_(None))
    return connection.execute(update(outbox).where(*where).values(due=now, tries=0)).rowcount


def untried(connection: Connection, member: int) -> list[Letter]:
    """The mail about a member's notifications that was never tried."""
    where = (outbox.c.member == member, outbox.c.sent.is_(None), outbox.c.tries == 0)
    return [_letter(row) for row in connection.execute(select(outbox).where(*where))]


def waiting(connection: Connection) -> int:
    """Tell how much mail is not sent."""
    asked = select(func.count()).select_from(outbox).where(outbox.c.sent.is_(None))
    return connection.scalar(asked) or 0


def given_up(connection: Connection) -> int:
    """Tell how much mail is tried no more."""
    where = (outbox.c.sent.is_(None), outbox.c.due.is_(None))
    return connection.scalar(select(func.count()).select_from(outbox).where(*where)) or 0


def oldest(connection: Connection) -> datetime | None:
    """When the oldest mail was written that is not sent and still tried."""
    where = (outbox.c.sent.is_(None), outbox.c.due.is_not(None))
    found: datetime | None = connection.scalar(select(func.min(outbox.c.created)).where(*where))
    return found


def claim(connection: Connection, letter: Letter, until: datetime) -> bool:
    """Take a mail to send it; until then no other worker will. False if another took it."""
    where = (outbox.c.id == letter.id, outbox.c.sent.is_(None), outbox.c.due == letter.due)
    taken = update(outbox).where(*where).values(due=until, tries=outbox.c.tries + 1)
    return bool(connection.execute(taken).rowcount)


def sent(connection: Connection, letter: Letter, now: datetime) -> None:
    """A mail server took the mail; its text is of no more use."""
    done = (
        update(outbox).where(outbox.c.id == letter.id).values(sent=now, text="", html="", error="")
    )
    connection.execute(done)


def remove(connection: Connection, letter: Letter) -> None:
    """The mail is not to be sent after all."""
    connection.execute(delete_from(outbox).where(outbox.c.id == letter.id))


def failed(connection: Connection, letter: Letter, error: str, due: datetime | None) -> None:
    """The mail was not taken: try again at `due`, or never (None)."""
    later = update(outbox).where(outbox.c.id == letter.id).values(error=error[:500], due=due)
    connection.execute(later)


def forget(connection: Connection, before: datetime) -> int:
    """Remove what was sent before a moment, or made before it and given up; gives how many."""
    given_up = and_(outbox.c.sent.is_(None), outbox.c.due.is_(None), outbox.c.created < before)
    old = or_(outbox.c.sent < before, given_up)
    return connection.execute(delete_from(outbox).where(old)).rowcount


def _letter(row: Any) -> Letter:
    return filled(Letter, row, headers=json.loads(row.headers))
