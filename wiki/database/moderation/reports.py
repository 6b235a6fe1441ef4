"""Reports, gathered in a case for each subject while it is open: the tables and their queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered
from wiki.database.history import history
from wiki.database.members.members import members
from wiki.domain.moderation.reports import Act, Case, Noun, Report, Subject

cases = Table(
    "cases",
    truth,
    Column("id", Integer, primary_key=True),
    Column("noun", String(8), nullable=False),
    Column("comment", ForeignKey("comments.id", ondelete="CASCADE"), index=True),
    Column("member", ForeignKey("members.id"), index=True),
    # Where a page was when it was reported; which one that is today is looked up.
    Column("path", String(1000), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("opened", Moment, nullable=False),
    # None while it is open.
    Column("handled", Moment),
    Column("handler", ForeignKey("members.id")),
    Column("acts", String(60), nullable=False),
    Column("reason", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Index(None, "handled", "id"),
    sqlite_autoincrement=True,
)

reports = Table(
    "reports",
    truth,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reporter", ForeignKey("members.id"), index=True),
    Column("email", String(254), nullable=False),
    Column("reason", Text, nullable=False),
    Column("address", String(1000), nullable=False),
    Column("created", Moment, nullable=False),
    sqlite_autoincrement=True,
)


def open_case(connection: Connection, subject: Subject, page: str = "") -> int | None:
    """The open case of this subject (a page by its identity), or None."""
    where: list[ColumnElement[bool]] = [
        cases.c.handled.is_(None),
        cases.c.noun == subject.noun.value,
        cases.c.comment == subject.comment if subject.comment else cases.c.comment.is_(None),
        cases.c.member == subject.member if subject.member else cases.c.member.is_(None),
    ]
    if subject.noun is Noun.PAGE:
        where.append(history.at_page(page, cases.c.path, cases.c.revision))
    return connection.scalar(select(cases.c.id).where(*where).order_by(cases.c.id).limit(1))


def add_case(connection: Connection, subject: Subject, now: datetime) -> int:
    """A new open case; gives its id."""
    values = {
        "noun": subject.noun.value,
        "comment": subject.comment,
        "member": subject.member,
        "path": subject.path,
        "revision": subject.revision,
        "opened": now,
        "acts": "",
        "reason": "",
        "answer": "",
    }
    return insert_numbered(connection, cases, values)


def add(
    connection: Connection,
    case: int,
    *,
    reporter: int | None,
    email: str,
    reason: str,
    address: str,
    now: datetime,
) -> None:
    """One more report in a case, unless the same person just said the same there."""
    who = reports.c.reporter == reporter if reporter else reports.c.reporter.is_(None)
    same = (reports.c.case == case, who, reports.c.email == email, reports.c.reason == reason)
    if connection.scalar(select(reports.c.id).where(*same).limit(1)) is not None:
        return
    values = {
        "case": case,
        "reporter": reporter,
        "email": email,
        "reason": reason,
        "address": address,
        "created": now,
    }
    connection.execute(insert(reports).values(**values))


def get(connection: Connection, id: int) -> Case | None:
    """The case with this id."""
    row = connection.execute(_query().where(cases.c.id == id)).first()
    return _case(row) if row else None


def newest(
    connection: Connection, *, handled: bool, before: int = 0, limit: int = 50
) -> list[Case]:
    """Open or handled cases, the newest first; with `before`, those with a lower id."""
    state = cases.c.handled.is_not(None) if handled else cases.c.handled.is_(None)
    query = _query().where(state).order_by(cases.c.id.desc()).limit(limit)
    if before:
        query = query.where(cases.c.id < before)
    return [_case(row) for row in connection.execute(query)]


def of_cases(connection: Connection, ids: Sequence[int]) -> dict[int, list[Report]]:
    """The reports of each of these cases, the oldest first."""
    reports_by_case: dict[int, list[Report]] = {id: [] for id in ids}
    query = (
        select(reports, members.c.username, members.c.name)
        .outerjoin(members, members.c.id == reports.c.reporter)
        .where(reports.c.case.in_(ids))
        .order_by(reports.c.id)
    )
    for row in connection.execute(query):
        names = {"username": row.username or "", "called": row.name or row.username or ""}
        reports_by_case[row.case].append(filled(Report, row, **names))
    return reports_by_case


def handle(
    connection: Connection,
    id: int,
    *,
    handler: int | None,
    acts: Sequence[Act],
    reason: str,
    answer: str,
    now: datetime,
) -> bool:
    """Close an open case with what was done; False if another moderator was first."""
    where = update(cases).where(cases.c.id == id, cases.c.handled.is_(None))
    values = {
        "handled": now,
        "handler": handler,
        "acts": ",".join(act.value for act in acts),
        "reason": reason,
        "answer": answer,
    }
    return bool(connection.execute(where.values(**values)).rowcount)


def reopen(connection: Connection, id: int) -> bool:
    """Open a handled case again; False if it is open."""
    where = update(cases).where(cases.c.id == id, cases.c.handled.is_not(None))
    return bool(connection.execute(where.values(handled=None, handler=None)).rowcount)


def forget_addresses(connection: Connection, before: datetime) -> int:
    """Remove the e-mail addresses left in cases handled before a moment; gives how many."""
    old = select(cases.c.id).where(cases.c.handled < before)
    where = (reports.c.case.in_(old), reports.c.email != "")
    return connection.execute(update(reports).where(*where).values(email="")).rowcount


def _query() -> Select[Any]:
    number = (
        select(func.count()).where(reports.c.case == cases.c.id).scalar_subquery().label("number")
    )
    return select(cases, members.c.username, members.c.name, number).outerjoin(
        members, members.c.id == cases.c.handler
    )


def _case(row: Any) -> Case:
    subject = Subject(Noun(row.noun), row.comment, row.member, row.path, row.revision)
    acts = tuple(Act(word) for word in row.acts.split(",") if word)
    handler = row.name or row.username or ""
    return filled(Case, row, subject=subject, handler=handler, acts=acts)
