"""Logging of the processes: lines that a person reads, or JSON for a machine."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

READABLE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor, begins a line, or turns the direction of what follows."""


def escaped(text: str) -> str:
    """The text with its controls written out: what a visitor sent cannot forge a line."""
    return CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)


class Readable(logging.Formatter):
    """One line for each record; a failure's own lines follow it, indented."""

    def __init__(self) -> None:
        super().__init__(READABLE)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        return escaped(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        """The failure, line by line."""
        lines = super().formatException(ei).split("\n")
        return "\n".join("    " + escaped(line) for line in lines)


class Json(logging.Formatter):
    """One JSON object for each line: `at`, `level`, `from`, `pid`, `message`, perhaps `failure`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "pid": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["failure"] = self.formatException(record.exc_info)
        # JSON escapes what is below a space; the rest is said by us.
        return CONTROLS.sub(
            lambda found: f"\\u{ord(found[0]):04x}", json.dumps(line, ensure_ascii=False)
        )


def configure(log_format: str) -> None:
    """Send this process's log to standard error, as `text` or as `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if log_format == "json" else Readable())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    # A migration that has nothing to do is no news.
    logging.getLogger("alembic").setLevel(logging.WARNING)
