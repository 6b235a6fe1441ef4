"""The projections as an operator sees them: how far each is, whether it is right, made anew."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from wiki.database.engine import changes, progress
from wiki.database.history import history
from wiki.database.operation import setaside
from wiki.database.talk import anchors as table
from wiki.domain.content.setaside import Fault, Item, rest_after
from wiki.domain.errors import Unreadable
from wiki.domain.search.search import Progress
from wiki.engine import Wiki
from wiki.i18n.errors import sentence
from wiki.keeping import keep
from wiki.projections import anchors as anchoring
from wiki.projections import checking, export, follow, sentences
from wiki.projections.crumbs import MOST_DEATHS, crumbs_in
from wiki.projections.setaside import DEADLY
from wiki.services.content import drawings
from wiki.services.operation import last_runs
from wiki.services.talk import anchors
from wiki.store.damage import Damage
from wiki.store.store import StoreError

NAMES = ("history", "catalogue", "passages", "anchors", "search", "lost", "export")
SQL = frozenset({"history", "catalogue"})

_ID = re.compile(r"[0-9a-f]{40}")
MOST_NAMED = 20
"""Revisions that are named of a text that is damaged."""
SHOWN = 5
"""So many findings are kept for the administrator's screen."""

MOST_COUNTED = 10_000
"""Beyond so many commits it does not matter how far search is behind."""

EPOCH = "indexed.epoch"
"""Names the epoch of the history that this node's indexes were made from."""

