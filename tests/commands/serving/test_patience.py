"""The web worker with real connections: nobody who is slow, or rude, keeps others waiting."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.fixtures.bare_server import BIG, MOST_BODY
from tests.fixtures.running import CHECKOUT, Browser, Running, edit_url, value_of
from wiki.commands.serving.connections import HEAD_SECONDS

pytestmark = pytest.mark.slow
GET = b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n"
SOON = 15.0
"""Seconds in which a reader is answered, whatever others do (less by far on a quiet machine)."""


LONG = 120.0
"""Seconds after which something is taken never to come, however busy the machine is."""


@dataclass
class Bare:
    """The small application in its own processes."""

    port: int
    process: subprocess.Popen[bytes]

    def send(self, *pieces: bytes) -> socket.socket:
        """A connection on which these were sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=LONG)
        for piece in pieces:
            connection.sendall(piece)
        return connection

    def all_of(self, *pieces: bytes) -> bytes:
        """Everything that comes back until the server closes."""
        with self.send(*pieces) as connection:
            return rest_of(connection)

    def status(self, *pieces: bytes) -> int:
        """The status that these are answered with."""
        return int(self.all_of(*pieces).split()[1])


def rest_of(connection: socket.socket) -> bytes:
    """What comes in until the other side closes."""
    found = b""
    while piece := connection.recv(1 << 16):
        found += piece
    return found


@contextlib.contextmanager
def serving(timeout: int = 40) -> Iterator[Bare]:
    """The small application, running; one that did not live for so many seconds is begun anew."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.set_inheritable(True)
        words = ["-m", "tests.fixtures.bare_server", str(listener.fileno()), str(timeout)]
        process = subprocess.Popen(
            [sys.executable, *words], pass_fds=(listener.fileno(),), cwd=CHECKOUT
        )
        found = Bare(listener.getsockname()[1], process)
        try:
            # It is there once it answers; until then the listener lets wait.
            found.status(post(b""))
            yield found
        finally:
            family = psutil.Process(process.pid).children() if process.poll() is None else []
            process.terminate()
            # Unless the test killed it.
            assert process.wait(LONG) in (0, -signal.SIGKILL)
            psutil.wait_procs(family, timeout=LONG)


@pytest.fixture(scope="module")
def bare() -> Iterator[Bare]:
    """The small application, for tests that leave it as it was."""
    with serving() as found:
        yield found


@pytest.fixture
def own() -> Iterator[Bare]:
    """The small application, for one test alone."""
    with serving() as found:
        yield found


def described(body: bytes) -> str:
    """What the small application says of a body."""
    return f"{len(body)} {len(body)} {hashlib.sha256(body).hexdigest()}"


def post(body: bytes, *fields: str, chunked: bool = False) -> bytes:
    """A POST of this body, after which the connection is closed."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    head = ["POST / HTTP/1.1", "Host: x", "Connection: close", length, *fields, "", ""]
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    return "\r\n".join(head).encode() + sent


def test_bodies_arrive_whole(bare):
    body = bytes(range(256)) * 2000
    for chunked in (False, True):
        data = post(body, chunked=chunked)
        assert described(body) in bare.all_of(data).decode()
        assert described(body) in bare.all_of(data[:30], data[30:9000], data[9000:]).decode()


def test_requests_on_one_connection_are_answered_in_order(bare):
    lines = GET % b"" + post(b"abc").replace(b"Connection: close\r\n", b"") + GET % b"healthz"
    text = bare.all_of(lines + post(b"last")).decode()
    assert [text.index(said) for said in (described(b"abc"), "ok\n", described(b"last"))]
    assert text.count("HTTP/1.1 200") == 4
    many = bare.all_of(GET % b"healthz" * 3000 + post(b"last"))
    assert many.count(b"HTTP/1.1 200") == 3001


def test_who_waits_for_leave_to_send_gets_it(bare):
    data = post(b"x" * 5000, "Expect: 100-continue")
    with bare.send(data[:-5000]) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(data[-5000:])
        assert described(b"x" * 5000) in rest_of(connection).decode()
    # Who has nothing to send is answered.
    asked = (GET % b"").replace(b"Host", b"Expect: 100-continue\r\nHost")
    with bare.send(asked) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    # Who would be refused anyway is told so before sending.
    head = post(b"", "Expect: 100-continue").replace(b"h: 0", b"h: %d" % (MOST_BODY + 1))
    assert bare.status(head) == 413


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (GET % (b"a" * 9000), 414),
        (b"GET /" + b"a" * 40_000, 414),
        (b"GET / HTTP/1.1\r\nCookie: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 9000, 431),
        (b"nonsense\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400),
        (post(b"a" * (MOST_BODY + 1)), 413),
        (post(b"a" * (MOST_BODY + 1), chunked=True), 413),
    ],
)
def test_what_is_too_long_or_malformed_gets_a_short_page(bare, data, status):
    answer = bare.all_of(data)
    assert int(answer.split()[1]) == status
    head, _, page = answer.decode().partition("\r\n\r\n")
    assert '<html lang="nl">' in page
    assert "</p>" in page
    assert "no-store" in head
    assert "nosniff" in head
    assert "Connection: close" in head
    assert bare.status(post(b"and then")) == 200


def test_an_answer_that_fails_halfway_is_cut_off(bare):
    assert bare.all_of(GET % b"cut").endswith(b"\r\n\r\nhalf")


