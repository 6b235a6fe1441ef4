"""Signs that one process leaves for others in the data folder: what was done last, and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wiki.engine import Wiki
from wiki.keeping import keep

BACKUP, CHECK = "last-backup.json", "last-check.json"


def leave(wiki: Wiki, name: str, **values: object) -> None:
    """Write down that something was done now, in the place of the last time."""
    told = {"at": wiki.clock().isoformat(), **values}
    keep(wiki.settings.data / name, json.dumps(told))


def find(wiki: Wiki, name: str) -> tuple[datetime, Mapping[str, Any]] | None:
    """When it was done last, and what was written with that; None if never."""
    try:
        values = json.loads((wiki.settings.data / name).read_text(encoding="utf-8"))
        return datetime.fromisoformat(values["at"]), values
    except (OSError, ValueError, KeyError, TypeError):
        return None
