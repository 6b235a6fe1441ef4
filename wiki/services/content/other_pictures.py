"""Pictures of other sites, fetched by the wiki itself so that no reader is known there.

Whoever writes a page decides what is asked for, so nothing is asked of machines near us: a name is
looked up once, all its addresses have to be public, and the connection goes to the one looked at.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from wiki import keeping
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.links import Way
from wiki.domain.errors import NotFound, Refused, TooLarge
from wiki.engine import Wiki
from wiki.render import pictures
from wiki.render.links import signature
from wiki.services.content import places

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
_INSIDE = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")))
"""Addresses of version 6 that lead on to one of version 4, whichever that is."""

Resolve = Callable[[str, int], str]


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
            data = pictures.foreign(fetch(url, public_address))
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


def public_address(host: str, port: int) -> str:
    """The address of a host, if all it has are public; raises OSError."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(map(is_public, found)):
        raise OSError(f"{host} is at no public address")
    return found[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the internet at large, and not of a machine or network near."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped:
            return is_public(str(read.ipv4_mapped))
        if read.teredo or any(read in network for network in _INSIDE):
            return False
    return read.is_global and not read.is_multicast


def fetch(url: str, resolve: Resolve) -> bytes:
    """The bytes at an address of another site, within bounds; raises OSError, ValueError."""
    until = time.monotonic() + MOST_SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        with _asked(url, resolve) as answer:
            if not answer.is_redirect:
                return _body(answer, until)
            url = urljoin(url, answer.headers["Location"])
    raise ValueError("it leads on and on")


@contextmanager
def _asked(url: str, resolve: Resolve) -> Iterator[Response]:
    """The answer of the one machine that a name was looked up to."""
    import requests

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("it is at no address of the web")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = unquote(parts.hostname).encode("idna").decode()
    address = resolve(host, port)
    there = f"[{address}]" if ":" in address else address
    where = parts._replace(netloc=f"{there}:{port}", fragment="").geturl()
    named = f"{host}:{parts.port}" if parts.port else host
    with requests.Session() as session:
        # What the environment says of proxies and passwords is not for what a text asks for.
        session.trust_env = False
        session.mount("https://", _named(host))
        headers = {"Host": named, "Accept": "image/*", "User-Agent": "Denktank"}
        headers["Accept-Encoding"] = "identity"
        with session.get(
            where, headers=headers, timeout=PATIENCE, allow_redirects=False, stream=True
        ) as answer:
            yield answer


def _named(host: str) -> Any:
    """Make an adapter that speaks TLS with an address and asks of it the host's certificate."""
    from requests.adapters import HTTPAdapter

    class Named(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **more: Any) -> None:
            super().init_poolmanager(*args, server_hostname=host, assert_hostname=host, **more)

    return Named()


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
