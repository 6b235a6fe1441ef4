"""Pictures of other sites, fetched by the wiki itself so that no reader is known there.

Whoever writes a page decides what is asked for, so nothing is asked of machines near us: see
`outside.py`.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from wiki import keeping
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.links import Way
from wiki.domain.errors import NotFound, Refused, TooLarge
from wiki.engine import Wiki
from wiki.render import pictures
from wiki.render.links import signature
from wiki.services.content import outside, places
from wiki.services.content.outside import Resolve

if TYPE_CHECKING:
    from requests import Response

log = logging.getLogger(__name__)

FOLDER = "other_pictures"
MOST_KEPT = 256_000_000
"""Bytes of pictures that are kept; beyond, those that were fetched longest ago go."""
MOST_FILES = 20_000
KEPT, FAILED = 7 * 86_400.0, 600.0
"""Seconds before a picture is fetched anew, and one that could not be had is tried again."""
MOST_BYTES = 8_000_000
PATIENCE, MOST_SECONDS = 3.0, 8.0
"""Seconds that a site may be silent, and that all of it may take."""
MOST_REDIRECTS = 3
AT_ONCE = 3
"""Pictures that a process fetches at the same time: its other threads serve pages."""
_TURNS = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is sent."""

    data: bytes
    type: str


def read(wiki: Wiki, actor: Actor, path: str, signed: str, url: str) -> Picture:
    """A picture of another site that stands on a page which the actor may read.

    Raises LoginRequired, Forbidden, Invalid; NotFound: `picture_unsigned` where this wiki fetches
    none or did not sign the address, `picture_away` if it cannot be had.
    """
    others = wiki.renderer.others
    if others.way is not Way.PROXY:
        raise NotFound("picture_unsigned")
    path = places.asked(path)
    wiki.rights.require(actor, Right.READ, path)
    if not others.key or not hmac.compare_digest(
        signature(others.key, path, url).encode(), signed.encode()
    ):
        raise NotFound("picture_unsigned")
    return _kept(Path(wiki.settings.data) / FOLDER, url)


def _kept(folder: Path, url: str) -> Picture:
    """The picture from the folder, or fetched and put there."""
    file = folder / hashlib.sha256(url.encode()).hexdigest()
    data, age = _look(file)
    if data is not None and age < (KEPT if data else FAILED):
        return _picture(data)
    try:
        with _turn():
            data = pictures.foreign(fetch(url, outside.public_address))
    except (OSError, ValueError, Refused, TooLarge) as error:
        log.info("a picture of another site cannot be had: %s", error)
        data = data or b""
    # A full disk costs the time to fetch it again.
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        keeping.keep(file, data, keeping.PRIVATE)
        _tidy(folder)
    return _picture(data)


def _look(file: Path) -> tuple[bytes | None, float]:
    try:
        return file.read_bytes(), time.time() - file.stat().st_mtime
    except OSError:
        return None, 0.0


def _picture(data: bytes) -> Picture:
    if not data:
        raise NotFound("picture_away")
    return Picture(data, pictures.type_of(data))


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURNS.acquire(timeout=PATIENCE):
        raise NotFound("picture_away")
    try:
        yield
    finally:
        _TURNS.release()


def _tidy(folder: Path) -> None:
    """Throw away what was fetched longest ago, until the rest is no more than may be kept."""
    pictures = [(file.stat(), file) for file in folder.iterdir()]
    total = sum(about.st_size for about, _ in pictures)
    if total <= MOST_KEPT and len(pictures) <= MOST_FILES:
        return
    pictures.sort(key=lambda one: one[0].st_mtime, reverse=True)
    # A part more than needed, so that this is not done at every picture.
    while pictures and (total > MOST_KEPT * 0.9 or len(pictures) > MOST_FILES * 0.9):
        about, file = pictures.pop()
        file.unlink(missing_ok=True)
        total -= about.st_size


def fetch(url: str, resolve: Resolve) -> bytes:
    """The bytes at an address of another site, within bounds; raises OSError, ValueError."""
    until = time.monotonic() + MOST_SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        with outside.asked("GET", url, resolve, {"Accept": "image/*"}, PATIENCE) as answer:
            if not answer.is_redirect:
                return _body(answer, until)
            url = urljoin(url, answer.headers["Location"])
    raise ValueError("it leads on and on")


def _body(answer: Response, until: float) -> bytes:
    from urllib3.exceptions import HTTPError

    if answer.status_code != 200:
        raise ValueError(f"the site answers {answer.status_code}")
    if not answer.headers.get("Content-Type", "").lower().startswith("image/"):
        raise ValueError("it says that it is no picture")
    data = bytearray()
    try:
        # Whatever has come, however little: a site that sends a byte a second ends in time too.
        while part := answer.raw.read1(16_384):
            data += part
            if len(data) > MOST_BYTES:
                raise ValueError("it is too large")
            if time.monotonic() > until:
                raise ValueError("it takes too long")
    except HTTPError as error:
        raise ValueError("it breaks off") from error
    return bytes(data)
