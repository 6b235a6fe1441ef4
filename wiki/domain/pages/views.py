"""Views of pages, counted without anything about who looks."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ROBOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|archiv|fetch|monitor|preview|scrap|index|curl/|wget/|python"
    r"|java/|go-http|okhttp|libwww|headless|lighthouse|facebookexternalhit|validator|feed|rss",
    re.IGNORECASE,
)
_BROWSER = "Mozilla/"


@dataclass(frozen=True, slots=True)
class MostRead:
    """A page and how often it was read."""

    path: str
    number: int


def is_robot(agent: str) -> bool:
    """Whether what a browser calls itself is a program that reads without anybody looking."""
    return not agent.startswith(_BROWSER) or _ROBOT.search(agent) is not None
