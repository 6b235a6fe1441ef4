"""The health of the wiki: whether pages can be served, how far each projection is behind."""

from __future__ import annotations

import json
import logging
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from wiki.database.engine import migrations
from wiki.database.engine.backend import Facts
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.setaside import Fault
from wiki.domain.errors import Unavailable
from wiki.domain.operation.nodes import SILENT, Standby
from wiki.engine import Wiki
from wiki.services.notices import outbox
from wiki.services.notices.outbox import Outgoing
from wiki.services.operation import last_runs, nodes, projections, worker
from wiki.services.operation.nodes import Nodes
from wiki.settings import Settings

log = logging.getLogger(__name__)

LEAST_FREE = 1_000_000_000
"""With less room on the disk than so many bytes, there is a problem."""
BACKUP_OLD = timedelta(days=8)
STUCK = timedelta(hours=1)
LOCAL = ("http://localhost", "http://127.", "http://[::1]")


@dataclass(frozen=True, slots=True)
class Health:
    """`behind` counts, for each projection, what it has not followed yet.

    The wiki is ready when it can serve pages: a projection that lags or a worker that is down does
    not change that. `problem` is the code of what keeps it from reading, or only from writing.
    `nodes` is None on one machine, and where they cannot be asked for.
    """

    ready: bool
    behind: Mapping[str, int]
    worker_alive: bool
    worker_failing: Mapping[str, str]
    problem: str = ""
    nodes: Nodes | None = None

    def as_dict(self) -> dict[str, object]:
        """The same, for JSON."""
        node = {"node": self.nodes.as_dict()} if self.nodes else {}
        return {
            "ready": self.ready,
            "problem": self.problem,
            "behind": dict(self.behind),
            "worker": {"alive": self.worker_alive, "failing": dict(self.worker_failing)},
            **node,
        }


def look(wiki: Wiki) -> Health:
    """The wiki's health now."""
    alive, failing = sign_of_worker(wiki)
    try:
        wiki.mend()
        behind, seen = projections.behind(wiki), nodes.look(wiki)
    except Unavailable as error:
        return Health(False, {}, alive, failing, error.code)
    except Exception:
        # Whatever it is that cannot be read, pages cannot be served from it.
        log.exception("not ready")
        return Health(False, {}, alive, failing, "unknown")
    return Health(True, behind, alive, failing, _keeps_from_writing(wiki.settings.data), seen)


def _keeps_from_writing(data: Path) -> str:
    """The code of what the disk has against writing; empty if nothing."""
    disk = os.statvfs(data)
    if disk.f_flag & os.ST_RDONLY:
        return "disk_readonly"
    return "" if disk.f_bavail else "disk_full"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something to do something about; `code` names the sentence, `values` stand in it."""

    code: str
    values: Mapping[str, object]
    is_grave: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """The wiki as an administrator sees it; sizes are in bytes, None: it was never done.

    `oldest` is since when the oldest mail waits, `aside` what could not be described. `backup` and
    `check` are (when, what came of it).
    """

    health: Health
    troubles: Sequence[Trouble]
    disk: tuple[int, int]
    database: Facts
    index: int
    outbox: Outgoing
    oldest: datetime | None
    backup: tuple[datetime, Mapping[str, Any]] | None
    check: tuple[datetime, Mapping[str, Any]] | None
    aside: Sequence[Fault]
    branch: str
    head: str
    pages: Path
    versions: Mapping[str, str]


def examine(wiki: Wiki, actor: Actor) -> Condition:
    """Everything about how the wiki is, with what to do about it; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    data = wiki.settings.data
    health, disk = look(wiki), shutil.disk_usage(data)
    outgoing, oldest = outbox.listing(wiki, actor, limit=1), outbox.oldest(wiki, actor)
    facts = wiki.database.facts()
    backup, check = last_runs.read(wiki, last_runs.BACKUP), last_runs.read(wiki, last_runs.CHECK)
    aside = projections.set_aside(wiki)
    troubles = [
        *_of_parts(health),
        *_of_nodes(health.nodes),
        *([Trouble("set_aside", {"number": len(aside)}, is_grave=False)] if aside else ()),
        *_of_mail(wiki, outgoing, oldest),
        *_of_provider(wiki.settings),
        *_of_keeping(wiki, disk.free, backup, check),
    ]
    return Condition(
        health=health,
        troubles=troubles,
        disk=(disk.free, disk.total),
        database=facts,
        index=_size(data / "search_index"),
        outbox=outgoing,
        oldest=oldest,
        backup=backup,
        check=check,
        aside=aside,
        branch=wiki.store.branch,
        head=wiki.store.head(),
        pages=data / "pages",
        versions={
            "Denktank": nodes.software(),
            "Python": platform.python_version(),
            "SQL": facts.product,
            "tables": migrations.newest(),
        },
    )


