"""Which commits the branch holds.

Walking 100,000 commits takes a third of a second, so a process asks git once for all of them and
keeps their ids, packed and sorted: 2 MB, and every later answer takes microseconds. When the branch
moves forward only the new commits are added.
"""

from __future__ import annotations

import threading
from bisect import bisect_left

from wiki.domain.errors import Unreadable
from wiki.store.git import command
from wiki.store.history import log
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import StoreError

_SIZE = 20
_MOST_NEW = 2_000


class Ancestry:
    """The commits reachable from the branch's head; safe for threads."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._head = ""
        self._packed = b""
        self._new: set[str] = set()

    def holds(self, head: str, revision: str) -> bool:
        """Whether the commit of that full id is `head` or an ancestor of it."""
        return self.resolve(head, revision) == revision

    def resolve(self, head: str, text: str) -> str | None:
        """The one commit reachable from `head` whose id begins with the text, or None."""
        if not head or len(text) > 2 * _SIZE:
            return None
        with self._lock:
            if self._head != head:
                self._follow(head)
            found = self._old(text) | self._among_new(text)
        return found.pop() if len(found) == 1 else None

    def _among_new(self, text: str) -> set[str]:
        if len(text) == 2 * _SIZE:
            return {text} & self._new
        return {id for id in self._new if id.startswith(text)}

    def _old(self, text: str) -> set[str]:
        """At most two ids from the packed ones that begin with the text."""
        least = bytes.fromhex(text.ljust(2 * _SIZE, "0"))
        count = len(self._packed) // _SIZE
        at = bisect_left(range(count), least, key=self._at)
        ids = (self._at(index).hex() for index in range(at, min(at + 2, count)))
        return {id for id in ids if id.startswith(text)}

    def _at(self, index: int) -> bytes:
        return self._packed[index * _SIZE : (index + 1) * _SIZE]

    def _follow(self, head: str) -> None:
        new = self._since_last(head)
        if new is None:
            self._packed = bytes.fromhex("".join(sorted(self._all(head))))
            self._new = set()
        else:
            self._new |= new
        self._head = head

    def _all(self, head: str) -> list[str]:
        try:
            return command.run(self._reader.git, "rev-list", head).split()
        except StoreError:
            # Git stops at a commit that it cannot read.
            return log.reached(self._reader, "", head)

    def _since_last(self, head: str) -> set[str] | None:
        """The commits new in `head`, or None if they are many or the branch did not go forward."""
        if not self._head:
            return None
        reached: set[str] = set()
        waiting = [head]
        went_forward = False
        while waiting:
            id = waiting.pop()
            if id == self._head:
                went_forward = True
            if id in reached or id in self._new or self._old(id):
                continue
            try:
                commit = log.commit(self._reader, id)
            except Unreadable:
                return None
            if commit is None or len(reached) + len(self._new) > _MOST_NEW:
                return None
            reached.add(id)
            waiting += commit.parents
        return reached if went_forward else None
