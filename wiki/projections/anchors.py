"""The anchors projection: where the passages that comments are about stand today.

A page's anchors are carried from each revision to the next, in history's order, each from the
revision in which it was made. What comes of it depends on the revisions alone: following as
commits come gives the same as following from nothing. Whoever reads a page follows it then and
there; what takes longer than that is left to the worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from wiki.database.engine.connection import Connection
from wiki.database.engine.database import Database
from wiki.database.history import history
from wiki.database.history.sentences import Followed, Waiting, waiting
from wiki.database.operation import setaside
from wiki.database.talk import anchors as kept
from wiki.database.talk.anchors import Made, Reached
from wiki.domain.content import text
from wiki.domain.content.setaside import Item, mark_of
from wiki.domain.errors import TooLarge, Unreadable
from wiki.domain.talk.anchors import Standing, Step
from wiki.projections.setaside import Trial, text_of
from wiki.render import anchors as rendered
from wiki.render.markdown import Renderer
from wiki.store.store import Store

NAME = "anchors"

_CHUNK = 50
"""Revisions of a page that are written in one transaction."""

_Key = tuple[int, str, str]
_NOWHERE: _Key = (0, "", "")


@dataclass(frozen=True, slots=True)
class Source:
    """The means to follow anchors: texts, the renderer that makes them plain, the rows."""

    store: Store
    database: Database
    renderer: Renderer

    def plain(self, blob: str, path: str = "") -> str:
        """The plain text of a blob of the page at a path, in which anchors are counted.

        None of one that is not read.
        """
        try:
            written = text.decode(text_of(self.store, blob)).text
        except TooLarge:
            return ""
        # Where a path stands does not matter here but for what makes a page a dialogue.
        is_dialogue = self.renderer.dialogues.day(path)
        return _plain(self.renderer, self.store.git, written, path if is_dialogue else "")


@lru_cache(maxsize=64)
def _plain(renderer: Renderer, git: Path, source: str, path: str) -> str:
    """Give what a page shows of a text; one that cannot be rendered it shows as it is written."""
    return Trial(git).of(
        Item(NAME, "text", mark_of(source)),
        lambda: rendered.plain(renderer.render(source, path=path).html),
        lambda reason: source,
    )


def _step(source: Source, commit: str, blob: str, path: str) -> Step:
    return Step(commit, blob, source.plain(blob, path), partial(source.plain, path=path))


def standing(
    source: Source, page: str, path: str, blob: str, most: int, most_text: int
) -> dict[int, Standing] | None:
    """Find each of a page's anchors in its present text, at a path, by comment.

    Follows at most so many revisions first, if they have at most so many bytes of text; None if
    there are more.
    """
    if _is_much(source, page, most, most_text) or not follow(source, page, most):
        return None
    with source.database.read() as connection:
        anchors = kept.load(connection, page)
        # A merge that took the older of two sides is no revision of the page.
        if all(one.gone or one.place.blob == blob for one in anchors.values()):
            return anchors
        made = {one.comment: one.anchor for one in kept.made(connection, page)}
    step = _step(source, "", blob, path)
    followed = {id: step.follow(one, made[id]) for id, one in anchors.items() if id in made}
    return {id: one for id, one in followed.items() if one.gone or one.place.blob == blob}


def _is_much(source: Source, page: str, most: int, most_text: int) -> bool:
    """Whether the next revisions of a page have more text than that."""
    with source.database.read() as connection:
        plan = _plan(connection, page, most)
    sizes = 0
    for step in plan.todo if plan else ():
        with suppress(Unreadable):
            sizes += source.store.size(step.blob) if step.blob else 0
    return sizes > most_text


def follow(source: Source, page: str, most: int = 1_000_000) -> bool:
    """Follow a page's anchors to its newest revision, at most so many; whether that is it."""
    left = most
    while True:
        done = _advance(source, page, min(left, _CHUNK))
        if done is None:
            return True
        left -= done
        if left <= 0:
            with source.database.read() as connection:
                at = kept.reached(connection, page)
                return at is not None and not _waits(connection, page, at)


def catch_up(source: Source, most: int = 200) -> bool:
    """Follow pages that wait, about so many revisions; whether more wait. For the worker."""
    with source.database.read() as connection:
        aside = {one.item for one in setaside.of(connection, setaside.derived, NAME)}
        pages = kept.waiting(connection, most + len(aside))
        waiting = {page: _item(connection, page) for page in pages}
    trial = Trial(source.store.git)
    is_whole = True
    for page, item in waiting.items():
        if is_whole and item not in aside:
            is_whole = trial.of(item, partial(follow, source, page, most), lambda reason: True)
    trial.settle(source.database)
    return not is_whole or len(pages) == most + len(aside)


