"""Addresses of people and machines in texts from elsewhere: none gets into history.

What git holds is copied by everybody who clones it, and cannot be taken back.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection

INSTEAD = "(…)"
"""What stands where an address stood."""

_LOCAL_MOST = 64
_DOMAIN_MOST = 255
_LOCAL = frozenset("!#$%&'*+-/=?^_`{|}~.")
_EDGE = frozenset("!#$%&'*+/=?^`{|}~.-")
_TOP_LEVEL = re.compile(r"[^\W\d_]{2,}|xn--[a-z0-9-]+", re.IGNORECASE)
_NUMBERS = re.compile(r"(?<![\w.:])[0-9A-Fa-f:.]{3,45}(?![\w:])")
_NOBODY = frozenset({"git"})
"""Users of whom `user@host` is the address of a repository."""


def without_mail(text: str) -> tuple[str, int]:
    """The text without e-mail addresses, and how many there were."""
    parts, last, count = [], 0, 0
    at = text.find("@")
    while at != -1:
        start, end = _local_start(text, at, last), _domain_end(text, at + 1)
        if start < at < end and text[start:at] not in _NOBODY:
            parts += [text[last:start], INSTEAD]
            last, count = end, count + 1
        at = text.find("@", max(end, at + 1))
    return "".join([*parts, text[last:]]), count


def _local_start(text: str, at: int, least: int) -> int:
    start, least = at, max(least, at - _LOCAL_MOST)
    while start > least and (text[start - 1].isalnum() or text[start - 1] in _LOCAL):
        start -= 1
    while start < at and text[start] in _EDGE:
        start += 1
    return start


def _domain_end(text: str, start: int) -> int:
    """Where the name of a machine ends that begins here; 0 if none does."""
    end, most = start, min(len(text), start + _DOMAIN_MOST)
    while end < most and (text[end].isalnum() or text[end] in "-."):
        end += 1
    domain = text[start:end].rstrip("-.")
    name, dot, top = domain.rpartition(".")
    is_one = dot and name and _TOP_LEVEL.fullmatch(top)
    return start + len(domain) if is_one else 0


def is_machine(text: str) -> bool:
    """Whether a text is the IP address of a machine, as anonymous writers are called by."""
    try:
        ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return True


def without_machines(text: str, machines: Collection[str] | None = None) -> str:
    """The text without IP addresses; with `machines`, without those alone."""

    def instead(match: re.Match[str]) -> str:
        number = match[0].rstrip(".")
        is_meant = number in machines if machines is not None else is_machine(number)
        return INSTEAD + match[0][len(number) :] if is_meant else match[0]

    return _NUMBERS.sub(instead, text)
