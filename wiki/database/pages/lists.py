"""Questions and dialogues as somebody wants them, and what they can be narrowed to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, union

from wiki.database.access.sight import visible
from wiki.database.content.entries import catalogue, dialogue_questions
from wiki.database.content.entries import participants as named
from wiki.database.content.entries import tags as carried
from wiki.database.history.history import identities, places
from wiki.database.pages.catalogue import listed, summaries, with_dialogues
from wiki.domain.access.sight import Sight
from wiki.domain.content.pages import Kind, Summary
from wiki.domain.content.paths import fold
from wiki.domain.pages.lists import Order, Value, Wanted

Span = tuple[int, int] | None
"""From which moment, and before which; in Unix seconds."""

_HERE = and_(places.c.path == catalogue.c.path, places.c.alive)
_ASKED = (
    select(func.min(identities.c.date)).where(identities.c.page == places.c.page).scalar_subquery()
)


def find(
    connection: Connection, wanted: Wanted, span: Span, limit: int, offset: int, *, sight: Sight
) -> list[Summary]:
    """The pages that are wanted, in that order; questions with their number of dialogues."""
    query = _asked(wanted, span, sight).order_by(*_order(wanted), catalogue.c.path)
    return with_dialogues(connection, summaries(connection, query, limit, offset), sight=sight)


def statuses(connection: Connection, wanted: Wanted, span: Span, *, sight: Sight) -> dict[str, int]:
    """How many of the pages have each status, whatever status is wanted."""
    query = _asked(replace(wanted, status=""), span, sight)
    query = query.with_only_columns(catalogue.c.status, func.count())
    return {row[0]: row[1] for row in connection.execute(query.group_by(catalogue.c.status))}


def moments(connection: Connection, wanted: Wanted, *, sight: Sight) -> dict[int, int]:
    """How many of the pages there are of each moment (Unix seconds), in whatever year."""
    moment = _moment(wanted.kind).label("moment")
    query = _asked(wanted, None, sight).with_only_columns(moment, func.count())
    rows = connection.execute(query.where(moment.is_not(None)).group_by(moment))
    return {int(row[0]): row[1] for row in rows}


def tags(
    connection: Connection, wanted: Wanted, span: Span, limit: int, *, sight: Sight
) -> list[Value]:
    """The tags that most of the pages carry, whatever tag is wanted."""
    query = (
        _asked(replace(wanted, tag=""), span, sight)
        .join(carried, carried.c.path == catalogue.c.path)
        .with_only_columns(carried.c.key, func.min(carried.c.name), func.count())
        .group_by(carried.c.key)
        .order_by(func.count().desc(), carried.c.key)
    )
    return [Value(*row) for row in connection.execute(query.limit(limit))]


def people(
    connection: Connection, wanted: Wanted, span: Span, limit: int, *, sight: Sight
) -> list[Value]:
    """The people whom most of the pages are about or name, whoever is wanted."""
    query = _asked(replace(wanted, person=""), span, sight)
    if wanted.kind is Kind.QUESTION:
        about = _about().subquery()
        query = query.join(about, about.c.question == catalogue.c.path)
        query = query.join(named, named.c.path == about.c.dialogue)
        query = query.where(visible(named.c.path, sight))
    else:
        query = query.join(named, named.c.path == catalogue.c.path)
    pages = func.count(catalogue.c.path.distinct())
    query = query.with_only_columns(named.c.slug, func.min(named.c.name), pages)
    query = query.group_by(named.c.slug).order_by(pages.desc(), named.c.slug)
    return [Value(*row) for row in connection.execute(query.limit(limit))]


def _moment(kind: Kind) -> ColumnElement[Any]:
    """When a question was first asked, when a dialogue is held."""
    return _ASKED if kind is Kind.QUESTION else catalogue.c.starts


def _order(wanted: Wanted) -> tuple[ColumnElement[Any], ...]:
    if wanted.order is Order.TITLE:
        return (catalogue.c.title_fold,)
    if wanted.order is Order.CHANGED:
        return (places.c.date.desc(),)
    moment = _moment(wanted.kind)
    if wanted.order is Order.OLDEST:
        return (moment.asc().nulls_last(),)
    return (moment.desc().nulls_last(), catalogue.c.path.desc())


def _asked(wanted: Wanted, span: Span, sight: Sight) -> Select[Any]:
    query = listed(wanted.kind, wanted.status, sight).join(places, _HERE)
    if wanted.tag:
        tagged = select(carried.c.path).where(carried.c.key == fold(wanted.tag))
        query = query.where(catalogue.c.path.in_(tagged))
    if wanted.person:
        query = query.where(catalogue.c.path.in_(_with(wanted, sight)))
    if span:
        moment = _moment(wanted.kind)
        query = query.where(moment >= span[0], moment < span[1])
    return query


def _with(wanted: Wanted, sight: Sight) -> Select[Any]:
    """The dialogues that name a person, or the questions that those are about."""
    here = named.c.slug == wanted.person
    if wanted.kind is not Kind.QUESTION:
        return select(named.c.path).where(here)
    about = _about().subquery()
    query = select(about.c.question).join(named, named.c.path == about.c.dialogue)
    return query.where(here, visible(named.c.path, sight))


def _about() -> Any:
    """Each dialogue with each question that it is about, also by a path that redirects there."""
    stub = catalogue.alias()
    target = catalogue.alias()
    straight = select(
        dialogue_questions.c.path.label("dialogue"), dialogue_questions.c.dest.label("question")
    )
    moved = (
        select(dialogue_questions.c.path, target.c.path)
        .join_from(dialogue_questions, stub, stub.c.path == dialogue_questions.c.dest)
        .join(target, target.c.fold == stub.c.redirect_fold)
        .where(stub.c.redirect != "")
    )
    return union(straight, moved)