def _item(connection: Connection, page: str) -> Item:
    """Name what is set aside of a page, until it changes."""
    newest = history.of_page(connection, page, limit=1)[0]
    return Item(NAME, "page", newest.path, newest.commit)


def check(source: Source, most: int = 200) -> list[str]:
    """Paths of pages whose anchors are not where following from nothing puts them, of so many."""
    wrong = []
    with source.database.read() as connection:
        aside = {one.item for one in setaside.of(connection, setaside.derived, NAME)}
        for page in kept.followed_pages(connection, most):
            at = kept.reached(connection, page)
            if at is None or _item(connection, page) in aside:
                continue
            made = {one.comment: one for one in kept.made(connection, page)}
            stored = kept.load(connection, page)
            made = {id: one for id, one in made.items() if id in stored}
            state: dict[int, Standing] = {}
            steps = _until(waiting(connection, page, Followed()), at)
            _fold(source, steps, state, made, _NOWHERE, _NOWHERE)
            if state != {id: one for id, one in stored.items() if id in made}:
                wrong.append(at.path)
    return sorted(wrong)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be followed of a page: the revisions `todo` after `low`.

    Those up to `at` are for anchors alone that were `made` since; `anchors` are as they were
    `before`, which is None if none were followed yet.
    """

    before: Reached | None
    made: Mapping[int, Made]
    anchors: Mapping[int, Standing]
    at: Reached
    low: _Key
    todo: Sequence[Waiting]


def _plan(connection: Connection, page: str, most: int) -> _Plan | None:
    """What is next to be followed of a page, with so many new revisions at most; or None."""
    before = kept.reached(connection, page)
    is_new = bool(before) and kept.are_new(connection, page)
    if before and not is_new and not _waits(connection, page, before):
        return None
    made = {one.comment: one for one in kept.made(connection, page)}
    if not made:
        return None
    anchors = kept.load(connection, page) if before else {}
    new = {id: one for id, one in made.items() if id not in anchors}
    at = before or kept.begin(connection, page, min(one.key for one in made.values()))
    low = min([_key(at), *(one.key for one in new.values())])
    todo = _todo(connection, page, low, _key(at), most)
    return _Plan(before, made, anchors, at, low, todo)


def _advance(source: Source, page: str, most: int) -> int | None:
    """Follow some revisions and write what came of it; how many, None if none wait."""
    with source.database.read() as connection:
        plan = _plan(connection, page, most)
    if plan is None:
        return None
    at = _key(plan.at)
    state = {id: one for id, one in plan.anchors.items() if id in plan.made}
    _fold(source, plan.todo, state, plan.made, plan.low, at)
    further = [one for one in plan.todo if _order(one) > at]
    steps = plan.at.steps + len(further)
    after = Reached(steps, *_order(further[-1])) if further else plan.at
    changed = {id: one for id, one in state.items() if plan.anchors.get(id) != one}
    with source.database.project() as connection:
        kept.keep(connection, page, plan.before, after, changed)
    return len(further)


def _waits(connection: Connection, page: str, at: Reached) -> bool:
    return bool(waiting(connection, page, _followed(_key(at)), 1))


def _todo(connection: Connection, page: str, low: _Key, at: _Key, most: int) -> list[Waiting]:
    """The revisions after `low`: all up to where the page was followed to, and some more."""
    if low == at:
        return waiting(connection, page, _followed(low), most)
    missed = waiting(connection, page, _followed(low))
    number = sum(_order(one) <= at for one in missed)
    return missed[: number + most]


def _fold(
    source: Source,
    steps: Sequence[Waiting],
    state: dict[int, Standing],
    made: Mapping[int, Made],
    low: _Key,
    at: _Key,
) -> None:
    """Carry anchors through the revisions after `low`.

    Those in `state` are as they were at `at`; the others join in the revision they were made in.
    """
    before = set(state)
    joining: dict[_Key, list[Made]] = {}
    for one in made.values():
        if one.comment not in before:
            joining.setdefault(max(one.key, low), []).append(one)
    _join(state, joining.get(low, ()))
    for revision in steps:
        key = _order(revision)
        if revision.blob and state:
            step = _step(source, revision.commit, revision.blob, revision.path)
            for id in [id for id in state if key > at or id not in before]:
                state[id] = step.follow(state[id], made[id].anchor)
        _join(state, joining.get(key, ()))


def _join(state: dict[int, Standing], anchors: Iterable[Made]) -> None:
    state.update({one.comment: Standing(one.anchor) for one in anchors})


def _until(steps: Sequence[Waiting], at: Reached) -> list[Waiting]:
    return [one for one in steps if _order(one) <= _key(at)]


def _key(at: Reached) -> _Key:
    return at.date, at.commit, at.path


def _order(step: Waiting) -> _Key:
    return step.date, step.commit, step.path


def _followed(key: _Key) -> Followed:
    return Followed(date=key[0], commit=key[1], path=key[2])
