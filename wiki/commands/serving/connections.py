"""A visitor's connection, which never waits: what came in, what has to go out, and until when.

A thread answers only what came in whole, and what a visitor does not take at once waits here
instead of in the thread. So who sends or reads a byte a second costs memory, not a thread.
"""

from __future__ import annotations

import contextlib
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import IO, Any

from wiki.commands.serving.framing import Body

HEAD_SECONDS = 10.0
"""In which a request's head comes in whole."""
FREE_SECONDS, BYTES_A_SECOND = 30.0, 4000
"""A body, and an answer that is taken, may last so long; and longer as more of it gets through."""
IDLE_SECONDS = 30.0
"""How long a connection stays open for a next request."""
LINGER_SECONDS = 5.0
"""How long what still comes in is thrown away after the last answer, so that this is read."""
PIECE = 256 * 1024
TOGETHER = 64 * 1024
"""Bytes of an answer that are sent in one go."""


class State(Enum):
    """The things that a connection can be doing."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    RUNNING = auto()
    WRITING = auto()
    LINGERING = auto()


class Outgoing:
    """An answer on its way; gunicorn writes to it as to a socket.

    What the visitor does not take at once is kept, in a file if it is much.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._ready: list[bytes] = []
        self._size = 0
        self._kept: IO[bytes] | None = None
        self._from = 0
        self.waiting = 0
        self.is_broken = False

    def sendall(self, data: bytes) -> None:
        """Send it, now or later."""
        self._ready.append(data)
        self._size += len(data)
        if self._size > TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Send what was gathered, as far as the visitor takes it."""
        data, self._ready, self._size = b"".join(self._ready), [], 0
        if data and not self.waiting:
            data = data[self._sent(data) :]
        if data and not self.is_broken:
            self._keep(data)

    def go_on(self) -> int:
        """Send more of what waits; gives how many bytes the visitor took."""
        if self._kept is None:
            return 0
        self._kept.seek(self._from)
        sent = self._sent(self._kept.read(PIECE))
        self._from += sent
        self.waiting -= sent
        if not self.waiting:
            self.end()
        return sent

    def end(self) -> None:
        """Throw away what still waits."""
        if self._kept is not None:
            self._kept.close()
        self._kept, self._from, self.waiting = None, 0, 0

    def _keep(self, data: bytes) -> None:
        if self._kept is None:
            # Closed as soon as all of it is sent, or with the connection.
            self._kept = tempfile.SpooledTemporaryFile(max_size=PIECE)  # noqa: SIM115
        self._kept.seek(0, 2)
        self._kept.write(data)
        self.waiting += len(data)

    def _sent(self, data: bytes) -> int:
        if self.is_broken:
            return 0
        with contextlib.suppress(BlockingIOError, InterruptedError):
            try:
                return self._sock.send(data)
            except (BrokenPipeError, ConnectionError):
                self.is_broken = True
        return 0


@dataclass(eq=False, slots=True)
class Connection:
    """One connection and what is under way on it."""

    sock: socket.socket
    address: Any
    server: Any
    out: Outgoing = field(init=False)
    state: State = State.HEAD
    since: float = field(default_factory=time.monotonic)
    moved: int = 0
    """Bytes that got through since `since`."""
    buffer: bytearray = field(default_factory=bytearray)
    request: Any = None
    body: Body | None = None
    is_kept: bool = False
    """Whether it stays open after the answer."""
    watched: int = 0
    """The events for which it is in the selector."""

    def __post_init__(self) -> None:
        self.sock.setblocking(False)
        # An answer's end does not wait for the visitor to confirm its beginning.
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.out = Outgoing(self.sock)

    def enter(self, state: State) -> None:
        """Do something else from now on."""
        self.state, self.since, self.moved = state, time.monotonic(), 0

    def is_late(self, now: float) -> bool:
        """Whether what is under way takes longer than it may."""
        limit = LIMITS.get(self.state)
        return limit is not None and now - self.since > limit(self.moved)

    def receive(self, most: int) -> bytes | None:
        """Return the bytes that came in; empty at the end, None if there is nothing yet."""
        try:
            return self.sock.recv(most)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return b""

    @property
    def held(self) -> int:
        """Bytes that wait here for a slow visitor."""
        return self.out.waiting + (self.body.size if self.body else 0)

    def forget(self) -> None:
        """Let go of the request that was answered."""
        if self.body is not None:
            self.body.close()
        self.request = self.body = None

    def close(self) -> None:
        """Close it, whatever is under way."""
        self.forget()
        self.out.end()
        self.sock.close()


def _by_rate(moved: int) -> float:
    return FREE_SECONDS + moved / BYTES_A_SECOND


LIMITS: dict[State, Callable[[int], float]] = {
    State.IDLE: lambda moved: IDLE_SECONDS,
    State.HEAD: lambda moved: HEAD_SECONDS,
    State.BODY: _by_rate,
    State.WRITING: _by_rate,
    State.LINGERING: lambda moved: LINGER_SECONDS,
}
