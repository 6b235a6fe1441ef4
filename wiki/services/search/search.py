"""Searching on behalf of somebody: what is found is what they may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from wiki.database.pages import catalogue
from wiki.database.search import search as titles
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.pages import Summary
from wiki.domain.content.paths import folder_of
from wiki.domain.search.query import (
    KINDS,
    Filters,
    Notice,
    Query,
    Sort,
    Where,
    day,
    day_after,
    parse,
)
from wiki.domain.search.search import (
    Completion,
    Found,
    Hit,
    NotReady,
    Piece,
    Results,
    scope_of,
)
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.history import deleted_text

PAGE = 20
LAST_PAGE = 500


@dataclass(frozen=True, slots=True)
class SearchForm:
    """A search as the form sends it: every field as typed."""

    q: str = ""
    kind: str = ""
    tag: str = ""
    person: str = ""
    question: str = ""
    status: str = ""
    after: str = ""
    until: str = ""
    where: str = ""
    sort: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Linked:
    """A hit with what is known of its page today.

    `at` is the revision that was indexed if the page has moved on since, else empty; `questions`
    are those that it is about; `beside` is the page that a file belongs to, if there is one.
    """

    hit: Hit
    at: str = ""
    questions: tuple[Summary, ...] = ()
    beside: Summary | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A page of what a search found; `titles` of the questions that the facets name.

    `deleted_text` is what was found of what once stood on pages, if that was searched.
    """

    asked: SearchForm
    query: Query
    results: Results
    hits: tuple[Linked, ...] = ()
    number: int = 1
    has_more: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)
    ready: bool = True
    deleted_text: tuple[deleted_text.Hit, ...] | None = None

    @property
    def first(self) -> int:
        """Return the number of the first hit on this page."""
        return (self.number - 1) * PAGE + 1


def search(wiki: Wiki, actor: Actor, form: SearchForm) -> Search:
    """Search for the actor. An index that is not ready gives pages by title, with a notice.

    Raises LoginRequired or Forbidden if the actor may not read this wiki at all.
    """
    wiki.rights.require(actor, Right.READ)
    query = read(form)
    number = min(max(1, form.page), LAST_PAGE)
    offset = (number - 1) * PAGE
    if query.where is Where.HISTORY:
        return _in_history(wiki, actor, form, query, number)
    try:
        results = wiki.search.search(query, scope_of(wiki.rights, actor), offset, PAGE)
    except NotReady:
        return _by_title(wiki, actor, form, query, number)
    hits, named = _linked(wiki, actor, results)
    has_more = results.total > offset + PAGE and number < LAST_PAGE
    return Search(form, query, results, hits, number, has_more, named)


def _in_history(wiki: Wiki, actor: Actor, form: SearchForm, query: Query, number: int) -> Search:
    offset = (number - 1) * PAGE
    try:
        results, gone = deleted_text.search(wiki, actor, query, PAGE, offset)
    except NotReady:
        results = Results(notices=(*query.notices, Notice("search_lost_not_ready")))
        return Search(form, query, results, number=number, ready=False, deleted_text=())
    _, named = _linked(wiki, actor, replace(results, hits=()))
    has_more = results.total > offset + PAGE and number < LAST_PAGE
    return Search(form, query, results, (), number, has_more, named, deleted_text=gone)


def suggest(wiki: Wiki, actor: Actor, text: str, limit: int = 8) -> list[Completion]:
    """Pages, people and tags to go to, of those that the actor may see, while they type."""
    if not wiki.rights.may(actor, Right.READ):
        return []
    try:
        return wiki.search.complete(text, scope_of(wiki.rights, actor), limit)
    except NotReady:
        words = text[:100].split()
        with wiki.database.read() as connection:
            found = titles.titled(connection, words, limit, sight=sight.of(wiki, actor))
        return [Completion(page.meta.kind.value, page.title, page.path) for page in found]


