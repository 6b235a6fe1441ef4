"""What a visitor sends cannot forge a line of the log, nor steer the terminal that shows it."""

from __future__ import annotations

import json
import logging

import pytest

from wiki.commands.serving.logs import Json, Readable

EVIL = "anna\r\n2026-01-01 ERROR all is lost\x1b[2J\x9b2J\u2028\u202eok"


def record(failure: Exception | None = None) -> logging.LogRecord:
    """A record that holds what a visitor typed, perhaps with a failure that does too."""
    info = (type(failure), failure, None) if failure else None
    return logging.LogRecord("wiki", logging.INFO, __file__, 1, "login of %s", (EVIL,), info)


@pytest.mark.parametrize("formatter", [Readable(), Json()])
def test_one_line_without_controls(formatter):
    line = formatter.format(record())
    assert line.isprintable()
    assert "anna" in line
    assert "ok" in line


def test_a_failure_keeps_its_lines_apart():
    first, *others = Readable().format(record(ValueError(EVIL))).split("\n")
    assert first.isprintable()
    assert others
    assert all(line.startswith("    ") and line.isprintable() for line in others)


def test_json_is_read_as_it_was_said():
    told = json.loads(Json().format(record(ValueError(EVIL))))
    assert told["message"] == f"login of {EVIL}"
    assert EVIL in told["failure"]
