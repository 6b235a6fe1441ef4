"""Erasing a person: every table is asked, so that a new one cannot be forgotten.

What a table's foreign key to `members` says decides: with `ON DELETE CASCADE`, or called `member`,
the row is about the person and goes; else it stays and points at an account that is nobody's any
more.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from wiki.database.access.audit import audit
from wiki.database.access.rules import rules
from wiki.database.engine import changes, tables
from wiki.database.engine.schema import Moment, truth
from wiki.database.login.tokens import tokens
from wiki.database.members.members import members
from wiki.database.notices.outbox import outbox
from wiki.database.talk import comments
from wiki.domain.access.rights import Role
from wiki.domain.members.members import FORMER, Member, Status, fold_email, gone_username
from wiki.domain.talk.comments import State

_KEPT = {"id", "uid"}


def erase(
    connection: Connection, member: Member, now: datetime, mention: str, *, with_comments: bool
) -> None:
    """Take everything out of the truth that says who this member was.

    Their comments stay as those of nobody, or (`with_comments`) go too, places with answers
    excepted. `mention` takes the place of their username where others mention them.
    """
    tables.load()
    _comments(connection, member, with_comments=with_comments)
    _mail(connection, member)
    for table, column in _own(members):
        connection.execute(delete(table).where(column == member.id))
    _words(connection, member, mention)
    _rules(connection, member)
    _account(connection, member, now)
    changes.record(connection, "member", member.id)


def _own(table: Table) -> Iterator[tuple[Table, Column[Any]]]:
    """The columns of other tables whose rows go when a row of this one goes, children first."""
    for other in reversed(truth.sorted_tables):
        for key in other.foreign_keys:
            is_own = key.ondelete == "CASCADE" or key.parent.name == "member"
            if key.column.table is table and is_own:
                yield other, key.parent


def _account(connection: Connection, member: Member, now: datetime) -> None:
    values = {column.name: _nothing(column, now) for column in members.columns}
    values |= {
        "username": FORMER,
        "folded": gone_username(member.username),
        "role": int(Role.MEMBER),
        "status": Status.ERASED.value,
    }
    for name in _KEPT:
        del values[name]
    connection.execute(update(members).where(members.c.id == member.id).values(**values))


def _nothing(column: Column[Any], now: datetime) -> Any:
    """Give the value that stands in a column of which nothing is left."""
    if column.nullable:
        return None
    kinds: tuple[tuple[type, Any], ...] = ((Moment, now), (Boolean, False), (Integer, 0))
    return next((value for kind, value in kinds if isinstance(column.type, kind)), "")


def _comments(connection: Connection, member: Member, *, with_comments: bool) -> None:
    table = comments.comments
    theirs = table.c.author == member.id
    if with_comments:
        live = select(table.c.id).where(theirs, table.c.state != State.DELETED.value)
        for id in connection.scalars(live.order_by(table.c.id.desc())).all():
            comments.delete(connection, id)
    # What they deleted themselves was still kept; former texts of what stays are nobody's need.
    gone = select(table.c.id).where(theirs, table.c.state == State.DELETED.value)
    emptied = (
        update(table).where(table.c.id.in_(gone)).values(text="", anchor="", start=None, end=None)
    )
    for other, column in _own(table):
        ids = select(table.c.id).where(theirs) if _is_text(other) else gone
        connection.execute(delete(other).where(column.in_(ids)))
    connection.execute(emptied)
    # What came in from another wiki would come in once more without.
    sent = ~table.c.nonce.startswith(comments.IMPORTED)
    connection.execute(update(table).where(theirs, sent).values(nonce=None))
    for id in connection.scalars(select(table.c.id).where(theirs)).all():
        changes.record(connection, "comment", id)


def _is_text(table: Table) -> bool:
    """Whether a table that belongs to comments keeps what they said."""
    return "text" in table.columns


def _mail(connection: Connection, member: Member) -> None:
    if not member.email:
        return
    for column in (outbox.c.recipient, tokens.c.value):
        where = func.lower(column).in_({member.email.lower(), fold_email(member.email)})
        connection.execute(delete(column.table).where(where))


def _rules(connection: Connection, member: Member) -> None:
    for row in connection.execute(select(rules.c.id, rules.c.prefix, rules.c.members)).all():
        named = json.loads(row.members)
        if member.id in named:
            left = json.dumps([id for id in named if id != member.id])
            connection.execute(update(rules).where(rules.c.id == row.id).values(members=left))
            changes.record(connection, "rule", row.prefix)


# -- what others wrote about them --


def _words(connection: Connection, member: Member, mention: str) -> None:
    """Mentions become those of nobody; the audit log names an opaque id."""
    subject = audit.c.subject == member.username
    connection.execute(update(audit).where(subject).values(subject=member.uid))
    words = {text for text in (member.username, member.name, member.email) if text}
    as_value = "|".join(re.escape(json.dumps(text)) for text in sorted(words))
    patterns = [
        (rf"(?<![\w@.-])@{re.escape(member.username)}(?![\w-])", f"@{mention}"),
        (as_value, json.dumps(FORMER)),
    ]
    if member.email:
        patterns.append((rf"(?<![\w.+-]){re.escape(member.email)}(?![\w-])", ""))
    compiled = [(re.compile(pattern, re.IGNORECASE), by) for pattern, by in patterns]

    def anonymous(text: str) -> str:
        for pattern, by in compiled:
            text = pattern.sub(by, text)
        return text

    change_texts(connection, anonymous, like=sorted(words))


def change_texts(
    connection: Connection,
    change: Callable[[str], str],
    like: Iterable[str] = (),
    takes: Callable[[Column[Any]], bool] = lambda column: True,
    *,
    tell: bool = True,
) -> Counter[str]:
    """Put `change` of it in the place of every text in the truth; gives by table how many rows.

    Only rows that hold one of the words `like`, where some are given, and only columns that
    `takes` takes. What became too long for its column is cut; of two rows that may not be alike
    and become so, one goes. `tell` is whether search hears of it, row by row.
    """
    tables.load()
    words = list(like)
    count: Counter[str] = Counter()
    for table in truth.sorted_tables:
        columns = [one for one in table.columns if isinstance(one.type, String) and takes(one)]
        for row, changed in _changed(connection, table, columns, words, change):
            _put(connection, table, row, changed)
            if tell:
                _tell(connection, table, row)
            count[table.name] += 1
    return count


def holding(
    connection: Connection, is_meant: Callable[[str], bool], takes: Callable[[Column[Any]], bool]
) -> Counter[str]:
    """By table how many rows have a text that is meant, in the columns that `takes` takes."""
    tables.load()
    count: Counter[str] = Counter()
    for table in truth.sorted_tables:
        columns = [one for one in table.columns if isinstance(one.type, String) and takes(one)]
        for row in connection.execute(select(*columns)) if columns else ():
            count[table.name] += any(is_meant(text) for text in row if text)
    return +count


def _put(connection: Connection, table: Table, row: Any, changed: Mapping[str, str]) -> None:
    where = [column == row[column.name] for column in table.primary_key.columns]
    fitting = {name: _cut(table.c[name], text) for name, text in changed.items()}
    put = update(table).where(*where).values(**fitting)
    if not _is_unique(table, changed):
        connection.execute(put)
        return
    try:
        with connection.begin_nested():
            connection.execute(put)
    except IntegrityError:
        connection.execute(delete(table).where(*where))


def _cut(column: Column[Any], text: str) -> str:
    return text[: getattr(column.type, "length", None)]


def _is_unique(table: Table, names: Iterable[str]) -> bool:
    """Whether two rows may not have the same in these columns."""
    unique = [{c.name for c in one.columns} for one in table.indexes if one.unique]
    unique += [
        {c.name for c in one.columns}
        for one in table.constraints
        if isinstance(one, (PrimaryKeyConstraint, UniqueConstraint))
    ]
    return any(not columns.isdisjoint(names) for columns in unique)


def _changed(
    connection: Connection,
    table: Table,
    columns: list[Column[Any]],
    words: list[str],
    change: Callable[[str], str],
) -> list[tuple[Any, dict[str, str]]]:
    """The rows in which something changes, and their changed columns."""
    if not columns:
        return []
    keys = [column for column in table.primary_key.columns if column not in columns]
    query = select(*keys, *columns)
    if words:
        holds: list[ColumnElement[bool]] = [
            column.icontains(word, autoescape=True) for column in columns for word in words
        ]
        query = query.where(or_(*holds))
    changes = []
    for row in connection.execute(query).mappings():
        texts = {column.name: row[column.name] for column in columns if row[column.name]}
        new = {name: changed for name, text in texts.items() if (changed := change(text)) != text}
        if new:
            changes.append((row, new))
    return changes


def _tell(connection: Connection, table: Table, row: Any) -> None:
    if table is comments.comments:
        changes.record(connection, "comment", row["id"])