def test_a_slow_reader_keeps_no_thread(own):
    slow = []
    for _ in range(6):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", own.port))
        connection.sendall(GET % b"big")
        slow.append(connection)
    time.sleep(0.5)
    began = time.monotonic()
    assert own.status(post(b"a")) == 200
    assert time.monotonic() - began < SOON
    # What waited comes whole, however late.
    slow[0].settimeout(LONG)
    answer = http.client.HTTPResponse(slow[0])
    answer.begin()
    assert answer.read() == BIG
    for connection in slow:
        connection.close()


def test_alive_while_all_threads_are_busy(bare):
    asked = GET.replace(b"x\r\n", b"x\r\nConnection: close\r\n") % b"healthz"
    # Once more where the machine was held up until those were no longer busy.
    for _ in range(10):
        busy = [bare.send(GET % b"sleep?3") for _ in range(2)]
        assert b"ok\n" in bare.all_of(asked)
        was_first = not select.select(busy, [], [], 0)[0]
        for connection in busy:
            assert b" 200 " in connection.recv(100)
            connection.close()
        if was_first:
            return
    pytest.fail("it was never answered before the others")


def test_a_process_that_hangs_is_started_anew():
    with serving(timeout=5) as own:
        busy = [own.send(GET % b"sleep?600") for _ in range(2)]
        began = time.monotonic()
        # It waits behind those, and is lost with the process; the next one is not.
        with own.send(post(b"a")) as connection:
            assert rest_of(connection) == b""
        assert own.status(post(b"b")) == 200
        assert time.monotonic() - began < 300, "they would sleep for ten minutes"
        for connection in busy:
            connection.close()


def test_a_process_whose_parent_is_gone_leaves_though_it_is_busy(own):
    busy = [own.send(GET % b"sleep?600") for _ in range(2)]
    left = psutil.Process(own.process.pid).children()
    assert left
    own.process.kill()
    assert psutil.wait_procs(left, timeout=LONG)[1] == []
    own.process.wait()
    for connection in busy:
        connection.close()


def test_who_waits_for_nothing_makes_room(own):
    idle = [own.send(GET % b"") for _ in range(60)]
    for connection in idle:
        connection.recv(1000)
    with own.send(b"GET / HT") as slow:
        assert own.status(post(b"a")) == 200
        slow.sendall(b"TP/1.0\r\n\r\n")
        assert b" 200 " in rest_of(slow)
    # The first ones went, the last ones are still open.
    assert idle[0].recv(10) == b""
    idle[-1].sendall(post(b"still here"))
    assert described(b"still here") in rest_of(idle[-1]).decode()
    for connection in idle:
        connection.close()


def test_a_stop_finishes_what_is_under_way(own):
    with own.send(GET % b"sleep?1.5") as under_way, own.send(GET % b"") as kept:
        assert b" 200 " in kept.recv(1000)
        own.process.send_signal(signal.SIGTERM)
        # A request that crosses the news is answered, and told that it was the last.
        answer = b""
        while b"Connection: close" not in answer:
            kept.sendall(GET % b"")
            answer = kept.recv(1000)
            assert b" 200 " in answer
        assert rest_of(kept) == b""
        assert b" 200 " in rest_of(under_way)
        assert own.process.wait(LONG) == 0


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A wiki with one page and one member."""
    wiki = Running(tmp_path / "wiki")
    (wiki.data / "pages").mkdir(parents=True)
    (wiki.data / "pages" / "start.md").write_text("# Begin\n\nTekst.\n")
    git = shutil.which("git")
    assert git
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "begin"],
    ):
        subprocess.run([git, "-C", wiki.data / "pages", *words], check=True)
    try:
        wiki.start()
        wiki.user("anna")
        yield wiki
    finally:
        wiki.end()


def test_five_hundred_slow_connections(running):
    member = Browser(running.port)
    member.login("anna")
    head = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    begun = (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", head + b"Content-Length: 5000\r\n\r\nusername=")
    slow, first = [], time.monotonic()
    for number in range(500):
        connection = socket.create_connection(("127.0.0.1", running.port))
        connection.sendall(begun[number % 2])
        slow.append(connection)
    for turn in range(12):
        began = time.monotonic()
        for connection in slow:
            try:
                connection.send(b"a")
            except OSError:
                # Those that are late have been sent away.
                assert time.monotonic() - first > HEAD_SECONDS
        took = {}
        asks: dict[str, Callable[[], Any]] = {
            "alive": lambda: Browser(running.port).get("/healthz"),
            "page": lambda: Browser(running.port).get("/wiki/start"),
            "save": partial(save, member, f"# Begin\n\nTekst {turn}.\n"),
        }
        for name, ask in asks.items():
            at = time.monotonic()
            assert ask()[0] in (200, 303), name
            took[name] = time.monotonic() - at
        assert max(took.values()) < SOON, took
        time.sleep(max(0.0, 1 - (time.monotonic() - began)))
    late = [connection for number, connection in enumerate(slow) if number % 2 == 0]
    assert all(b" 408 " in answer_of(connection) for connection in late)
    for connection in slow:
        connection.close()
    assert running.stop() == 0


def answer_of(connection: socket.socket) -> bytes:
    """The first of what came back."""
    connection.settimeout(LONG)
    return connection.recv(1000)


def save(member: Browser, text: str) -> tuple[int, str]:
    """Save the page."""
    page = member.get(edit_url("start"))[1]
    token, base = value_of(page, "csrf_token"), value_of(page, "base")
    assert re.fullmatch("[0-9a-f]{40}", base)
    return member.post(edit_url("start"), text=text, base=base, csrf_token=token)
