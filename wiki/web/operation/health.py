"""For machines that watch over the wiki: alive, ready, and counts for Prometheus."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, g, jsonify, request
from flask.blueprints import BlueprintSetupState

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Unavailable
from wiki.domain.operation.nodes import Standby
from wiki.services.operation import health, nodes
from wiki.web.http import cache
from wiki.web.http.context import wiki
from wiki.web.http.safety import BARE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

blueprint = Blueprint("health", __name__)

ALIVE = url_of("alive")
"""The address that says that the process answers; it waits for nothing, so the server's loop may
answer it while all threads are busy."""
OK = b"ok\n"
COUNTS = "denktank-counts"


class Alive:
    """The outermost WSGI layer, which answers `ALIVE`: no lock, no database, no Flask."""

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") != ALIVE or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._inner(environ, start_response)
        headers = {
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(OK)),
            **BARE,
        }
        start_response("200 OK", list(headers.items()))
        return [OK] if environ["REQUEST_METHOD"] == "GET" else []


class Counts:
    """Requests that this process answered, by method and status, and the seconds they took."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self.seconds = 0.0
        self._lock = threading.Lock()

    def add(self, method: str, status: int, seconds: float) -> None:
        """Count one answer."""
        with self._lock:
            self.answers[method, status] += 1
            self.seconds += seconds


@blueprint.record
def _install(state: BlueprintSetupState) -> None:
    app = state.app
    counts = app.extensions[COUNTS] = Counts()

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(answer: Response) -> Response:
        took = time.perf_counter() - g.get("began", time.perf_counter())
        method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
        counts.add(method, answer.status_code, took)
        return answer


@blueprint.get("/readyz")
def ready() -> Response:
    """Whether pages can be served, and how far each projection is behind: JSON, 200 or 503."""
    state = health.look(wiki())
    answer = jsonify(state.as_dict())
    answer.status_code = 200 if state.ready else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts of this process, as Prometheus reads them."""
    counts: Counts = current_app.extensions[COUNTS]
    pages: cache.Pages = current_app.extensions[cache.PAGES]
    process = f'pid="{os.getpid()}"'
    lines = ["# TYPE denktank_answers_total counter"]
    for (method, status), number in sorted(counts.answers.items()):
        labels = f'{process},method="{method}",status="{status}"'
        lines.append(f"denktank_answers_total{{{labels}}} {number}")
    # Kilobytes on Linux.
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    for name, kind, value in (
        ("denktank_answer_seconds_total", "counter", f"{counts.seconds:.6f}"),
        ("denktank_kept_pages_hits_total", "counter", pages.hits),
        ("denktank_kept_pages_misses_total", "counter", pages.misses),
        ("denktank_memory_peak_bytes", "gauge", memory),
    ):
        lines += [f"# TYPE {name} {kind}", f"{name}{{{process}}} {value}"]
    return _plain("\n".join([*lines, *_of_node()]) + "\n")


def _of_node() -> Iterator[str]:
    """Lines about this node among several; none while the database is away."""
    try:
        seen = nodes.look(wiki())
    except Unavailable:
        return
    if seen is None:
        return
    label = f'node="{seen.name}"'
    gauges = {
        f"denktank_node_behind{{{label}}}": seen.behind,
        f"denktank_node_leads{{{label}}}": int(seen.leader == seen.name),
        "denktank_nodes_alive": sum(node.is_alive for node in seen.every),
    }
    if seen.standby is not Standby.UNKNOWN:
        gauges["denktank_standby_synchronous"] = int(seen.standby is Standby.SYNCHRONOUS)
    for name, value in gauges.items():
        yield f"# TYPE {name.partition('{')[0]} gauge"
        yield f"{name} {value}"


def _plain(text: str) -> Response:
    answer = Response(text, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    return answer