def read(form: SearchForm) -> Query:
    """The query of a form: what the line of text says, narrowed by the fields."""
    query = parse(form.q)
    if any(notice.code == "search_long" for notice in query.notices):
        return query
    notices = list(query.notices)
    kind = KINDS.get(form.kind, "")
    if form.kind and not kind:
        notices.append(Notice("search_kind", form.kind))
    after, before = day(form.after), day_after(form.until)
    notices += [
        Notice("search_date", written)
        for written, found in ((form.after, after), (form.until, before))
        if written and not found
    ]
    mine = query.filters
    filters = Filters(
        kinds=(kind,) if kind else mine.kinds,
        tags=_with(mine.tags, form.tag),
        people=_with(mine.people, form.person),
        questions=_with(mine.questions, form.question),
        statuses=_with(mine.statuses, form.status),
        after=after or mine.after,
        before=before or mine.before,
    )
    places = {place.value: place for place in Where}
    sorts = {sort.value: sort for sort in Sort}
    return replace(
        query,
        filters=filters,
        where=places.get(form.where, query.where),
        sort=sorts.get(form.sort, Sort.RELEVANCE),
        notices=tuple(notices),
    )


def _with(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    value = value.strip()[:200]
    return (value,) if value else values


def _linked(
    wiki: Wiki, actor: Actor, results: Results
) -> tuple[tuple[Linked, ...], Mapping[str, str]]:
    """The hits with their pages; a hit whose page is gone since the index was written is left out.

    Rights are in the search itself; they are asked once more, so that a change of rules counts at
    once.
    """
    targets = {question for hit in results.hits for question in hit.questions}
    targets |= {value for value, _ in results.facets.get("question", ())}
    seen = sight.of(wiki, actor)
    with wiki.database.read() as connection:
        resolved = catalogue.resolve_links(connection, sorted(targets), sight=seen)
        paths = {_page_path(hit) for hit in results.hits} | {
            path for path in resolved.values() if path
        }
        pages = catalogue.find(connection, sorted(paths))
    pages = {path: page for path, page in pages.items() if _may_read(wiki, actor, path)}
    about = {
        target: pages[path]
        for target, path in resolved.items()
        if path is not None and path in pages
    }
    open_hits = (hit for hit in results.hits if _may_open(wiki, actor, hit))
    hits = (_link(hit, pages, about) for hit in open_hits)
    named = {target: page.title for target, page in about.items()}
    return tuple(hit for hit in hits if hit), named


def _link(hit: Hit, pages: Mapping[str, Summary], about: Mapping[str, Summary]) -> Linked | None:
    page = pages.get(_page_path(hit))
    if hit.kind is Found.FILE:
        return Linked(hit, beside=page)
    if page is None:
        return Linked(hit) if hit.kind is Found.PERSON else None
    moved_on = hit.kind is Found.TURN and hit.revision and page.revision != hit.revision
    questions = (about[target] for target in hit.questions if target in about)
    others = tuple(question for question in questions if question.path != hit.path)
    return Linked(hit, hit.revision if moved_on else "", others)


def _page_path(hit: Hit) -> str:
    """The path of the page that a hit is, is on or is beside."""
    return folder_of(hit.path) if hit.kind is Found.FILE else hit.path


def _may_open(wiki: Wiki, actor: Actor, hit: Hit) -> bool:
    """Whether a file is there, and the actor may still read it; pages are asked by their path."""
    if hit.kind is not Found.FILE:
        return True
    return _may_read(wiki, actor, hit.path) and wiki.store.entry(hit.path) is not None


def _may_read(wiki: Wiki, actor: Actor, path: str) -> bool:
    return wiki.rights.may(actor, Right.READ, path)


def _by_title(wiki: Wiki, actor: Actor, form: SearchForm, query: Query, number: int) -> Search:
    words = [term.text for clause in query.clauses if clause.wanted for term in clause.any_of]
    with wiki.database.read() as connection:
        summaries = titles.titled(
            connection, words, PAGE + 1, (number - 1) * PAGE, sight=sight.of(wiki, actor)
        )
    hits = _as_hits(summaries[:PAGE] if words else ())
    results = Results(
        total=(number - 1) * PAGE + len(hits),
        hits=hits,
        notices=(*query.notices, Notice("search_not_ready")),
    )
    more = bool(words) and len(summaries) > PAGE
    linked = tuple(Linked(hit) for hit in hits)
    return Search(form, query, results, linked, number, more, ready=False)


def _as_hits(pages: Sequence[Summary]) -> tuple[Hit, ...]:
    return tuple(
        Hit(
            kind=Found(page.meta.kind.value),
            path=page.path,
            title=(Piece(page.title),),
            revision=page.revision,
            when=page.updated,
            status=page.meta.status,
            tags=page.meta.tags,
        )
        for page in pages
    )
