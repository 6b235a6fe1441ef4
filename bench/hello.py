"""The yardstick: a bare Flask application with one route, under the server that we use.

`python -m bench.hello FD BYTES WORKERS THREADS` serves on an open socket.
"""

from __future__ import annotations

import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from wiki.commands.serving.patience import PatientWorker
from wiki.commands.serving.web import Log


class Hello(BaseApplication):  # type: ignore[misc]
    """The application with as many bytes as a page of the wiki has."""

    language, prefix = "nl", ""
    most_body = most_pushed = 0

    def __init__(self, bind: str, size: int, workers: int, threads: int) -> None:
        self._bind, self._body = bind, "h" * size
        self._workers, self._threads = workers, threads
        super().__init__()

    def load_config(self) -> None:
        """The same settings as the wiki's own server."""
        self.cfg.set("bind", [self._bind])
        self.cfg.set("worker_class", PatientWorker)
        self.cfg.set("workers", self._workers)
        self.cfg.set("threads", self._threads)
        self.cfg.set("logger_class", Log)
        self.cfg.set("control_socket_disable", True)

    def load(self) -> Any:
        """One route."""
        app = Flask("hello")
        body = self._body
        app.add_url_rule("/", "hello", lambda: body)
        return app


if __name__ == "__main__":
    handle, size, workers, threads = map(int, sys.argv[1:5])
    Hello(f"fd://{handle}", size, workers, threads).run()
