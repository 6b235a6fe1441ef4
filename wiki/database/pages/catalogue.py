"""Questions to the catalogue: pages by path, title and kind, and what ties them together.

What a link leads to is found when asked, so a page that is created or deleted changes it at once.
Every listing holds only what is in sight.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from wiki.database.access.sight import inside, visible
from wiki.database.content import leads
from wiki.database.content.entries import (
    SUMMARY,
    catalogue,
    dialogue_questions,
    links,
    slices,
    summary,
)
from wiki.database.content.entries import participants as named
from wiki.database.content.entries import tags as carried
from wiki.database.history.history import places, revisions
from wiki.database.members.members import members
from wiki.domain.access.sight import Sight
from wiki.domain.content.names import To
from wiki.domain.content.pages import Kind, Summary
from wiki.domain.content.paths import SIDEBARS, fold
from wiki.domain.members.members import Status
from wiki.domain.pages.catalogue import Person, Tag, Wanted
from wiki.domain.pages.listings import KINDS, Asked, List

_AT = SUMMARY.where(catalogue.c.path == bindparam("at"))


def get(connection: Connection, path: str) -> Summary | None:
    """The page at exactly this path, or None."""
    row = connection.execute(_AT, {"at": path}).first()
    return summary(row) if row else None


def find(connection: Connection, paths: Collection[str]) -> dict[str, Summary]:
    """The pages at these paths; those that hold none are left out."""
    summaries: dict[str, Summary] = {}
    for some in slices(paths):
        rows = connection.execute(SUMMARY.where(catalogue.c.path.in_(some)))
        summaries.update((row.path, summary(row)) for row in rows)
    return summaries


def by_nobody(connection: Connection, paths: Collection[str] = ()) -> dict[str, str]:
    """The blob of each page that was last changed by somebody whose account was erased.

    Of these pages only, where some are given.
    """
    blobs: dict[str, str] = {}
    candidates = (
        select(catalogue.c.path, catalogue.c.blob)
        .join_from(members, revisions, revisions.c.author == members.c.uid)
        .join(
            places, and_(places.c.commit == revisions.c.commit, places.c.path == revisions.c.path)
        )
        .join(catalogue, and_(catalogue.c.path == places.c.path, places.c.alive))
        .where(members.c.status == Status.ERASED.value)
    )
    for some in slices(paths) if paths else ([],):
        query = candidates.where(catalogue.c.path.in_(some)) if some else candidates
        blobs.update((row.path, row.blob) for row in connection.execute(query))
    return blobs


def changed_last_in(connection: Connection, commits: Collection[str]) -> dict[str, str]:
    """The blob of each page whose newest revision is one of these commits."""
    here = and_(catalogue.c.path == places.c.path, places.c.alive)
    query = select(catalogue.c.path, catalogue.c.blob).join_from(places, catalogue, here)
    blobs: dict[str, str] = {}
    for some in slices(commits):
        rows = connection.execute(query.where(places.c.commit.in_(some)))
        blobs.update((row.path, row.blob) for row in rows)
    return blobs


def holds(connection: Connection, folder: str, *, sight: Sight) -> bool:
    """Whether a folder holds a page that is in sight."""
    here = (inside(catalogue.c.path, folder), catalogue.c.path != folder)
    query = select(catalogue.c.path).where(*here, visible(catalogue.c.path, sight))
    return connection.execute(query.limit(1)).first() is not None


def by_title(connection: Connection, titles: Collection[str], *, sight: Sight) -> dict[str, str]:
    """For each title (as `domain.paths.fold` folds it) that a page has: the first such path."""
    paths: dict[str, str] = {}
    for some in slices({fold(title) for title in titles}):
        rows = connection.execute(
            select(catalogue.c.title_fold, catalogue.c.path)
            .where(catalogue.c.title_fold.in_(some), catalogue.c.redirect == "")
            .where(visible(catalogue.c.path, sight))
            .order_by(catalogue.c.path)
        )
        for folded, path in rows:
            paths.setdefault(folded, path)
    return paths


def resolve_links(
    connection: Connection, targets: Collection[str], source: str = "", *, sight: Sight
) -> dict[str, str | None]:
    """For each target of a link on a page: the path of the page that it leads to, or None.

    `domain.content.names` says how it is looked for. A redirect that leads out of sight is none.
    """
    found = leads.of_page(connection, source, targets, sight=sight)
    return {
        target: lead.path if lead and lead.to is To.PAGE else None for target, lead in found.items()
    }


def questions(
    connection: Connection, status: str = "", limit: int = 50, offset: int = 0, *, sight: Sight
) -> list[Summary]:
    """Questions (of one status), the last changed first, with their number of dialogues."""
    query = (
        listed(Kind.QUESTION, status, sight)
        .join(places, and_(places.c.path == catalogue.c.path, places.c.alive))
        .order_by(places.c.date.desc(), catalogue.c.path)
    )
    return with_dialogues(connection, summaries(connection, query, limit, offset), sight=sight)


def dialogues(
    connection: Connection, status: str = "", limit: int = 50, offset: int = 0, *, sight: Sight
) -> list[Summary]:
    """Dialogues (of one status), the newest by date first, those without a date last."""
    query = listed(Kind.DIALOGUE, status, sight).order_by(*_NEWEST)
    return summaries(connection, query, limit, offset)


def agenda(
    connection: Connection,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 200,
    offset: int = 0,
    *,
    statuses: Collection[str] = (),
    sight: Sight,
) -> list[Summary]:
    """Dialogues (of some statuses) that begin in a time, in order of date.

    Without `since` those before `until`, the latest first.
    """
    starts = catalogue.c.starts
    query = listed(Kind.DIALOGUE, "", sight).where(starts.is_not(None))
    if statuses:
        query = query.where(catalogue.c.status.in_(statuses))
    if since is not None:
        query = query.where(starts >= int(since.timestamp()))
    if until is not None:
        query = query.where(starts < int(until.timestamp()))
    order = _NEWEST if since is None else (starts, catalogue.c.path)
    return summaries(connection, query.order_by(*order), limit, offset)


def count(
    connection: Connection, kind: Kind | None = None, status: str = "", *, sight: Sight
) -> int:
    """Count how many pages there are (of a kind, of a status), redirects left out."""
    query = listed(kind, status, sight).with_only_columns(func.count())
    return connection.scalar(query) or 0


def addresses(
    connection: Connection, start: int, limit: int, *, sight: Sight
) -> list[tuple[str, datetime]]:
    """The paths of pages in sight and when each changed last, by path; redirects are left out."""
    query = SUMMARY.where(catalogue.c.redirect == "", visible(catalogue.c.path, sight))
    query = query.where(is_listed(catalogue.c.path))
    rows = connection.execute(query.order_by(catalogue.c.path).limit(limit).offset(start))
    return [(row.path, row.written) for row in rows]


def count_under(connection: Connection, folder: str, *, sight: Sight) -> int:
    """Count how many pages in sight lie under a folder; redirects are left out."""
    query = listed(None, "", sight).with_only_columns(func.count())
    return connection.scalar(query.where(inside(catalogue.c.path, folder))) or 0


def dialogues_of(
    connection: Connection, question: str, limit: int = 500, offset: int = 0, *, sight: Sight
) -> list[Summary]:
    """Dialogues about a question, in order of date, those without one last.

    A dialogue that names the question by an earlier path still counts, as long as that redirects.
    """
    here = [question, *connection.scalars(_stubs(question))]
    about = select(dialogue_questions.c.path).where(dialogue_questions.c.dest.in_(here))
    by_date = (catalogue.c.starts.asc().nulls_last(), catalogue.c.path)
    query = _among(about, sight).order_by(*by_date)
    return summaries(connection, query, limit, offset)


def with_dialogues(
    connection: Connection, found: Sequence[Summary], *, sight: Sight
) -> list[Summary]:
    """The same pages, questions with their number of dialogues."""
    asked = [one.path for one in found if one.meta.kind is Kind.QUESTION]
    counts = dialogue_counts(connection, asked, sight=sight) if asked else {}
    return [replace(one, dialogues=counts.get(one.path, 0)) for one in found]


def dialogue_counts(
    connection: Connection, paths: Collection[str], *, sight: Sight
) -> dict[str, int]:
    """For each question: about how many dialogues one may see it was spoken."""
    owners = _owners(connection, paths)
    stubs = owners.keys() - set(paths)
    several = stubs | {owners[stub] for stub in stubs}
    dest, dialogue = dialogue_questions.c.dest, dialogue_questions.c.path
    counts = dict.fromkeys(paths, 0)
    for some in slices(owners.keys() - several):
        query = select(dest, func.count(dialogue.distinct())).where(dest.in_(some))
        query = query.where(visible(dialogue, sight)).group_by(dest)
        counts.update((row[0], row[1]) for row in connection.execute(query))
    # One dialogue may name a page by both of its paths.
    spoken: dict[str, set[str]] = {owners[stub]: set() for stub in stubs}
    for some in slices(several):
        query = select(dest, dialogue).where(dest.in_(some), visible(dialogue, sight))
        for at, one in connection.execute(query):
            spoken[owners[at]].add(one)
    return counts | {path: len(found) for path, found in spoken.items()}


def backlinks(connection: Connection, path: str, *, sight: Sight) -> list[Summary]:
    """Pages with a link that leads to this one (by way of a redirect too), by title."""
    here = [path, *connection.scalars(_stubs(path))]
    query = select(links.c.source).where(links.c.dest.in_(here), visible(links.c.source, sight))
    query = query.where(is_listed(links.c.source))
    sources = set(connection.scalars(query)) - {path}
    return sorted(
        find(connection, sources).values(), key=lambda page: (fold(page.title), page.path)
    )


def users_of(connection: Connection, file: str, *, sight: Sight) -> list[Summary]:
    """Pages that show a file or lead to it, by title."""
    leads = or_(links.c.dest == file, links.c.target == file)
    query = select(links.c.source).where(leads, links.c.asks == "file")
    sources = connection.scalars(query.where(visible(links.c.source, sight)))
    return sorted(
        find(connection, set(sources)).values(), key=lambda page: (fold(page.title), page.path)
    )


def wanted(
    connection: Connection, limit: int = 200, offset: int = 0, *, sight: Sight
) -> list[Wanted]:
    """List what pages link to though no page is there, what most pages want first.

    What is out of sight is not there.
    """
    nothing = or_(links.c.dest == "", ~visible(links.c.dest, sight))
    query = (
        select(func.min(links.c.target), func.count(links.c.source.distinct()).label("pages"))
        .where(nothing, links.c.asks == "page", visible(links.c.source, sight))
        .group_by(links.c.key)
        .order_by(func.count(links.c.source.distinct()).desc(), func.min(links.c.target))
    )
    rows = connection.execute(query.limit(limit).offset(offset))
    return [Wanted(target, pages) for target, pages in rows]


def orphans(
    connection: Connection, limit: int = 200, offset: int = 0, *, sight: Sight
) -> list[str]:
    """The paths of pages that no other page in sight links to and no dialogue is about."""
    # Gathered once: asked page by page, a database looks through all dialogues for each where its
    # statistics say that most are about one question.
    linked = select(links.c.dest).where(links.c.dest != links.c.source)
    linked = linked.where(visible(links.c.source, sight))
    about = select(dialogue_questions.c.dest).where(visible(dialogue_questions.c.path, sight))
    query = listed(None, "", sight).order_by(catalogue.c.path)
    query = query.where(catalogue.c.path.not_in(linked))
    query = query.where(catalogue.c.path.not_in(about))
    return list(connection.scalars(query.limit(limit).offset(offset)))


def tags(connection: Connection, *, sight: Sight) -> list[Tag]:
    """Every tag with its number of pages, by name."""
    query = (
        select(func.min(carried.c.name), func.count())
        .where(visible(carried.c.path, sight))
        .group_by(carried.c.key)
        .order_by(carried.c.key)
    )
    return [Tag(name, pages) for name, pages in connection.execute(query)]


def tagged(
    connection: Connection, tag: str, limit: int = 500, offset: int = 0, *, sight: Sight
) -> list[Summary]:
    """Pages that carry a tag (however it is capitalised), by title."""
    here = select(carried.c.path).where(carried.c.key == fold(tag))
    query = _among(here, sight).order_by(catalogue.c.title_fold, catalogue.c.path)
    return with_dialogues(connection, summaries(connection, query, limit, offset), sight=sight)


def asked_for(
    connection: Connection, asked_list: Asked, about: str = "", *, sight: Sight
) -> list[Summary]:
    """The pages of a list that a text asks for; `about` is the question that dialogues are about.

    Dialogues the newest first, pages by title, others the last changed first.
    """
    query = listed(KINDS.get(asked_list.list), asked_list.status, sight)
    path = catalogue.c.path
    if asked_list.tag:
        query = query.where(
            path.in_(select(carried.c.path).where(carried.c.key == fold(asked_list.tag)))
        )
    if asked_list.folder:
        query = query.where(inside(path, asked_list.folder))
    if about:
        here = [about, *connection.scalars(_stubs(about))]
        among = select(dialogue_questions.c.path).where(dialogue_questions.c.dest.in_(here))
        query = query.where(path.in_(among))
    if asked_list.list is List.DIALOGUES:
        query = query.order_by(*_NEWEST)
    elif asked_list.list is List.PAGES:
        query = query.order_by(catalogue.c.title_fold, path)
    else:
        there = and_(places.c.path == path, places.c.alive)
        query = query.join(places, there).order_by(places.c.date.desc(), path)
    return summaries(connection, query, asked_list.limit, 0)


def people(
    connection: Connection, limit: int = 1000, offset: int = 0, *, sight: Sight
) -> list[Person]:
    """Everybody named in dialogues, by name."""
    query = _people(sight).order_by(func.min(named.c.name), named.c.slug)
    rows = connection.execute(query.limit(limit).offset(offset))
    return [Person(*row) for row in rows]


def person(connection: Connection, slug: str, *, sight: Sight) -> Person | None:
    """The person of that slug, or None if no dialogue that one may see names them."""
    row = connection.execute(_people(sight).where(named.c.slug == slug)).first()
    return Person(*row) if row else None


def dialogues_with(
    connection: Connection, slug: str, limit: int = 200, offset: int = 0, *, sight: Sight
) -> list[Summary]:
    """Dialogues that name a person, the newest first."""
    return _naming(connection, named.c.slug == slug, limit, offset, sight)


def dialogues_of_member(
    connection: Connection, username: str, limit: int = 200, offset: int = 0, *, sight: Sight
) -> list[Summary]:
    """Dialogues that name a member by their username as a participant, the newest first."""
    return _naming(connection, _names(username), limit, offset, sight)


def slug_of(connection: Connection, username: str, *, sight: Sight) -> str:
    """The slug of the name that dialogues call a member by, the most used one; empty if none."""
    query = (
        select(named.c.slug)
        .where(_names(username), visible(named.c.path, sight))
        .group_by(named.c.slug)
        .order_by(func.count().desc(), named.c.slug)
        .limit(1)
    )
    return connection.scalar(query) or ""


def accounts(connection: Connection, slugs: Collection[str] | None) -> list[tuple[str, str]]:
    """The slug and username of people (of all if None) whose account dialogues name, folded."""
    asked = select(named.c.slug, func.lower(named.c.member)).where(named.c.member != "").distinct()
    pairs: list[tuple[str, str]] = []
    for some in [[]] if slugs is None else slices(slugs):
        query = asked.where(named.c.slug.in_(some)) if some else asked
        pairs += [(row[0], row[1]) for row in connection.execute(query)]
    return pairs


def _names(username: str) -> ColumnElement[bool]:
    return func.lower(named.c.member) == username.lower()


def twin(connection: Connection, path: str) -> str | None:
    """A page whose path differs from this one only by case or Unicode form, or None."""
    query = select(catalogue.c.path).where(catalogue.c.fold == fold(path), catalogue.c.path != path)
    return connection.scalar(query.order_by(catalogue.c.path).limit(1))


_NEWEST = (catalogue.c.starts.desc().nulls_last(), catalogue.c.path.desc())


def summaries(connection: Connection, query: Select[Any], limit: int, offset: int) -> list[Summary]:
    """The pages whose paths a query gives, in its order: so many of them, from the offset on."""
    paths = list(connection.scalars(query.limit(limit).offset(offset)))
    known = find(connection, paths)
    return [known[path] for path in paths if path in known]


def is_listed(path: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a page stands in lists: one that is shown beside others does not."""
    in_folder = [path.not_like(f"%/\\{name}", escape="\\") for name in SIDEBARS]
    return and_(path.not_in(SIDEBARS), *in_folder)


