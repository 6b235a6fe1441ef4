"""Texts that cannot be described: what they are, why not, and how much of one is read at most.

A fault is a thing that is set aside so that everything else goes on: a page that no reader of
Markdown survives, a comment that cannot be told, a letter that cannot be written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath

from wiki.domain.errors import TooLarge, WikiError

MOST_BYTES = 4_000_000
"""A text of more bytes is not read: it is shown as a link to the file."""
MOST_LINES = 150_000

SET_ASIDE = "page_set_aside"
TOO_LARGE = "page_too_large"
"""Codes of the problems that a page shows which could not be described."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a part of the wiki (`catalogue`, `search`, ...) makes something of.

    `kind` and `key` name it: a page by its path, a commit, a comment or member by their number.
    `mark` is another one once its text is another.
    """

    part: str
    kind: str
    key: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """An item that is set aside: why, when that was first and last found, and how often."""

    item: Item
    reason: str
    first: datetime
    last: datetime
    tries: int = 1


def rest_after(tries: int) -> timedelta:
    """Tell how long something that failed so often is left alone, where trying again may help."""
    return min(timedelta(minutes=2 ** min(tries, 12)), timedelta(days=1))


def mark_of(text: str) -> str:
    """A mark that is another one for another text."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:40]


def measure(data: bytes) -> bytes:
    """The same bytes, if they are not too many to be read as a text; else raises TooLarge."""
    if is_large(len(data)) or data.count(b"\n") > MOST_LINES:
        raise TooLarge(TOO_LARGE)
    return data


def is_large(size: int) -> bool:
    """Whether a text of so many bytes is not read."""
    return size > MOST_BYTES


def reason_of(error: BaseException) -> str:
    """Why something failed, without a word of the text: an error's code, or its kind and place."""
    if isinstance(error, WikiError):
        return error.code
    name, at = type(error).__name__, error.__traceback__
    if at is None:
        return name
    while at.tb_next is not None:
        at = at.tb_next
    place = PurePath(at.tb_frame.f_code.co_filename)
    return f"{name} in {place.parent.name}/{place.name}:{at.tb_lineno}"
