"""A request byte by byte, so that what no decent browser sends can be sent too, and sent again."""

from __future__ import annotations

import base64
import contextlib
import http.client
import io
import itertools
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

HOLES = ("{{token}}", "{{base}}", "{{head}}")
"""What only the running wiki knows: the session's token, a page's blob, the newest revision."""

_addresses = itertools.cycle(range(2, 250))


@dataclass(frozen=True)
class Ask:
    """One request; `who` is whose session it carries, `pace` the seconds between bytes of its body.

    `length` is what Content-Length claims, if not the truth; `page` fills the hole `{{base}}`.
    """

    method: str
    target: str
    who: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    pace: float = 0.0
    length: int | None = None
    page: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "body": base64.b64encode(self.body).decode(), "kind": "ask"}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Ask:
        """What `as_dict` gave."""
        values = {name: value for name, value in kept.items() if name != "kind"}
        values["headers"] = tuple((name, value) for name, value in values["headers"])
        return cls(**{**values, "body": base64.b64decode(values["body"])})

    @property
    def is_honest(self) -> bool:
        """Whether it is HTTP that must be answered."""
        return self.length is None

    def raw(self, holes: Mapping[str, str], cookie: str, host: str) -> tuple[bytes, bytes]:
        """Head and body as they are sent."""
        body = self.body
        for name, value in holes.items():
            body = body.replace(quote(name).encode(), quote(value, safe="").encode())
            body = body.replace(name.encode(), value.encode())
        lines = [f"{self.method} {_filled(self.target, holes)} HTTP/1.1", f"Host: {host}"]
        if cookie:
            lines.append(f"Cookie: {cookie}")
        lines += [f"{name}: {_filled(value, holes)}" for name, value in self.headers]
        if body or self.method not in ("GET", "HEAD"):
            lines.append(f"Content-Length: {len(body) if self.length is None else self.length}")
        lines += ["Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace"), body

    def __str__(self) -> str:
        size = f" ({len(self.body)} bytes)" if self.body else ""
        return f"{self.method} {self.target[:120]} as {self.who or 'nobody'}{size}"


@dataclass(frozen=True)
class Answer:
    """What came back; status 0: nothing that is HTTP."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")


def send(port: int, head: bytes, body: bytes, pace: float = 0.0, patience: float = 30.0) -> Answer:
    """Send and give the answer; every request comes from another address of this machine.

    Raises TimeoutError if there is none within `patience` seconds.
    """
    began = time.monotonic()
    source = (f"127.0.{next(_addresses)}.{next(_addresses)}", 0)
    with socket.create_connection(("127.0.0.1", port), patience, source) as connection:
        # Whoever is refused while still sending may find the door closed: the answer is there.
        with contextlib.suppress(ConnectionError):
            connection.sendall(head)
            _give(connection, body, pace, began + patience)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        answer = _read(connection, head.startswith(b"HEAD "))
    return Answer(*answer, seconds=time.monotonic() - began)


def _give(connection: socket.socket, body: bytes, pace: float, end: float) -> None:
    if not pace:
        connection.sendall(body)
        return
    for number in range(len(body)):
        if time.monotonic() > end:
            return
        connection.sendall(body[number : number + 1])
        time.sleep(pace)


def _read(connection: socket.socket, is_head: bool) -> tuple[int, dict[str, str], bytes]:
    data = bytearray()
    try:
        while part := connection.recv(1 << 16):
            data += part
    except ConnectionError:
        # What came before the door was closed counts.
        pass
    answer = http.client.HTTPResponse(_Heard(bytes(data)), method="HEAD" if is_head else "GET")
    try:
        answer.begin()
        body = answer.read()
    except http.client.IncompleteRead as cut:
        body = cut.partial
    except (http.client.HTTPException, ValueError):
        return 0, {}, bytes(data)
    return answer.status, dict(answer.headers.items()), body


class _Heard(socket.socket):
    """The bytes that were received, as `http.client` wants them."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_: Any, **__: Any) -> Any:
        """The bytes as a file."""
        return io.BytesIO(self._data)


def _filled(text: str, holes: Mapping[str, str]) -> str:
    for name, value in holes.items():
        text = text.replace(name, value)
    return text
