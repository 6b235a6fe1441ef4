"""The worker: one process beside the web processes, for what need not happen in a request.

Nothing depends on it: reading, saving and commenting work without it, and it catches up when it
is back. One job that fails is tried again later, the others go on.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from wiki.bell import Bell
from wiki.domain.errors import Unavailable
from wiki.engine import Wiki
from wiki.keeping import keep
from wiki.services.operation import jobs
from wiki.services.operation.nodes import Presence

log = logging.getLogger(__name__)

LOCK = "worker.lock"
BEAT = "worker.beat"
POLL = 0.3
"""Seconds between looks when nobody rings: commits pushed from clones ring no bell."""
BEAT_EVERY = 2.0
TELL_EVERY = 3.0
"""Seconds between two signs of life to other nodes."""
FIRST_DELAY, LONGEST_DELAY = 1.0, 300.0
LINGER = 5.0
"""Seconds that a slow job gets to finish when the worker stops; one broken off is begun anew."""


@dataclass
class Job:
    """One thing the worker does.

    `do` does a batch and says whether more waits. It runs when the wiki changed, and at least
    each `every` seconds; after a failure it waits, each time longer. Between two changes it rests
    `rest` seconds: when many save at once, their saves matter more. A `slow` one (a mail server
    that does not answer) runs beside the others, so that search never waits for it. An `urgent` one
    has its turn again as soon as something changes: it waits for one batch of another at most. One
    that is done `everywhere` is of what each node has; all others are done by one of several.
    """

    name: str
    do: Callable[[Wiki], bool]
    every: float
    on_change: bool = True
    slow: bool = False
    rest: float = 0.0
    urgent: bool = False
    everywhere: bool = False
    due: float = 0.0
    rested: float = 0.0
    waiting: bool = False
    delay: float = field(default=FIRST_DELAY)
    blocked: bool = False
    failure: str = ""

    def run(self, wiki: Wiki, now: float, changed: bool) -> bool:
        """Do a batch if it is time; whether more waits."""
        self.waiting = self.waiting or (changed and self.on_change)
        is_wanted = self.waiting and now >= self.rested and not self.blocked
        if now < self.due and not is_wanted:
            return False
        if not self.everywhere and not wiki.leads():
            return False
        self.waiting, self.rested = False, now + self.rest
        try:
            more = self.do(wiki)
        except Exception as error:
            # A job's failure must not stop the others, whatever it is. What only has to wait for
            # a disk or a database says enough by its name.
            trace = None if isinstance(error, Unavailable) else error
            log.error(
                "%s failed: %s; next try in %.0f s", self.name, error, self.delay, exc_info=trace
            )
            self.failure = f"{type(error).__name__}: {error}"
            self.blocked = True
            self.due = now + self.delay
            self.delay = min(self.delay * 2, LONGEST_DELAY)
            return False
        self.failure, self.blocked, self.delay = "", False, FIRST_DELAY
        self.due = now if more else now + self.every
        return more


def run(wiki: Wiki, stop: threading.Event, todo: Sequence[Job] | None = None) -> bool:
    """Do the jobs until `stop` is set; waits first until no other worker runs.

    Whether all have ended: else a slow one is still at it, and the process has to end under it.
    """
    work = list(todo) if todo is not None else every_job()
    with _alone(wiki.settings.data, stop):
        if not wiki.settings.shared_pages:
            return _work(wiki, stop, work)
        signs = threading.Thread(target=_tell, args=(Presence(wiki), stop), daemon=True)
        signs.start()
        has_ended = _work(wiki, stop, work)
        signs.join(LINGER)
        return has_ended


def _tell(presence: Presence, stop: threading.Event) -> None:
    """Give signs of life to other nodes, also while a job takes long."""
    while not stop.is_set():
        presence.renew()
        stop.wait(TELL_EVERY)


def every_job() -> list[Job]:
    """Return all jobs of the worker, the most urgent first."""
    return [
        Job("follow", jobs.follow, every=POLL, urgent=True, everywhere=True),
        Job("search", jobs.search, every=30, rest=0.2, urgent=True, everywhere=True),
        Job("tell", jobs.tell, every=10, rest=0.2),
        Job("saved", jobs.saved, every=10, on_change=False, slow=True),
        Job("export", jobs.export, every=60, rest=0.5, everywhere=True),
        Job("answers", jobs.answers, every=20),
        Job("news", jobs.news, every=5, on_change=False, slow=True),
        Job("mail", jobs.mail, every=20, slow=True),
        Job("webhooks", jobs.webhooks, every=5, rest=0.5, slow=True),
        Job("remotes", jobs.remotes, every=15, rest=5.0, slow=True),
        Job("mirror", jobs.public_mirror, every=60, rest=2.0, slow=True, everywhere=True),
        Job("anchors", jobs.anchors, every=60, rest=1.0),
        Job("passages", jobs.sentences, every=60, rest=1.0),
        Job("lost", jobs.deleted_text, every=3, rest=1.0, slow=True, everywhere=True),
        Job("words", jobs.words, every=60, rest=1.0),
        Job("diagrams", jobs.diagrams, every=30, slow=True, everywhere=True),
        Job("measure", jobs.measure, every=60, rest=5.0, everywhere=True),
        Job("again", jobs.again, every=60, on_change=False),
        Job("tidy", jobs.tidy, every=3600, on_change=False),
        Job("maintain", jobs.maintain, every=1800, on_change=False, slow=True, everywhere=True),
    ]


def _work(wiki: Wiki, stop: threading.Event, work: Sequence[Job]) -> bool:
    slow = [job for job in work if job.slow]
    quick = [job for job in work if not job.slow]
    listener = Bell(wiki.settings.data).listen()
    beside = threading.Thread(target=_turns, args=(wiki, stop, slow, stop.wait), daemon=True)
    beside.start()
    beat = Beat(wiki, work)
    try:
        _turns(wiki, stop, quick, listener.wait, beat.strike)
    finally:
        stop.set()
        beside.join(LINGER)
        listener.close()
    return not beside.is_alive()


def _turns(
    wiki: Wiki,
    stop: threading.Event,
    work: Sequence[Job],
    wait: Callable[[float], bool],
    each: Callable[[float], None] = lambda now: None,
) -> None:
    """Turn after turn, each job that is due; `wait` passes the time when there is nothing to do."""
    seen: object = None
    urgent = [job for job in work if job.urgent]
    while not stop.is_set():
        now = time.monotonic()
        more = False
        for job in work:
            version = _version(wiki)
            changed, seen = version != seen, version
            if changed:
                wiki.renew()
            for other in work if changed else ():
                other.waiting = other.waiting or other.on_change
            for one in [*urgent, job] if changed and not job.urgent else [job]:
                if not stop.is_set():
                    more = one.run(wiki, time.monotonic(), changed) or more
        each(now)
        if not more:
            wait(POLL)


def _version(wiki: Wiki) -> object:
    """Differs after any change; while neither git nor SQL can be asked, jobs run by their time."""
    try:
        return wiki.store.stamp(), wiki.database.version()
    except Exception as error:
        # Whatever it is, each job finds out for itself.
        log.warning("cannot look whether something changed: %s", error)
        return None


@dataclass
class Beat:
    """The sign of life that `/readyz` looks for: the moment, and the jobs that fail."""

    wiki: Wiki
    work: Sequence[Job]
    last: float = -BEAT_EVERY

    def strike(self, now: float) -> None:
        """Leave a sign, if the last one is not fresh."""
        if now - self.last < BEAT_EVERY:
            return
        self.last = now
        try:
            self._leave()
        except OSError as error:
            log.warning("no sign of life could be left: %s", error)

    def _leave(self) -> None:
        sign = {
            "at": self.wiki.clock().timestamp(),
            "pid": os.getpid(),
            "failing": {job.name: job.failure for job in self.work if job.failure},
        }
        keep(self.wiki.settings.data / BEAT, json.dumps(sign))


@contextmanager
def _alone(data: Path, stop: threading.Event) -> Iterator[None]:
    """Hold the lock that only one worker can hold; the kernel lets go of it however we die."""
    with (data / LOCK).open("w") as file:
        waited = False
        while not stop.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not waited:
                    log.info("another worker runs; waiting for it to end")
                waited = True
                stop.wait(0.5)
        yield