Tell = Callable[[str, int, int], None]
"""Called as (projection, done, total) now and then."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, in `where` (a projection, or `git`)."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def renew_after_purge(wiki: Wiki) -> None:
    """Make the indexes of this node anew if history was written anew on another one.

    They hold words of the old history, also where no search shows them.
    """
    epoch, note = wiki.store.epoch, wiki.settings.data / EPOCH
    if not epoch:
        return
    last_epoch = note.read_text(encoding="ascii") if note.exists() else ""
    if last_epoch == str(epoch):
        return
    if last_epoch:
        drawings.forget(wiki.settings.data)
        for index in (wiki.search, wiki.deleted_text):
            index.rebuild(wiki.store, wiki.database, lambda done, total: None)
    keep(note, str(epoch))


def behind(wiki: Wiki) -> dict[str, int]:
    """For each projection the commits and changes in SQL that it has not followed yet.

    For passages: the pages that wait to be gone through. -1 for search that is built from nothing.
    """
    lags = {lag.name: lag.behind for lag in follow.lag(wiki.store, wiki.database)}
    lags["search"] = _search_behind(wiki)
    with wiki.database.read() as connection:
        lags[sentences.NAME] = sentences.behind(connection)
        lags["lost"] = wiki.deleted_text.behind(connection)
    return lags


def rebuild(wiki: Wiki, names: Sequence[str], tell: Tell) -> None:
    """Make the named projections anew and swap them in; what was set aside is tried again."""
    crumbs_in(wiki.store.git).forget()
    _make_anew(wiki, names, tell)


def try_again(wiki: Wiki) -> None:
    """Make anew what lacks something that processes died at, once that has rested.

    Whoever kills processes may hit a text that harms nobody: it must not stay out of sight.
    """
    with wiki.database.read() as connection:
        faults = setaside.of(connection, setaside.derived, *NAMES)
    rested = [fault.item for fault in faults if fault.reason == DEADLY and _has_rested(wiki, fault)]
    for item in rested:
        if item.part == sentences.NAME:
            sentences.forget_page(wiki.database, item.mark)
    parts = {item.part for item in rested} - {sentences.NAME}
    _make_anew(wiki, [name for name in NAMES if name in parts], lambda name, done, total: None)


def _has_rested(wiki: Wiki, fault: Fault) -> bool:
    # A page may be set aside for a text in it, of whose deaths only its own record tells.
    rest = rest_after(MOST_DEATHS - 1 + fault.tries)
    is_deadly = crumbs_in(wiki.store.git).is_deadly(fault.item)
    return not is_deadly and wiki.clock() - fault.last >= rest


def _make_anew(wiki: Wiki, names: Sequence[str], tell: Tell) -> None:
    if SQL & set(names):
        follow.rebuild(wiki.store, wiki.database, wiki.meant, tell)
    if sentences.NAME in names:
        # The worker goes through them again.
        tell(sentences.NAME, 0, 1)
        sentences.forget(wiki.database)
        tell(sentences.NAME, 1, 1)
    if anchoring.NAME in names:
        with wiki.database.project() as connection:
            table.forget(connection)
            setaside.forget(connection, setaside.derived, anchoring.NAME)
    if "search" in names:
        wiki.search.rebuild(wiki.store, wiki.database, lambda d, n: tell("search", d, n))
    if "lost" in names:
        wiki.deleted_text.rebuild(wiki.store, wiki.database, lambda d, n: tell("lost", d, n))
    if "export" in names:
        tell("export", 0, 1)
        export.rebuild(wiki.store)
        tell("export", 1, 1)


def check(wiki: Wiki, patience: float = 0.0) -> list[Finding]:
    """Find what differs between the projections and git, and what git finds wrong in itself.

    What merely lags is brought up first, or waited for (search, so many seconds), and what members
    write meanwhile is left alone: neither is a difference.
    """
    wiki.keep_up()
    findings = list(_of_git(wiki))
    try:
        findings += _lasting(wiki, patience)
    except Unreadable as error:
        what = sentence("en", error.code, error.values)
        findings.append(Finding("git", f"not everything could be compared: {what}"))
    last_runs.record(
        wiki, last_runs.CHECK, number=len(findings), first=[str(one) for one in findings[:SHOWN]]
    )
    return findings


def _lasting(wiki: Wiki, patience: float) -> list[Finding]:
    """List the findings; those only that are seen again, if somebody wrote meanwhile."""
    before = _written(wiki)
    findings = _of_projections(wiki, patience)
    if not findings or _written(wiki) == before:
        return findings
    again = set(_of_projections(wiki, patience))
    return [one for one in findings if one in again]


def _written(wiki: Wiki) -> tuple[str, object]:
    return wiki.store.head(), wiki.database.generation()


def _of_projections(wiki: Wiki, patience: float) -> list[Finding]:
    findings = []
    head = wiki.store.head()
    export.catch_up(wiki.store)
    for one in checking.check(wiki.store, wiki.database, wiki.meant):
        what = f"{one.key} {one.field}: {one.kept!r}, should be {one.true!r}"
        findings.append(Finding(one.projection, what))
    for path in sentences.check(wiki.store, wiki.database):
        findings.append(Finding(sentences.NAME, f"{path} is not what its revisions give"))
    for path in anchoring.check(anchors.source(wiki)):
        findings.append(Finding(anchoring.NAME, f"{path} is not what its revisions give"))
    for file in export.check(wiki.store, since=head):
        findings.append(Finding("export", f"{file.file} is {file.reason}"))
    if not _search_comes_to(wiki, head, patience):
        findings.append(Finding("search", "is behind; the worker catches up when it runs"))
    elif wiki.search.progress.revision:
        for other in wiki.search.check(wiki.store, wiki.database):
            findings.append(
                Finding("search", f"{other.key}: {other.kept!r}, should be {other.true!r}")
            )
    if wiki.deleted_text.progress.revision:
        for path in wiki.deleted_text.check(wiki.store, wiki.database):
            findings.append(Finding("lost", f"{path} did not lose what its passages say"))
    return findings


def set_aside(wiki: Wiki) -> list[Fault]:
    """List what could not be described, of pages, commits, talk and mail, the newest first.

    So do files that no page can be made of: their name is not UTF-8, or too long; and folders that
    hold more than can be followed (`folder_weight`).
    """
    now = wiki.clock()
    odd = (Item("git", "file", name) for name in wiki.store.odd_files())
    with wiki.database.read() as connection:
        found = setaside.every(connection)
    return found + [Fault(item, _why_odd(item.key), now, now, 0) for item in odd]


def _why_odd(name: str) -> str:
    return "folder_weight" if name.endswith("/") else "file_name"


def repair(wiki: Wiki, findings: Sequence[Finding], source: str = "") -> None:
    """Put git right as far as that is possible, then make anew the projections that differ.

    Git's damaged objects are fetched from `source`, a backup or a clone, if one is named, and from
    the exported files; a branch that is lost is put back where it was seen last. Raises StoreError
    (`repair_source`).
    """
    names = {finding.where for finding in findings}
    if "git" in names:
        wiki.store.mend(source)
        with wiki.database.read() as connection:
            known = [commit for commit, _ in progress.everything(connection).values()]
        wiki.store.recover(known)
        # What was derived while objects were damaged may lack what they say.
        names |= set(NAMES)
    rebuild(wiki, [name for name in NAMES if name in names], lambda name, done, total: None)


def _of_git(wiki: Wiki) -> Iterator[Finding]:
    """Check the repository: the branch, each damaged object, and what git says."""
    trouble = wiki.store.trouble()
    if trouble is not None:
        yield Finding("git", sentence("en", trouble.code, trouble.values))
    for id in wiki.store.lost():
        yield Finding("git", f"no other node knows {id}; refs/denktank/lost/{id} keeps it")
    try:
        lines = wiki.store.fsck()
    except StoreError as error:
        lines = [sentence("en", error.code, error.values)]
    damages = wiki.store.damages() if lines else []
    for damage in damages:
        yield Finding("git", _described(wiki, damage))
    ids = {damage.id for damage in damages}
    for line in lines:
        if not ids or _tells_more(line, ids):
            yield Finding("git", line)


def _described(wiki: Wiki, damage: Damage) -> str:
    """A damaged object with the pages and revisions that it belongs to."""
    what = f"{damage.kind} {damage.id} cannot be read ({damage.why})"
    if damage.kind == "commit":
        return what
    if damage.kind == "tree":
        return f"{what}: folder {damage.file or '/'} in revision {damage.revision[:10]}"
    with wiki.database.read() as connection:
        places = history.places_of_blob(connection, damage.id, MOST_NAMED)
    named = places or [(damage.file, damage.revision)]
    return f"{what}: " + ", ".join(f"{path} in {commit[:10]}" for path, commit in named)


def _tells_more(line: str, ids: set[str]) -> bool:
    """Whether a line of git's is about something else than these damaged objects."""
    if line.startswith(("broken link", "error: inflate", "  ")):
        return False
    is_known = any(id in line or id[2:] in line for id in ids)
    return bool(_ID.search(line)) and not is_known


def _search_comes_to(wiki: Wiki, head: str, patience: float) -> bool:
    """Whether search has followed a commit, and all that was written in SQL up to now, in time."""
    with wiki.database.read() as connection:
        last = changes.current(connection)
    end = time.monotonic() + patience
    while True:
        reached = wiki.search.progress.revision
        with wiki.database.read() as connection:
            waiting = changes.pending(connection, limit=1)
        has_commit = reached == head or bool(reached and wiki.store.reachable(head, reached))
        if has_commit and not (waiting and waiting[0].id <= last):
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.1)


def _search_behind(wiki: Wiki) -> int:
    reached: Progress = wiki.search.progress
    head = wiki.store.head()
    indexed = reached.revision
    if head and not indexed:
        return -1
    if indexed and not wiki.store.reachable(indexed, head):
        return -1
    waiting = () if indexed == head else islice(wiki.store.log(indexed, head), MOST_COUNTED)
    commits = sum(1 for _ in waiting)
    with wiki.database.read() as connection:
        return commits + len(changes.pending(connection))
