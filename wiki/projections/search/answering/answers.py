"""Answering a query on a view: what is found, how much of each kind, and the best of it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from itertools import chain

from wiki.domain.search.query import Notice, Query, Sort
from wiki.domain.search.search import Facets, Found, Hit, Results, Scope, Site
from wiki.projections.search.answering import filters
from wiki.projections.search.answering.bounds import bounded
from wiki.projections.search.answering.compounding import compounded
from wiki.projections.search.answering.groups import FEW, loose, needed, rarest
from wiki.projections.search.answering.hits import hit_of
from wiki.projections.search.answering.matching import Matcher, freshness, kind_weights
from wiki.projections.search.answering.plan import Group, Plan, plan
from wiki.projections.search.answering.snippets import Marker
from wiki.projections.search.storage.fields import NEVER
from wiki.projections.search.storage.segments import split
from wiki.projections.search.storage.view import View

MOST_VALUES = 100
_COLUMNS = {"tag": "tags", "person": "people", "question": "questions", "status": "status"}


@dataclass
class Answer:
    """The documents of one segment that answer, and whether they have only some of the words."""

    matcher: Matcher
    allowed: AbstractSet[int] | None
    documents: set[int]


def answer(view: View, query: Query, scope: Scope, site: Site, offset: int, limit: int) -> Results:
    """Answer a query within the scope."""
    wanted, left_out = bounded(compounded(plan(query, site), view), view)
    notices = (*query.notices, *_notices(wanted), *left_out)
    if query.is_empty or wanted.only_stop_words:
        return Results(notices=notices)
    answers = [_begin(view, number, query, scope, site) for number in range(len(view.parts))]
    for part in answers:
        part.documents = _all(part, wanted)
    total = sum(len(part.documents) for part in answers)
    partial_ = total < FEW and _loosen(answers, wanted)
    kinds = _count_kinds(answers)
    chosen = filters.kinds(query)
    if chosen:
        for part in answers:
            part.documents &= filters.of_kinds(part.matcher.segment, chosen)
    total = sum(len(part.documents) for part in answers)
    best = _best(view, answers, wanted, query.sort, offset + limit)[offset:]
    return Results(
        total=total,
        hits=tuple(_hits(answers, best, wanted, scope)),
        kinds=kinds,
        facets=_facets(answers, scope, site.zone),
        partial=partial_,
        notices=notices,
    )


def marks(view: View, query: Query, scope: Scope, site: Site) -> frozenset[int]:
    """The marks of what has all that is asked for."""
    affordable, _ = bounded(compounded(plan(query, site), view), view)
    if query.is_empty or affordable.only_stop_words:
        return frozenset()
    chosen = filters.kinds(query)
    marked: set[int] = set()
    for number in range(len(view.parts)):
        begun = _begin(view, number, query, scope, site)
        segment = begun.matcher.segment
        documents = _all(begun, affordable)
        if chosen:
            documents &= filters.of_kinds(segment, chosen)
        marked.update(map(segment.marks.__getitem__, documents))
    return frozenset(marked)


def _notices(plan: Plan) -> Iterable[Notice]:
    if plan.only_stop_words:
        yield Notice("search_only_common")


def _begin(view: View, number: int, query: Query, scope: Scope, site: Site) -> Answer:
    part = view.parts[number]
    allowed: AbstractSet[int] | None = filters.wanted(part.segment, query.filters, site.zone)
    seen = filters.visible(part.segment, scope)
    if seen is not None:
        allowed = seen if allowed is None else allowed & seen
    return Answer(Matcher(view, part), allowed, set())


def _all(answer: Answer, plan: Plan) -> set[int]:
    """Documents with every group that is wanted and none that is refused."""
    sets: list[AbstractSet[int]] = [answer.matcher.group(group) for group in plan.wanted]
    if answer.allowed is not None:
        sets.append(answer.allowed)
    sets.sort(key=len)
    documents = set(sets[0]) if sets else answer.matcher.part.all()
    for more in sets[1:]:
        documents &= more
    return _without(answer, documents, plan)


def _without(answer: Answer, documents: set[int], plan: Plan) -> set[int]:
    for group in plan.refused:
        documents -= answer.matcher.group(group)
    return answer.matcher.part.live(documents)


def _loosen(answers: list[Answer], plan: Plan) -> bool:
    """Take documents with at least half of the groups too; says whether that found more."""
    groups = [loose(group) for group in plan.wanted]
    if len(groups) < 2 and groups == list(plan.wanted):
        return False
    counted = [_counts(answer, groups) for answer in answers]
    having = Counter(chain.from_iterable(counts.values() for counts in counted))
    least = needed(having, len(groups))
    more = False
    for answer, counts in zip(answers, counted, strict=True):
        some = {document for document, count in counts.items() if count >= least}
        if answer.allowed is not None:
            some &= answer.allowed
        some = _without(answer, some, plan)
        more = more or not some <= answer.documents
        answer.documents |= some
    return more


def _counts(answer: Answer, groups: list[Group]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for group in groups:
        counts.update(answer.matcher.group(group))
    return counts


def _best(
    view: View, answers: list[Answer], plan: Plan, sort: Sort, most: int
) -> list[tuple[int, int]]:
    """The best documents, as (number of the segment, document)."""
    ranked: list[tuple[float, int, int, int]] = []
    newest = max((part.matcher.segment.newest for part in answers), default=NEVER)
    groups = rarest(plan, view, sum(len(part.documents) for part in answers))
    for number, part in enumerate(answers):
        when = part.matcher.segment.when
        if sort is Sort.DATE or not plan.wanted:
            ranked += [(0.0, when[d], -number, d) for d in part.documents]
        else:
            scores = _scores(part, groups, newest)
            if plan.passage:
                first = max(scores.values(), default=0.0)
                for d in part.matcher.passage(plan.passage, part.documents):
                    scores[d] += first
            ranked += [(score, when[d], -number, d) for d, score in scores.items()]
    return [(-number, d) for _, _, number, d in heapq.nlargest(most, ranked)]


def _scores(answer: Answer, groups: Sequence[Group], newest: int) -> dict[int, float]:
    """How well each document answers: the sum over the groups, less if groups are missing."""
    segment = answer.matcher.segment
    total: dict[int, float] = dict.fromkeys(answer.documents, 0.0)
    have: Counter[int] = Counter()
    for group in groups:
        best: dict[int, float] = {}
        for leaf in loose(group).leaves:
            for document, score in answer.matcher.scores(leaf, answer.documents).items():
                best[document] = max(score, best.get(document, 0.0))
        have.update(best.keys())
        for document, score in best.items():
            total[document] += score
    weights, when = kind_weights(segment), segment.when
    kinds = segment.column("kind").codes
    many = len(groups)
    return {
        d: score * (have[d] / many) ** 2 * weights[kinds[d]] * freshness(when[d], newest)
        for d, score in total.items()
    }


def _count_kinds(answers: list[Answer]) -> dict[Found, int]:
    counted: Counter[str] = Counter()
    for found in answers:
        column = found.matcher.segment.column("kind")
        codes = Counter(map(column.codes.__getitem__, found.documents))
        for code, number in codes.items():
            counted[column.values[code]] += number
    return {kind: counted[kind] for kind in Found if counted[kind]}


def _facets(answers: list[Answer], scope: Scope, zone: tzinfo) -> Facets:
    facets = {}
    for name, column_name in _COLUMNS.items():
        counted: Counter[str] = Counter()
        for found in answers:
            column = found.matcher.segment.column(column_name)
            codes = Counter(map(column.codes.__getitem__, found.documents))
            for code, number in codes.items():
                for value in split(column.values[code]):
                    if name != "question" or scope.holds(value):
                        counted[value] += number
        facets[name] = tuple(counted.most_common(MOST_VALUES))
    facets["year"] = _years(answers, zone)
    return facets


def _years(answers: list[Answer], zone: tzinfo) -> tuple[tuple[str, int], ...]:
    counted: Counter[int] = Counter()
    for found in answers:
        when = found.matcher.segment.when
        hours = Counter(when[d] // 3_600 for d in found.documents if when[d] != NEVER)
        for hour, number in hours.items():
            counted[datetime.fromtimestamp(hour * 3_600, zone).year] += number
    return tuple((str(year), number) for year, number in sorted(counted.items(), reverse=True))


def _hits(
    answers: list[Answer], best: list[tuple[int, int]], plan: Plan, scope: Scope
) -> list[Hit]:
    """The hits in their order; each segment is read once, from front to back."""
    hits: dict[tuple[int, int], Hit] = {}
    for number, answer in enumerate(answers):
        documents = sorted(d for at, d in best if at == number)
        if documents:
            marker = Marker(answer.matcher.segment, plan, documents)
            make = partial(_hit, answer, marker, scope)
            hits.update({(number, document): make(document) for document in documents})
    return [hits[place] for place in best]


def _hit(answer: Answer, marker: Marker, scope: Scope, document: int) -> Hit:
    segment = answer.matcher.segment
    kinds = segment.column("kind")
    stored = {
        **segment.stored(document),
        "kind": kinds.values[kinds.codes[document]],
        "at": segment.when[document],
        "status": "".join(segment.values("status", document)),
        "tags": segment.values("tags", document),
        "people": segment.values("people", document),
        "questions": segment.values("questions", document),
    }
    return hit_of(document, stored, marker, scope)
