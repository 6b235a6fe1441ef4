"""Where a request's body ends, told piece by piece as it comes in (RFC 9112, sections 6 and 7)."""

from __future__ import annotations

import string
import tempfile
from collections.abc import Generator

IN_MEMORY = 64 * 1024
"""Bytes of a body that are kept in memory; a larger one becomes a file without a name."""
LINE = 1024
"""The longest line between two chunks."""
LINES = 100
"""The most lines behind the last chunk."""
FREE_CHUNKS, LEAST_CHUNK = 1000, 64
"""After so many chunks they must hold so many bytes on average: each costs time."""
DIGITS = frozenset(string.hexdigits.encode())

Reading = Generator[None, bytes, None]


class Malformed(Exception):
    """Bytes that came in are no body of a request."""


class TooMuch(Exception):
    """The body is larger than anything that the wiki takes."""


class Body:
    """A body that comes in: `file` holds what is there so far, `size` says how much.

    `length` is what the request announces; None if it comes in chunks.
    """

    def __init__(self, length: int | None, most: int) -> None:
        if (length or 0) > most:
            raise TooMuch
        # Closed by `close`, once the request was answered.
        self.file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self.size = 0
        self._most = most
        self._buffer = bytearray()
        self._reading = self._chunks() if length is None else self._data(length)
        self._is_whole = self._go_on(None)

    @property
    def is_whole(self) -> bool:
        """Whether all of it came in."""
        return self._is_whole

    def take(self, data: bytes) -> bytes:
        """Take what came in; gives what is behind the end. Raises Malformed, TooMuch."""
        if not self._is_whole:
            self._is_whole = self._go_on(data)
            data = b""
        if not self._is_whole:
            return b""
        rest = bytes(self._buffer) + data
        self._buffer.clear()
        return rest

    def close(self) -> None:
        """Let go of what came in."""
        self.file.close()

    def begin(self) -> None:
        """Let it be read from its beginning."""
        self.file.seek(0)

    def _go_on(self, data: bytes | None) -> bool:
        """Send data to where reading stopped (None: begin); whether that was the end."""
        try:
            self._reading.send(data)  # type: ignore[arg-type]
        except StopIteration:
            return True
        return False

    def _data(self, length: int) -> Reading:
        while True:
            piece = self._buffer[:length]
            del self._buffer[: len(piece)]
            self.size += len(piece)
            length -= len(piece)
            if self.size > self._most:
                raise TooMuch
            self.file.write(piece)
            if not length:
                return
            self._buffer += yield

    def _chunks(self) -> Reading:
        number = 0
        while size := _size(line := (yield from self._line())):
            if self.size + size > self._most:
                raise TooMuch
            number += 1
            if number > FREE_CHUNKS and self.size < number * LEAST_CHUNK:
                raise Malformed("the chunks are too small")
            yield from self._data(size)
            line = yield from self._line()
            if line:
                raise Malformed("a chunk does not end where it says")
        for _ in range(LINES):
            if not (yield from self._line()):
                return
        raise Malformed("too much behind the last chunk")

    def _line(self) -> Generator[None, bytes, bytes]:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > LINE:
                raise Malformed("a line without an end")
            self._buffer += yield
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line


def _size(line: bytes) -> int:
    """The size that the line before a chunk announces; what it says further counts for nothing."""
    digits = line.partition(b";")[0].rstrip(b" \t")
    if not 0 < len(digits) <= 16 or not DIGITS.issuperset(digits):
        raise Malformed("a chunk without a size")
    return int(digits, 16)
