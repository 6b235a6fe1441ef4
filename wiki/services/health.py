"""How the wiki is: whether pages can be served, and how far each projection is behind."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from wiki.engine import Wiki
from wiki.services import projections, worker

log = logging.getLogger(__name__)

SILENT = 15.0
"""A worker that gave no sign of life for so many seconds counts as gone."""


@dataclass(frozen=True, slots=True)
class Health:
    """`behind` counts, for each projection, what it has not followed yet.

    The wiki is ready when it can serve pages: a projection that lags or a worker that is down does
    not change that.
    """

    ready: bool
    behind: Mapping[str, int]
    worker_alive: bool
    worker_failing: Mapping[str, str]

    def as_dict(self) -> dict[str, object]:
        """The same, for JSON."""
        return {
            "ready": self.ready,
            "behind": dict(self.behind),
            "worker": {"alive": self.worker_alive, "failing": dict(self.worker_failing)},
        }


def look(wiki: Wiki) -> Health:
    """The wiki's health now."""
    alive, failing = _worker(wiki)
    try:
        behind = projections.behind(wiki)
    except Exception:
        # Whatever it is that cannot be read, pages cannot be served from it.
        log.exception("not ready")
        return Health(False, {}, alive, failing)
    return Health(True, behind, alive, failing)


def _worker(wiki: Wiki) -> tuple[bool, Mapping[str, str]]:
    file = wiki.settings.data / worker.BEAT
    try:
        sign = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False, {}
    age = wiki.clock().timestamp() - float(sign["at"])
    return age < SILENT, sign["failing"]
