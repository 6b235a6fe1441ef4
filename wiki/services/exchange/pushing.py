"""A push by a member: each of its commits is looked at as a save is, and then it lands.

Git keeps what came in apart until that is done, so what is refused was never in the wiki. Nobody
signs for another: a commit with the address of a member is that member's own push, and trailers by
which the wiki tells what it did are the wiki's. The branch goes forward, or both lines are merged
as the wiki merges.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import text
from wiki.domain.content.paths import check, folder_of, page_of
from wiki.domain.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    Refused,
    TooLarge,
    WikiError,
)
from wiki.domain.history import trailers
from wiki.domain.history.revisions import Event
from wiki.engine import Wiki
from wiki.i18n.errors import sentence
from wiki.services.access import journal, rates
from wiki.services.content import commits, fields, joining
from wiki.services.content.joining import Joined
from wiki.services.editing import newcomers, saving
from wiki.store.branch.incoming import Arrival, Incoming
from wiki.store.branch.receive import HEADS, NOTHING, OFFERED
from wiki.store.objects.versions import Commit

log = logging.getLogger(__name__)

MOST_SAID = 10
"""Reasons that are told of one push."""
MOST_SECONDS = 45.0
"""In which all of a push has to be looked at."""
MOST_MESSAGE = 20_000
"""Characters of a commit's message."""
_MERGE = "Merge what was pushed with what was saved meanwhile"
_SEAL = "\nSeal: "


@dataclass(frozen=True, slots=True)
class _Found:
    """Why a commit is not taken: the file in it, empty if it is the commit itself."""

    commit: str
    file: str
    error: WikiError


