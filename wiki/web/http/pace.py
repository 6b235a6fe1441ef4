"""Limits on what is costly: counted for the member, else for the address, who asks."""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from wiki.engine import Wiki
from wiki.services.access import rates
from wiki.services.access.rates import Rate
from wiki.web.http.context import actor, wiki

MEGABYTE = 1024 * 1024


def take(rate: Callable[[Wiki], Rate], text: str = "") -> None:
    """Count what is about to be done, with this text if it has one. Raises TooFast."""
    _count(rate, rates.weight(text))


def take_file(data: bytes) -> None:
    """Count a file that is about to be kept. Raises TooFast."""
    _count(rates.uploads, 1 + len(data) // MEGABYTE)


def _count(rate: Callable[[Wiki], Rate], weight: int) -> None:
    rates.count(wiki(), rate(wiki()), actor(), request.remote_addr or "", weight)
