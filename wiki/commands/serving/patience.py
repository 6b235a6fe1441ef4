"""A gunicorn worker with threads, in which nobody who is slow keeps a thread.

One loop reads requests and hands each to a thread once all of it is there; the thread answers into
a buffer, which the loop sends as fast as the visitor takes it. Everything that a visitor does has
an end (`connections.LIMITS`), and there is room for so many at once: the one that waits longest for
nothing makes room. What is answered without waiting for anything (`INSTANT`) the loop answers
itself, however busy the threads are.
"""

from __future__ import annotations

import io
import logging
import os
import selectors
import socket
import threading
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from gunicorn.http import wsgi
from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from gunicorn.workers.base import Worker

from wiki.commands.serving import short_pages
from wiki.commands.serving.connections import PIECE, Connection, State
from wiki.commands.serving.framing import Body, Malformed, TooMuch
from wiki.domain.content.addresses import url_of, within
from wiki.web.operation.health import ALIVE

log = logging.getLogger(__name__)

INSTANT = frozenset({ALIVE})
PUSHED = url_of("git_push")
END = b"\r\n\r\n"
MOST_HEAD = 32 * 1024
"""Bytes of a request's head: its address, its cookies and all other fields."""
FIRST_PIECE = 16 * 1024
MOST_HELD = 512 * 1024 * 1024
"""Bytes of bodies and answers that wait for slow visitors, in one process."""
LAST_REQUESTS = 1.0
"""Seconds in which a server that stops still takes a request on a connection that was kept open."""

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class PatientWorker(Worker):  # type: ignore[misc]
    """One web process. Its application's `language` and `prefix` are for the loop's answers.

    So are `most_body` and, of what git pushes, `most_pushed`: what a request may hold.
    """

    alive: bool

    def init_process(self) -> None:
        """Make what belongs to this process, then serve until told to stop."""
        self._selector = selectors.DefaultSelector()
        self._connections: set[Connection] = set()
        self._ready: SimpleQueue[Connection] = SimpleQueue()
        self._done: SimpleQueue[Connection] = SimpleQueue()
        self._busy: dict[int, float] = {}
        self._swept = 0.0
        super().init_process()

    def run(self) -> None:
        """Answer requests until told to stop; then finish those that are under way."""
        self._selector.register(self.PIPE[0], READ, self._collect)
        for listener in self.sockets:
            listener.setblocking(False)
            self._selector.register(listener, READ, self._accept)
        for number in range(self.cfg.threads):
            threading.Thread(target=self._work, args=(number,), daemon=True).start()
        while self.alive and self.ppid == os.getppid():
            self._turn(1.0)
        self.alive = False
        self._drain()

    def _turn(self, seconds: float) -> None:
        """Do what is to be done, or wait for it so long."""
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, Connection):
                self._moved(key.data)
            else:
                key.data(key.fileobj)
        now = time.monotonic()
        if now - self._swept >= 0.5:
            self._swept = now
            self._sweep(now)

    def _drain(self) -> None:
        for listener in self.sockets:
            self._selector.unregister(listener)
            listener.close()
        begin = time.monotonic()
        while self._connections and time.monotonic() - begin < self.cfg.graceful_timeout - 0.5:
            self._turn(0.1)
            if time.monotonic() - begin > LAST_REQUESTS:
                self._close_all(State.IDLE, State.LINGERING)
        self._close_all(*State)

    def _sweep(self, now: float) -> None:
        """Do what is due now and then: say that this process lives, end what takes too long."""
        if not self._is_stuck(now):
            self.notify()
        for connection in [each for each in self._connections if each.is_late(now)]:
            self._expire(connection)
        if sum(each.held for each in self._connections) > MOST_HELD:
            self._make_room(State.BODY, State.WRITING)

    def _is_stuck(self, now: float) -> bool:
        """Whether no thread came to an end for so long that gunicorn should start anew."""
        busy = list(self._busy.values())
        return len(busy) == self.cfg.threads and bool(now - max(busy) > self.cfg.timeout)

    # -- connections --

    def _accept(self, listener: socket.socket) -> None:
        try:
            sock, address = listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            # No more files: who waits for nothing makes room.
            log.warning("a connection cannot be taken: %s", error)
            self._make_room(State.IDLE, State.LINGERING)
            return
        connection = Connection(sock, address, listener.getsockname())
        has_room = len(self._connections) < self.cfg.worker_connections or self._make_room(
            State.IDLE, State.LINGERING, State.HEAD, State.BODY, State.WRITING
        )
        self._connections.add(connection)
        if has_room:
            self._watch(connection, READ)
            self._moved(connection)
        else:
            self._refuse(connection, 503)

    def _make_room(self, *states: State) -> bool:
        """Close the connection that is longest in the first of these states in which one is."""
        for state in states:
            those = [each for each in self._connections if each.state is state]
            if those:
                self._close(min(those, key=lambda each: each.since))
                return True
        return False

    def _watch(self, connection: Connection, events: int) -> None:
        if events == connection.watched:
            return
        if not events:
            self._selector.unregister(connection.sock)
        elif connection.watched:
            self._selector.modify(connection.sock, events, connection)
        else:
            self._selector.register(connection.sock, events, connection)
        connection.watched = events

    def _close(self, connection: Connection) -> None:
        self._watch(connection, 0)
        self._connections.discard(connection)
        connection.close()

    def _close_all(self, *states: State) -> None:
        for connection in [each for each in self._connections if each.state in states]:
            self._close(connection)

    def _expire(self, connection: Connection) -> None:
        if connection.state in (State.HEAD, State.BODY):
            self._refuse(connection, 408)
        else:
            self._close(connection)

    def _moved(self, connection: Connection) -> None:
        """Go on with a connection on which something can be read or written."""
        if not connection.watched:
            # Closed a moment ago, to make room for another.
            return
        try:
            self._go_on(connection)
        except Exception:
            # A full disk, for one: the others go on.
            log.exception("a connection failed")
            self._close(connection)

    def _go_on(self, connection: Connection) -> None:
        if connection.state is State.WRITING:
            self._write(connection)
            return
        data = connection.receive(FIRST_PIECE if connection.state is State.IDLE else PIECE)
        if data is None or (data and connection.state is State.LINGERING):
            return
        if not data:
            self._close(connection)
        elif connection.state is State.BODY:
            self._take(connection, data)
        else:
            if connection.state is State.IDLE:
                connection.enter(State.HEAD)
            connection.buffer += data
            self._begin(connection)

    # -- requests --

    def _begin(self, connection: Connection) -> None:
        """Read the head of a request, if all of it is there."""
        buffer = connection.buffer
        end = buffer.find(END)
        if max(end, 0) > MOST_HEAD or (end < 0 and len(buffer) > MOST_HEAD):
            self._refuse(connection, 414 if buffer.find(b"\n", 0, MOST_HEAD) < 0 else 431)
            return
        if end < 0:
            self._watch(connection, READ)
            return
        head = bytes(buffer[: end + len(END)])
        del buffer[: len(head)]
        try:
            connection.request = Request(self.cfg, IterUnreader([head]), connection.address)
            is_push = self._place(connection) == PUSHED
            most = self.app.most_pushed if is_push else self.app.most_body
            connection.body = _body(connection.request, most)
        except Exception as error:
            self._refuse(connection, _status(error))
            return
        # Asked for without a body as well (RFC 9110, 10.1.1): then there is nothing to wait for.
        is_waiting = connection.request._expected_100_continue
        connection.request._expected_100_continue = False
        if connection.body is None:
            self._hand_over(connection)
            return
        if is_waiting:
            connection.out.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            connection.out.flush()
        self._await(connection)

    def _await(self, connection: Connection) -> None:
        """Read the body of a request whose head is there."""
        connection.enter(State.BODY)
        rest = bytes(connection.buffer)
        connection.buffer.clear()
        self._watch(connection, READ)
        self._take(connection, rest)

    def _take(self, connection: Connection, data: bytes) -> None:
        body = connection.body
        assert body is not None
        connection.moved += len(data)
        try:
            connection.buffer += body.take(data)
        except (Malformed, TooMuch) as error:
            self._refuse(connection, _status(error))
            return
        if body.is_whole:
            body.begin()
            self._hand_over(connection)

    def _hand_over(self, connection: Connection) -> None:
        """Have a request answered, all of which is there."""
        connection.enter(State.RUNNING)
        self._watch(connection, 0)
        request, body = connection.request, connection.body
        request.body = body.file if body else io.BytesIO()
        if self._place(connection) in INSTANT:
            self._answer(connection)
            self._hand_back(connection)
        else:
            self._ready.put(connection)

    def _work(self, number: int) -> None:
        """Answer one request after the other; a thread's whole work."""
        while True:
            connection = self._ready.get()
            self._busy[number] = time.monotonic()
            try:
                self._answer(connection)
            finally:
                del self._busy[number]
                self._hand_back(connection)

    def _hand_back(self, connection: Connection) -> None:
        self._done.put(connection)
        # A pipe that is full wakes the loop as well.
        with suppress(BlockingIOError):
            os.write(self.PIPE[1], b".")

    def _answer(self, connection: Connection) -> None:
        connection.is_kept = False
        answer, environ = wsgi.create(
            connection.request, connection.out, connection.address, connection.server, self.cfg
        )
        environ["wsgi.multithread"] = True
        if connection.body is not None:
            environ["CONTENT_LENGTH"] = str(connection.body.size)
            environ.pop("HTTP_TRANSFER_ENCODING", None)
        if not self.alive:
            answer.force_close()
        try:
            self._send(answer, self.wsgi(environ, answer.start_response))
            connection.is_kept = not answer.should_close()
        except Exception:
            log.exception("the answer to %s failed", connection.request.path)
            if not answer.headers_sent:
                connection.out.sendall(self._short(503))
        with suppress(OSError):
            connection.out.flush()

    def _send(self, answer: Any, pieces: Any) -> None:
        try:
            for piece in pieces:
                answer.write(piece)
            answer.close()
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    def _collect(self, pipe: int) -> None:
        """Take back the connections whose answers the threads have made."""
        with suppress(BlockingIOError):
            os.read(pipe, 4096)
        with suppress(Empty):
            while True:
                self._answered(self._done.get_nowait())

    def _answered(self, connection: Connection) -> None:
        connection.forget()
        if connection.out.is_broken:
            self._close(connection)
        elif connection.out.waiting:
            connection.enter(State.WRITING)
            self._watch(connection, WRITE)
        else:
            self._next(connection)

    def _write(self, connection: Connection) -> None:
        connection.moved += connection.out.go_on()
        if connection.out.is_broken:
            self._close(connection)
        elif not connection.out.waiting:
            self._next(connection)

    def _next(self, connection: Connection) -> None:
        """Choose what follows an answer: the next request, or the end."""
        if connection.is_kept:
            connection.enter(State.HEAD if connection.buffer else State.IDLE)
            self._begin(connection)
            return
        # Closed at once, what the visitor still sends would make the answer vanish (RFC 9112, 9.6).
        try:
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(connection)
            return
        connection.enter(State.LINGERING)
        self._watch(connection, READ)

    def _refuse(self, connection: Connection, status: int) -> None:
        """Answer with a short page, and end the connection."""
        connection.is_kept = False
        connection.out.sendall(self._short(status))
        connection.out.flush()
        self._answered(connection)

    def _place(self, connection: Connection) -> str:
        """The path that is asked for, from the root of the wiki."""
        return within(connection.request.path, self.app.prefix)

    def _short(self, status: int) -> bytes:
        return short_pages.answer(status, self.app.language, self.app.prefix)


def _body(request: Any, most: int) -> Body | None:
    """The body that follows this head, as gunicorn read it; None if there is none."""
    reader = request.body.reader
    if isinstance(reader, ChunkedReader):
        return Body(None, most)
    length = reader.length if isinstance(reader, LengthReader) else 0
    return Body(length, most) if length else None


def _status(error: Exception) -> int:
    if isinstance(error, LimitRequestLine):
        return 414
    if isinstance(error, LimitRequestHeaders):
        return 431
    return 413 if isinstance(error, TooMuch) else 400
