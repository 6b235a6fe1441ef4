"""`python -m bench.server [S|L]`: the same application under every server that we might use.

The choice between them stands in ARCHITECTURE.md; this measures it again. Each serves a bare
Flask route ("hello") and the wiki's most visited kind of page, with the same number of processes
and threads; then it is asked for the bare route while 500 visitors send a byte a second.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import psutil

from bench.load import load
from bench.site import Site, free_port, hello, prepare, wait

WORKERS, THREADS = 2, 8
SLOW, SECONDS = 500, 5
PATIENCE = 10.0
BEGUN = (
    b"GET / HTTP/1.1\r\nHost: x\r\nX: ",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\na",
)


def gthread(target: str, port: int) -> list[str]:
    """Gunicorn with its own threads."""
    words = ["gunicorn", "--worker-class", "gthread", "--keep-alive", "30", "--no-control-socket"]
    words += ["--workers", str(WORKERS), "--threads", str(THREADS), "--log-level", "error"]
    return [*words, "--bind", f"127.0.0.1:{port}", f"bench.server:{target}()"]


def granian(target: str, port: int) -> list[str]:
    """Granian, which speaks HTTP in Rust."""
    words = ["granian", "--interface", "wsgi", "--factory", "--no-ws", "--port", str(port)]
    words += ["--workers", str(WORKERS), "--blocking-threads", str(THREADS)]
    return [*words, "--log-level", "error", f"bench.server:{target}"]


def waitress(target: str, port: int) -> list[str]:
    """Waitress, which has one process and reads a request before a thread is taken."""
    words = ["waitress", f"--listen=127.0.0.1:{port}", f"--threads={WORKERS * THREADS}"]
    return [*words, "--connection-limit=1000", "--call", f"bench.server:{target}"]


@contextmanager
def serving(words: list[str], port: int, **environment: str) -> Iterator[str]:
    """A server that is started with these words; gives its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words], env={**os.environ, **environment}, stderr=subprocess.DEVNULL
    )
    try:
        wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
        process.wait()


def bare() -> object:
    """The yardstick."""
    from flask import Flask, request

    app = Flask("hello")
    body = "h" * int(os.environ["BENCH_BYTES"])

    def answer() -> str:
        # As the wiki does: a server that hands over a body in pieces waits here.
        request.get_data()
        return body

    app.add_url_rule("/", "hello", answer, methods=["GET", "POST"])
    return app


def whole() -> object:
    """The wiki."""
    from pathlib import Path

    from wiki.app import create_app
    from wiki.settings import load as load_settings

    return create_app(load_settings(Path(os.environ["BENCH_DATA"]), {}))


def beside_slow(port: int) -> str:
    """The longest that a reader waits in some seconds while others send a byte a second."""
    most = 0.0
    with ExitStack() as stack:
        slow = []
        for number in range(SLOW):
            connection = socket.create_connection(("127.0.0.1", port))
            slow.append(stack.enter_context(connection))
            connection.sendall(BEGUN[number % 2])
        for _ in range(SECONDS):
            for connection in slow:
                with suppress(OSError):
                    connection.send(b"a")
            began = time.monotonic()
            with suppress(SystemExit):
                wait(port, seconds=PATIENCE)
            most = max(most, time.monotonic() - began)
            time.sleep(1)
    return f"{most * 1000:,.0f} ms" if most < PATIENCE else f"no answer in {PATIENCE:.0f} s"


def compare(site: Site) -> None:
    """Print requests a second, p99 and what slow visitors do to a reader, for each server."""
    path = site.page(site.paths[0])
    with site.serving(WORKERS):
        size = len(site.browser().get(path)[1].encode())
        page = load(site.url(path))
    with hello(size, WORKERS, THREADS) as address:
        plain = load(address)
        slow = beside_slow(int(address.rstrip("/").rsplit(":", 1)[1]))
    print(f"{'ours':9} hello {plain.rate:,.0f}/s p99 {plain.p99:.1f} ms", end="; ")
    print(f"page {page.rate:,.0f}/s p99 {page.p99:.1f} ms; {SLOW} slow: {slow}")
    for words in (gthread, granian, waitress):
        measure(words, size, site, path)


def measure(words: Callable[[str, int], list[str]], size: int, site: Site, path: str) -> None:
    """Print the same for a server that is not ours."""
    port = free_port()
    with serving(words("bare", port), port, BENCH_BYTES=str(size)) as address:
        plain = load(address + "/")
        slow = beside_slow(port)
    port = free_port()
    with serving(words("whole", port), port, BENCH_DATA=str(site.data)) as address:
        page = load(address + path)
    print(f"{words.__name__:9} hello {plain.rate:,.0f}/s p99 {plain.p99:.1f} ms", end="; ")
    print(f"page {page.rate:,.0f}/s p99 {page.p99:.1f} ms; {SLOW} slow: {slow}")


if __name__ == "__main__":
    prepared = prepare(sys.argv[1] if len(sys.argv) > 1 else "S")
    prepared.command("init", "--empty")
    compare(prepared)
