"""The second step of a login: codes from an app, codes to fall back on, passkeys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

DIGITS = 6
SECONDS = 30
"""An app shows another code each time so many seconds passed (RFC 6238)."""

RECOVERY_CODES = 10
RECOVERY_LENGTH = 16
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What a recovery code is written with: nothing that looks like something else."""

_SPACE = re.compile(r"[\s-]++")
_WRITTEN_MOST = 200


@dataclass(frozen=True, slots=True)
class State:
    """How a member's second step stands: since when codes of an app are asked (None: they are not),
    and how many recovery codes are left."""

    since: datetime | None
    codes: int


@dataclass(frozen=True, slots=True)
class Passkey:
    """One key of a member; `key` is its public key, `count` how often it says it was used.

    `credential` is what it calls itself, in base64url.
    """

    id: int
    member: int
    credential: str
    key: bytes
    count: int
    transports: tuple[str, ...]
    name: str
    created: datetime
    used: datetime | None


def normal_code(written: str) -> str:
    """A code as it is compared, without spaces and dashes; cut if far too long."""
    return _SPACE.sub("", written[:_WRITTEN_MOST]).lower()


def is_app_code(code: str) -> bool:
    """Whether this looks like a code from an app rather than a recovery code."""
    return len(code) == DIGITS and code.isascii() and code.isdecimal()


def readable(code: str, size: int = 4) -> str:
    """A long code in groups, to be read and typed by people."""
    return "-".join(code[at : at + size] for at in range(0, len(code), size))
