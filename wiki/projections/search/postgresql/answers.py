"""Answering a query on PostgreSQL: what is found, how much of each kind, and the best of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wiki.analysis.tokens import fold
from wiki.database.engine.connection import Connection
from wiki.database.search import finding, indexed, ranking
from wiki.database.search.conditions import Has, Keys, Where
from wiki.database.search.indexed import State
from wiki.database.search.ranking import Curve, Ranking
from wiki.domain.search.query import Filters, Notice, Query, Sort
from wiki.domain.search.search import Facets, Found, Hit, Results, Scope, Site
from wiki.projections.search.answering import filters, matching
from wiki.projections.search.answering.answers import MOST_VALUES
from wiki.projections.search.answering.bounds import bounded
from wiki.projections.search.answering.compounding import compounded
from wiki.projections.search.answering.groups import FEW, loose, needed, rarest
from wiki.projections.search.answering.hits import hit_of
from wiki.projections.search.answering.plan import Plan, plan
from wiki.projections.search.answering.snippets import Marker
from wiki.projections.search.postgresql.asking import Asking, about, passage
from wiki.projections.search.postgresql.lexicon import Counts, Lexicon
from wiki.projections.search.postgresql.rows import BODY_AT, clean

MOST_RANKED = 1_500
"""Documents that one query scores, 30 microseconds each: of more those that are about it."""

_FACETS = ("tag", "person", "question", "status", "year")


@dataclass(frozen=True)
class View:
    """One generation of an index, as one transaction sees it."""

    connection: Connection
    state: State
    counts: Counts

    @property
    def lexicon(self) -> Lexicon:
        """Its words."""
        return Lexicon(self.connection, self.state, self.counts)


@dataclass(frozen=True)
class _Found:
    """What answers a plan: its condition, and whether that has only some of the words."""

    where: Where
    is_partial: bool
    counted: finding.Counted


def answer(view: View, query: Query, scope: Scope, site: Site, offset: int, limit: int) -> Results:
    """Answer a query within the scope."""
    lexicon = view.lexicon
    affordable, left_out = bounded(compounded(plan(query, site), lexicon), lexicon)
    common = (Notice("search_only_common"),) if affordable.only_stop_words else ()
    notices = (*query.notices, *common, *left_out)
    if query.is_empty or affordable.only_stop_words:
        return Results(notices=notices)
    asking = Asking(view.connection, view.state, lexicon)
    result = _find(view, asking, affordable, query, scope, site)
    kinds = dict(result.counted.get("kind", ()))
    chosen = filters.kinds(query)
    total = sum(number for kind, number in kinds.items() if not chosen or Found(kind) in chosen)
    where = result.where.copy()
    if chosen:
        where.kinds(chosen)
    best = _best(
        view, asking, affordable, query.sort, where, result.is_partial, total, offset, limit
    )
    return Results(
        total=total,
        hits=tuple(_hits(view, best, affordable, scope)),
        kinds={kind: kinds[kind] for kind in Found if kind in kinds},
        facets=_facets(result.counted, scope),
        partial=result.is_partial,
        notices=notices,
    )


def marks(view: View, query: Query, scope: Scope, site: Site) -> frozenset[int]:
    """The marks of what has all that is asked for."""
    lexicon = view.lexicon
    affordable, _ = bounded(compounded(plan(query, site), lexicon), lexicon)
    if query.is_empty or affordable.only_stop_words:
        return frozenset()
    asking = Asking(view.connection, view.state, lexicon)
    where = _limits(query, scope, site)
    where.groups([asking.group(group) for group in affordable.wanted], _refused(asking, affordable))
    chosen = filters.kinds(query)
    if chosen:
        where.kinds(chosen)
    return finding.marks(view.connection, view.state, where)


def limits(scope: Scope) -> Where:
    """What may be found at all."""
    where = Where()
    rules = tuple((clean(prefix), may) for prefix, may in scope.rules)
    where.visible(Scope(scope.everywhere, rules))
    return where


def _limits(query: Query, scope: Scope, site: Site) -> Where:
    where = limits(scope)
    where.keys(_keys(query.filters, site))
    return where


def _keys(wanted: Filters, site: Site) -> Keys:
    return Keys(
        tags=_folded(wanted.tags),
        names=_folded(wanted.people),
        questions=_folded(wanted.questions),
        statuses=_folded(wanted.statuses),
        since=filters.seconds(wanted.after, site.zone) if wanted.after else None,
        until=filters.seconds(wanted.before, site.zone) if wanted.before else None,
    )


def _folded(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fold(clean(value)) for value in values)


def _refused(asking: Asking, plan: Plan) -> list[tuple[Has, ...]]:
    return [asking.group(group) for group in plan.refused]


def _find(view: View, asking: Asking, plan: Plan, query: Query, scope: Scope, site: Site) -> _Found:
    """What has every group that is wanted; where that is too little, what has some of them too."""
    limits, chosen, zone = _limits(query, scope, site), filters.kinds(query), str(site.zone)
    where = limits.copy()
    where.groups([asking.group(group) for group in plan.wanted], _refused(asking, plan))
    counted = finding.count(view.connection, view.state, where, chosen, zone)
    total = sum(number for _, number in counted.get("kind", ()))
    groups = [loose(group) for group in plan.wanted]
    if total >= FEW or (len(groups) < 2 and groups == list(plan.wanted)):
        return _Found(where, False, counted)
    wanted = [asking.group(group) for group in groups]
    least = needed(ranking.counts(view.connection, view.state, limits, wanted), len(groups))
    limits.at_least(view.state.documents, wanted, least)
    limits.groups((), _refused(asking, plan))
    more = finding.count(view.connection, view.state, limits, chosen, zone)
    if sum(number for _, number in more.get("kind", ())) <= total:
        return _Found(where, False, counted)
    return _Found(limits, True, more)


def _best(
    view: View,
    asking: Asking,
    plan: Plan,
    sort: Sort,
    where: Where,
    is_partial: bool,
    total: int,
    offset: int,
    limit: int,
) -> list[int]:
    if not limit or offset >= total:
        return []
    if sort is Sort.DATE or not plan.wanted:
        return ranking.newest(view.connection, view.state, where, offset, limit)
    groups = rarest(plan, asking.lexicon, min(total, MOST_RANKED))
    rank = Ranking(
        groups=tuple(asking.scored(group, is_sure=not is_partial) for group in groups),
        curve=_curve(asking.lexicon),
        most=MOST_RANKED,
        passage=passage(plan.passage) if plan.passage else "",
        about=about(groups),
    )
    return ranking.best(view.connection, view.state, where, rank, total, offset, limit)


def _curve(lexicon: Lexicon) -> Curve:
    return Curve(
        k1=matching.K1,
        short=matching.SHORT,
        long=matching.K1 * matching.B / lexicon.average,
        exact=matching.EXACT,
        otherwise=matching.OTHERWISE,
        recent=matching.RECENT,
        year=matching.YEAR,
        kinds={kind.value: weight for kind, weight in matching.KIND_WEIGHTS.items()},
    )


def _facets(counted: finding.Counted, scope: Scope) -> Facets:
    facets = {}
    for name in _FACETS:
        values = counted.get(name, ())
        if name == "question":
            values = [one for one in values if scope.holds(one[0])]
        if name == "year":
            values = sorted(values, key=lambda one: int(one[0]), reverse=True)
        facets[name] = tuple(values[:MOST_VALUES] if name != "year" else values)
    return facets


@dataclass(frozen=True)
class _Places:
    """Where words stand in the hits, as snippets ask for it."""

    found: Mapping[str, Mapping[int, list[int]]]

    def positions(self, term: str, documents: object) -> Mapping[int, list[int]]:
        """Where the stem stands in the text of each hit that has it."""
        del documents
        of = self.found.get(clean(term), {})
        return {id: [p - BODY_AT for p in places if p >= BODY_AT] for id, places in of.items()}


def _hits(view: View, best: list[int], plan: Plan, scope: Scope) -> Iterator[Hit]:
    """The hits in their order."""
    if not best:
        return
    stored = indexed.read(view.connection, view.state, best)
    stems = [clean(stem) for stem in Marker.stems_of(plan)]
    places = _Places(finding.places(view.connection, view.state, best, stems) if stems else {})
    marker = Marker(places, plan, best)
    for id in best:
        if id in stored:
            yield hit_of(id, stored[id], marker, scope)