def listed(kind: Kind | None, status: str, sight: Sight) -> Select[Any]:
    """The paths of the pages that stand in lists: of a kind, of a status."""
    query = select(catalogue.c.path).where(
        catalogue.c.redirect == "", visible(catalogue.c.path, sight), is_listed(catalogue.c.path)
    )
    if kind is not None:
        query = query.where(catalogue.c.kind == kind.value)
    return query.where(catalogue.c.status == status) if status else query


def _among(paths: Select[tuple[str]], sight: Sight) -> Select[Any]:
    """The pages that are listed and have one of these paths."""
    return listed(None, "", sight).where(catalogue.c.path.in_(paths))


def _naming(
    connection: Connection, who: ColumnElement[bool], limit: int, offset: int, sight: Sight
) -> list[Summary]:
    """Dialogues with such a participant, the newest first."""
    query = _among(select(named.c.path).where(who), sight).order_by(*_NEWEST)
    return summaries(connection, query, limit, offset)


def _people(sight: Sight) -> Select[Any]:
    return (
        select(
            named.c.slug,
            func.min(named.c.name),
            func.max(named.c.role),
            func.max(named.c.member),
            func.count(named.c.path.distinct()),
        )
        .where(visible(named.c.path, sight))
        .group_by(named.c.slug)
    )


def _stubs(path: str) -> Select[tuple[str]]:
    return select(catalogue.c.path).where(catalogue.c.redirect_fold == fold(path))


def _owners(connection: Connection, paths: Collection[str]) -> dict[str, str]:
    """Each of these pages, and each page that sends its readers on to one, with that page."""
    owners = {path: path for path in paths}
    by_fold = {fold(path): path for path in paths}
    for some in slices(by_fold):
        # Most pages send nobody on, so a database thinks that looking for these finds most rows.
        query = select(catalogue.c.redirect_fold, catalogue.c.path).where(
            catalogue.c.redirect_fold > "", catalogue.c.redirect_fold.in_(some)
        )
        for redirect, stub in connection.execute(query):
            owners.setdefault(stub, by_fold[redirect])
    return owners
