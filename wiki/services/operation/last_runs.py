"""When the last backup and the last check were made: files that every process of the wiki reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wiki.engine import Wiki
from wiki.keeping import keep

BACKUP, CHECK = "last-backup.json", "last-check.json"


def record(wiki: Wiki, name: str, **values: object) -> None:
    """Write down that something was done now, with these values, over what was written last."""
    told = {"at": wiki.clock().isoformat(), **values}
    keep(wiki.settings.data / name, json.dumps(told))


def read(wiki: Wiki, name: str) -> tuple[datetime, Mapping[str, Any]] | None:
    """When it was done last, and what was written with that; None if never."""
    try:
        values = json.loads((wiki.settings.data / name).read_text(encoding="utf-8"))
        return datetime.fromisoformat(values["at"]), values
    except (OSError, ValueError, KeyError, TypeError):
        return None
