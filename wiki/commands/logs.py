"""How the processes log: lines that a person reads, or JSON for a machine."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

READABLE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


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
        return json.dumps(line, ensure_ascii=False)


def configure(log_format: str) -> None:
    """Send this process's log to standard error, as `text` or as `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if log_format == "json" else logging.Formatter(READABLE))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    # A migration that has nothing to do is no news.
    logging.getLogger("alembic").setLevel(logging.WARNING)
