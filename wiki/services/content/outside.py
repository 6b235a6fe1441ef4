"""Asking machines elsewhere: a name is looked up once, and the connection goes to what was found.

Whoever writes an address decides what is asked for. So nothing is asked of machines near us: all
addresses of a name have to be public, unless a setting says otherwise.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from requests import Response

_INSIDE = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")))
"""Addresses of version 6 that lead on to one of version 4, whichever that is."""

Resolve = Callable[[str, int], str]


class Private(OSError):
    """A host is at no public address."""


def public_address(host: str, port: int) -> str:
    """The address of a host, if all it has are public; raises Private, OSError."""
    addresses = _addresses(host, port)
    if not all(map(is_public, addresses)):
        raise Private(f"{host} is at no public address")
    return addresses[0]


def any_address(host: str, port: int) -> str:
    """The address of a host, wherever that is; raises OSError."""
    return _addresses(host, port)[0]


def _addresses(host: str, port: int) -> list[str]:
    addresses = [
        str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ]
    if not addresses:
        raise OSError(f"{host} has no address")
    return addresses


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


@contextmanager
def asked(
    method: str,
    url: str,
    resolve: Resolve,
    headers: Mapping[str, str],
    patience: float,
    data: bytes | None = None,
) -> Iterator[Response]:
    """The answer of the one machine that a name was looked up to; leads are not followed.

    Its body is not read yet. Raises OSError, ValueError for what is no address of the web.
    """
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
        said = {"Host": named, "User-Agent": "Denktank", "Accept-Encoding": "identity", **headers}
        with session.request(
            method,
            where,
            headers=said,
            data=data,
            timeout=patience,
            allow_redirects=False,
            stream=True,
        ) as answer:
            yield answer


def _named(host: str) -> Any:
    """Make an adapter that speaks TLS with an address and asks of it the host's certificate."""
    from requests.adapters import HTTPAdapter

    class Named(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **more: Any) -> None:
            super().init_poolmanager(*args, server_hostname=host, assert_hostname=host, **more)

    return Named()
