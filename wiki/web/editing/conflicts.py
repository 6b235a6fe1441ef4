"""Where a writer chooses between two versions, and what is shown when a page went away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request
from markupsafe import Markup

from wiki.domain.content.effort import Effort
from wiki.domain.content.text import normalise
from wiki.domain.editing import merge
from wiki.services.editing.saving import Conflicted, Deleted
from wiki.services.history.conflicts import about, who_deleted
from wiki.web.http import differences, forms
from wiki.web.http.context import actor, wiki

MOST_ROWS = 20
MOST_MERGED = 200
"""Places merged already that are shown."""


@dataclass(frozen=True, slots=True)
class PartView:
    """One sentence of a hunk about which both disagree, and what is chosen for it."""

    number: int
    theirs_html: Markup
    mine_html: Markup
    take: str


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict on the screen; `take` is what is chosen, `text` what stands in its own field."""

    number: int
    key: str
    base: str
    theirs_html: Markup
    mine_html: Markup
    take: str
    text: str
    parts: Sequence[PartView] = ()

    @property
    def rows(self) -> int:
        """The lines that its own field needs."""
        return min(MOST_ROWS, self.text.count("\n") + 3)


@dataclass(frozen=True, slots=True)
class MergedView:
    """A place that is merged already."""

    kind: str
    html: Markup


def conflict_page(
    problem: forms.Problem, error: Conflicted, summary: str, suggestion: int = 0
) -> Response:
    """Every place where both changed the same lines, with a choice for each.

    Of a `suggestion` the editor who accepts it chooses.
    """
    hunks, effort = error.merged.hunks, Effort()
    settled = [hunk for hunk in hunks if hunk.kind not in (merge.Kind.SAME, merge.Kind.CONFLICT)]
    facts = about(wiki(), actor(), error.path, error.theirs)
    return forms.page(
        "editing/editing/conflict.html",
        problem,
        path=error.path,
        title=facts.title,
        kind=facts.kind,
        who=facts.who,
        when=facts.when,
        base=error.base,
        theirs=error.theirs,
        mine=error.mine,
        summary=summary,
        suggestion=suggestion,
        converting=request.form.get("convert") == "yes",
        hunks=[_conflict(number, hunks[number], effort) for number in error.merged.conflicts],
        merged=[_merged(hunk, effort) for hunk in settled[:MOST_MERGED]],
        merged_count=len(settled),
        left_out=len(settled[MOST_MERGED:]),
    )


def deleted_page(problem: forms.Problem, error: Deleted, summary: str) -> Response:
    """The writer's text, and a way to put the page back with it."""
    return forms.page(
        "editing/editing/deleted.html",
        problem,
        path=error.path,
        mine=error.mine,
        summary=summary,
        who=who_deleted(wiki(), error.path),
    )


def _conflict(number: int, hunk: merge.Hunk, effort: Effort) -> ConflictView:
    base, theirs, mine = ("\n".join(lines) for lines in (hunk.base, hunk.theirs, hunk.mine))
    typed = request.form.get(f"hunk.{number}.text")
    return ConflictView(
        number=number,
        key=hunk.key,
        base=base,
        theirs_html=differences.words(base, theirs, effort),
        mine_html=differences.words(base, mine, effort),
        take=request.form.get(f"hunk.{number}", ""),
        text=normalise(typed) if typed else mine,
        parts=[
            _part(number, at, part, effort)
            for at, part in enumerate(hunk.parts)
            if part.kind is merge.Kind.CONFLICT
        ],
    )


def _part(number: int, at: int, part: merge.Hunk, effort: Effort) -> PartView:
    base, theirs, mine = ("\n".join(lines) for lines in (part.base, part.theirs, part.mine))
    take = request.form.get(f"hunk.{number}.{at}", "")
    there, here = (differences.words(base, text, effort) for text in (theirs, mine))
    return PartView(at, there, here, take)


def _merged(hunk: merge.Hunk, effort: Effort) -> MergedView:
    base, result = "\n".join(hunk.base), "\n".join(hunk.lines)
    return MergedView(hunk.kind.value, differences.words(base, result, effort))