class Push:
    """One push on its way; `answer` is what git's hooks ask."""

    def __init__(self, wiki: Wiki, actor: Actor, language: str, address: str) -> None:
        self._wiki = wiki
        self._actor = actor
        self._language = language
        self._address = address
        self._renamed: set[str] = set()

    def answer(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """Whether the push may go on: `refused` says why not, in a few words; `said` says more."""
        try:
            if question["hook"] == "pre-receive":
                return self._look(question["refs"], question["apart"])
            self._land(question["old"], question["new"], question["ref"])
        except WikiError as error:
            return self._refusal([_Found("", "", error)])
        except Exception:
            log.exception("a push could not be taken")
            return self._refusal([_Found("", "", Conflict("push_failed"))])
        return {"refused": "", "said": []}

    def _refusal(self, faults: Sequence[_Found]) -> Mapping[str, Any]:
        for code in dict.fromkeys(one.error.code for one in faults):
            journal.note("push-refused", code=code, member=self._actor.id)
        said = [line for one in faults for line in self._lines(one)]
        # What stands behind the branch's name is one short line; all of it stands above.
        short = said[0] if len(faults) == 1 and len(said) == 1 else self._word("push_refused")
        return {"refused": _line(short), "said": said}

    def _lines(self, fault: _Found) -> list[str]:
        where = " ".join(filter(None, (fault.commit[:10], fault.file)))
        causes: list[WikiError | FieldError] = [fault.error]
        if isinstance(fault.error, Invalid) and fault.error.fields:
            causes = list(fault.error.fields)
        told = [self._word(one.code, one.values) for one in causes]
        return [_line(f"{where}: {words}" if where else words) for words in told]

    def _word(self, code: str, values: Mapping[str, object] | None = None) -> str:
        return sentence(self._language, code, values)

    # -- before anything is taken in --

    def _look(self, refs: Sequence[str], apart: str) -> Mapping[str, Any]:
        branch = self._wiki.store.branch
        incoming = self._wiki.store.incoming(apart)
        faults: list[_Found] = []
        for line in refs:
            _, new, ref = line.split(" ", 2)
            if ref not in (HEADS + branch, OFFERED + branch):
                raise Refused("push_branch", branch=branch)
            if new == NOTHING:
                raise Refused("push_delete")
            faults += self._wrong(incoming, new)
        return self._refusal(faults) if faults else {"refused": "", "said": []}

    def _wrong(self, incoming: Incoming, tip: str) -> list[_Found]:
        """Tell what is wrong with the commits of a push, ten things at most."""
        until = time.monotonic() + MOST_SECONDS
        faults: list[_Found] = []
        pages: set[str] = set()
        new: set[str] = set()
        tree = ""
        for commit in incoming.commits(tip):
            tree = commit.tree
            faults += _of_commit(self._actor, commit)
            arrivals = incoming.changes(commit)
            came = {one.after for one in arrivals if not one.before}
            for arrival in arrivals:
                if time.monotonic() > until:
                    raise TooLarge("push_long")
                pages.add(arrival.file)
                new |= {arrival.file} if arrival.after and not arrival.before else set()
                self._renamed |= {arrival.file} if arrival.before in came else set()
                try:
                    _check(self._wiki, self._actor, incoming, arrival, self._renamed)
                except WikiError as error:
                    faults.append(_Found(commit.id, arrival.file, error))
            if len(faults) >= MOST_SAID:
                return faults[:MOST_SAID]
        faults += self._twins(incoming, tree, new)
        if not faults:
            self._count(len(pages))
        return faults[:MOST_SAID]

    def _twins(self, incoming: Incoming, tree: str, new: set[str]) -> list[_Found]:
        """New files whose names some computers take for that of another."""
        twins = ((file, incoming.twin(tree, file)) for file in sorted(new))
        return [
            _Found("", file, self._twin(page_of(file) or file, page_of(other) or other))
            for file, other in twins
            if other
        ]

    def _twin(self, path: str, other: str) -> Conflict:
        if self._wiki.rights.may(self._actor, Right.READ, other):
            return Conflict("path_twin", path=path, other=other)
        return Conflict("path_unusable", path=path)

    def _count(self, pages: int) -> None:
        """Count it as a save, a new member's as a save for each page. Raises TooFast."""
        wiki, actor = self._wiki, self._actor
        rates.count(wiki, rates.edits(wiki), actor, self._address)
        if newcomers.is_new(wiki, actor):
            rates.count(wiki, rates.newcomer_edits(wiki), actor, self._address, pages)

    # -- taking it in --

    def _land(self, old: str, new: str, ref: str) -> None:
        """Let the branch take in what was looked at, whoever saves meanwhile."""
        wiki = self._wiki
        with wiki.store.locked():
            head = wiki.store.head()
            if old != NOTHING and not wiki.store.reachable(old, of=new):
                raise Conflict("push_rewrites")
            if wiki.store.reachable(new):
                return
            # A merge may take from either side: what it does to the branch is looked at as well.
            if not head or wiki.store.reachable(head, of=new):
                for diff in wiki.store.diff(head, new):
                    self._require(diff.file, diff.before, diff.after)
                if not wiki.store.advance(new):
                    raise Conflict("push_overtaken")
                commits.follow(wiki)
                wiki.wake()
            else:
                joining.take_in(wiki, self._actor, new, _MERGE, self._joins)
        journal.note("push", member=self._actor.id, ref=ref.rpartition("/")[0])

    def _require(self, file: str, before: str, after: str) -> None:
        _require(self._wiki, self._actor, file, before, after, self._renamed)

    def _joins(self, joined: Joined) -> None:
        if joined.clashes:
            names = ", ".join(page_of(one.file) or one.file for one in joined.clashes[:5])
            raise Conflict("push_clash", pages=names)
        for change in joined.changes:
            entry = self._wiki.store.entry(change.file)
            after = change.blob or ("merged" if change.data is not None else "")
            self._require(change.file, entry.blob if entry else "", after)
            page = page_of(change.file)
            if page and change.data is not None:
                saving.check_text(self._wiki, text.decode(change.data).text)


def look_at(wiki: Wiki, actor: Actor, incoming: Incoming, new: Sequence[Commit]) -> None:
    """Look at commits that the actor lets in from elsewhere, whoever signed them.

    Raises WikiError for the first thing that is wrong, with `file` and `commit` among its values.
    """
    until = time.monotonic() + MOST_SECONDS
    renamed: set[str] = set()
    for commit in new:
        arrivals = incoming.changes(commit)
        came = {one.after for one in arrivals if not one.before}
        for arrival in arrivals:
            if time.monotonic() > until:
                raise TooLarge("push_long")
            renamed |= {arrival.file} if arrival.before in came else set()
            try:
                _check(wiki, actor, incoming, arrival, renamed)
            except WikiError as error:
                error.values |= {"file": arrival.file, "commit": commit.id[:10]}
                raise


def _of_commit(actor: Actor, commit: Commit) -> list[_Found]:
    """Tell what a commit says of itself that its pusher may not say."""
    errors: list[WikiError] = []
    if len(commit.message) > MOST_MESSAGE:
        errors.append(TooLarge("push_message", most=MOST_MESSAGE))
    if not commit.sealed:
        uids = {commit.author.uid, commit.committer.uid} - {"", actor.uid}
        if uids:
            errors.append(Forbidden("push_author"))
        if trailers.read(commit.message).event is not Event.OUTSIDE or _SEAL in commit.message:
            errors.append(Forbidden("push_trailer"))
    return [_Found(commit.id, "", error) for error in errors]


def _check(
    wiki: Wiki, actor: Actor, incoming: Incoming, arrival: Arrival, renamed: Collection[str]
) -> None:
    """Look at one file of a commit as a save does; raises WikiError."""
    _require(wiki, actor, arrival.file, arrival.before, arrival.after, renamed)
    if arrival.is_odd:
        raise Refused("push_link")
    if not arrival.after:
        return
    page = page_of(arrival.file)
    if not arrival.before:
        check(page or arrival.file)
    size = incoming.size(arrival.after)
    settings = wiki.settings
    if page is None:
        if size > settings.max_file_bytes:
            raise TooLarge("file_large", most_bytes=settings.max_file_bytes, bytes=size)
        return
    if size > settings.max_text_bytes:
        raise TooLarge("text_large", most_bytes=settings.max_text_bytes, bytes=size)
    new = text.decode(incoming.read(arrival.after))
    if not new.readable:
        raise Invalid("text_not_utf8")
    was = b""
    if arrival.before and incoming.size(arrival.before) <= settings.max_text_bytes:
        was = incoming.read(arrival.before)
    before = text.decode(was).text
    saving.check_text(wiki, new.text, before)
    if wrong := fields.new_wrong(new.text, before):
        raise Invalid("fields_wrong", fields=wrong)
    newcomers.check_links(wiki, actor, new.text, arrival.before)


def _require(
    wiki: Wiki,
    actor: Actor,
    file: str,
    before: str,
    after: str,
    renamed: Collection[str],
) -> None:
    """Ask for the rights that changing a file by hand takes; raises Forbidden.

    `renamed` are files that went as their text came elsewhere.
    """
    page = page_of(file)
    where = page or folder_of(file) or file
    wanted = [Right.EDIT]
    if page and not before:
        wanted.append(Right.CREATE)
    if page and not after:
        wanted = [Right.RENAME if file in renamed else Right.DELETE]
    for right in wanted:
        if not wiki.rights.may(actor, right, where):
            raise Forbidden(f"push_right_{right.value}")


def _line(words: str) -> str:
    """One line of printable text: names in it may hold anything."""
    return "".join(one if one.isprintable() else " " for one in words)
