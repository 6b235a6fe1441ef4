"""`python -m bench.server [S|L]`: the same application under gunicorn with threads and granian.

The choice between them stands in ARCHITECTURE.md; this measures it again. Each serves a bare
Flask route ("hello") and the wiki's most visited kind of page, with the same number of processes
and threads.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from bench.load import load
from bench.site import Site, free_port, hello, prepare, wait

WORKERS, THREADS = 2, 8


@contextmanager
def granian(target: str, **environment: str) -> Iterator[str]:
    """An application factory of this module under granian; gives its address."""
    port = free_port()
    command = ["granian", "--interface", "wsgi", "--factory", "--no-ws", "--port", str(port)]
    command += ["--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--log-level"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "error", f"bench.server:{target}"],
        env={**os.environ, **environment},
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
    from flask import Flask

    app = Flask("hello")
    body = "h" * int(os.environ["BENCH_BYTES"])
    app.add_url_rule("/", "hello", lambda: body)
    return app


def whole() -> object:
    """The wiki."""
    from pathlib import Path

    from wiki.app import create_app
    from wiki.settings import load as load_settings

    return create_app(load_settings(Path(os.environ["BENCH_DATA"]), {}))


def compare(site: Site) -> None:
    """Print requests a second and p99 of both servers."""
    path = site.page(site.paths[0])
    with site.serving(WORKERS):
        size = len(site.browser().get(path)[1].encode())
        page = load(site.url(path))
    with hello(size, WORKERS, THREADS) as address:
        plain = load(address)
    print(f"gunicorn gthread: hello {plain.rate:,.0f}/s p99 {plain.p99:.1f} ms", end="; ")
    print(f"page {page.rate:,.0f}/s p99 {page.p99:.1f} ms")
    with granian("bare", BENCH_BYTES=str(size)) as address:
        plain = load(address + "/")
    with granian("whole", BENCH_DATA=str(site.data)) as address:
        page = load(address + path)
    print(f"granian:          hello {plain.rate:,.0f}/s p99 {plain.p99:.1f} ms", end="; ")
    print(f"page {page.rate:,.0f}/s p99 {page.p99:.1f} ms")


if __name__ == "__main__":
    prepared = prepare(sys.argv[1] if len(sys.argv) > 1 else "S")
    prepared.command("init", "--empty")
    compare(prepared)
