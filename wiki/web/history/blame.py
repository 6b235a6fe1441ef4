"""A page's text by the revision that first wrote each sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request

from wiki.services.history import blame
from wiki.services.history.blame import Contributor, Run
from wiki.web.http.context import actor, called, gettext, respond, wiki

blueprint = Blueprint("blame", __name__)

MOST_NAMED = 5
_HEADING = re.compile(r"#{1,6}\s+")
_OWN_LINE = re.compile(r"(?:[-*+>|]|\d{1,9}[.)])\s|```|~~~")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that are read on; `is_heading` if it is one."""

    sentences: Sequence[str]
    is_heading: bool = False


@blueprint.get("/blame/<path:path>")
def show(path: str) -> Response:
    """Show the writer of each sentence of a page, now or (`at`) as it was."""
    blamed = blame.blame(wiki(), actor(), path, request.args.get("at", ""))
    return respond(
        "history/blame/blame.html",
        found=blamed,
        runs=[(run, paragraphs(run)) for run in blamed.runs],
        shares=shares(blamed.contributors),
    )


def paragraphs(run: Run) -> list[Paragraph]:
    """A run's sentences in paragraphs, as its source breaks them; none is empty."""
    groups: list[list[str]] = []
    after = "\n\n"
    for written in run.sentences:
        sentence = written.strip()
        if not sentence:
            continue
        alone = bool(_HEADING.match(sentence) or _OWN_LINE.match(sentence))
        if not groups or after.count("\n") > 1 or ("\n" in after and alone):
            groups.append([])
        groups[-1].append(sentence)
        after = written[len(written.rstrip()) :]
        if _HEADING.match(sentence):
            after = "\n\n"
    return [_paragraph(sentences) for sentences in groups]


def shares(contributors: Iterable[Contributor]) -> list[tuple[str, int]]:
    """Names with their words, for a bar: those who wrote most, and the others together."""
    named = list(contributors)
    first, others = named[:MOST_NAMED], named[MOST_NAMED:]
    named_shares = [
        (called(one.author.called) or gettext("author hidden"), one.words) for one in first
    ]
    if others:
        named_shares.append((gettext("others"), sum(one.words for one in others)))
    return named_shares


def _paragraph(sentences: Sequence[str]) -> Paragraph:
    heading = _HEADING.match(sentences[0])
    if heading:
        return Paragraph([sentences[0][heading.end() :]], True)
    return Paragraph(sentences)