def _of_parts(health: Health) -> Iterator[Trouble]:
    if not health.ready:
        yield Trouble("not_ready", {})
    if not health.worker_alive:
        yield Trouble("worker_gone", {})
    for job, said in health.worker_failing.items():
        yield Trouble("worker_failing", {"job": job, "said": said})


def _of_nodes(seen: Nodes | None) -> Iterator[Trouble]:
    if seen is None:
        return
    if seen.standby is Standby.UNKNOWN:
        yield Trouble("standby_unknown", {}, is_grave=False)
    elif seen.standby is not Standby.SYNCHRONOUS:
        yield Trouble("standby_missing", {})
    for node in seen.every:
        if node.has_twin:
            yield Trouble("node_twin", {"name": node.name})
        if node.differs:
            yield Trouble("node_differs", {"name": node.name})
        if node.behind < 0 and not node.is_alive:
            yield Trouble("node_unpurged", {"name": node.name})
        elif not node.is_alive:
            yield Trouble("node_gone", {"name": node.name}, is_grave=False)


def _of_mail(wiki: Wiki, outgoing: Outgoing, oldest: datetime | None) -> Iterator[Trouble]:
    if not outgoing.can_send:
        yield Trouble("mail_off", {}, is_grave=False)
    elif oldest and wiki.clock() - oldest > STUCK:
        yield Trouble("mail_stuck", {"number": outgoing.waiting})
    if outgoing.given_up:
        yield Trouble("mail_given_up", {"number": outgoing.given_up})
    address = wiki.settings.base_url
    if address.startswith("http://") and not address.startswith(LOCAL):
        yield Trouble("address_open", {"address": address})


def _of_provider(settings: Settings) -> Iterator[Trouble]:
    needed = (settings.oidc_issuer, settings.oidc_client_id, settings.base_url)
    if any(needed[:2]) and not all(needed):
        yield Trouble("provider_half", {}, is_grave=False)


def _of_keeping(
    wiki: Wiki,
    free: int,
    backup: tuple[datetime, Mapping[str, Any]] | None,
    check: tuple[datetime, Mapping[str, Any]] | None,
) -> Iterator[Trouble]:
    if free < LEAST_FREE:
        yield Trouble("disk_full", {})
    if backup is None:
        yield Trouble("backup_never", {})
    elif wiki.clock() - backup[0] > BACKUP_OLD:
        yield Trouble("backup_old", {})
    if check is None:
        yield Trouble("check_never", {}, is_grave=False)
    elif check[1].get("number"):
        yield Trouble("check_found", {"number": check[1]["number"]})


def _size(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size
        except OSError:
            # It went while we looked: then it takes nothing.
            continue
    return total


def sign_of_worker(wiki: Wiki) -> tuple[bool, Mapping[str, str]]:
    """Tell whether the worker lives, and which of its jobs fail and why."""
    file = wiki.settings.data / worker.BEAT
    try:
        sign = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False, {}
    age = wiki.clock().timestamp() - float(sign["at"])
    return age < SILENT, sign["failing"]
