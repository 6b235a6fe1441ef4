"""The web server: gunicorn with our own worker, on a socket that the supervisor holds."""

from __future__ import annotations

import ctypes
import functools
import resource
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from wiki.app import configuration, create_app
from wiki.commands.serving import lifeline
from wiki.commands.serving.opening import Opening
from wiki.commands.serving.patience import PatientWorker
from wiki.settings import Settings

GRACE = 3
"""Seconds for requests under way to finish when the server is told to stop."""
M_ARENA_MAX = -8
TIMEOUT = 60
MOST_CONNECTIONS = 1000
"""Connections that one web process keeps open."""
FILES = 4096
"""Files that one web process may have open: its connections, git, the databases."""
LONGEST_LINE = 8190


class Log(Logger):  # type: ignore[misc]
    """Gunicorn's messages in our own log; no line for each request (visitors leave no trace)."""

    def setup(self, cfg: Config) -> None:
        """Leave the handlers to `logs.configure`."""
        self._access_log_enabled = False
        self.error_log.propagate = True
        self.error_log.setLevel("WARNING")
        self.access_log.disabled = True


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with its settings taken from ours."""

    def __init__(self, settings: Settings, listener: int, held: int) -> None:
        self._settings = settings
        self._listener = listener
        self._held = held
        # Of the server itself: the supervisor lives on when the server is killed.
        self._line = lifeline.Lifeline()
        self.language, self.prefix = settings.language, settings.prefix
        configured = configuration(settings)
        self.most_body = configured["MAX_CONTENT_LENGTH"]
        self.most_pushed = configured["MAX_PUSH_LENGTH"]
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's settings."""
        for name, value in {
            "bind": [f"fd://{self._listener}"],
            "worker_class": PatientWorker,
            "workers": self._settings.workers,
            "threads": self._settings.threads,
            "worker_connections": MOST_CONNECTIONS,
            "limit_request_line": LONGEST_LINE,
            "sendfile": False,
            # Whom to believe about the visitor is decided by TRUSTED_PROXIES alone.
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "timeout": TIMEOUT,
            "graceful_timeout": GRACE,
            "logger_class": Log,
            "post_fork": functools.partial(_started, self._held, self._line),
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, made after the fork: git and database handles are never shared."""
        return Opening(functools.partial(create_app, self._settings), self._settings)


def _started(held: int, line: lifeline.Lifeline, arbiter: Arbiter, worker: Any) -> None:
    del arbiter, worker
    line.become_child()
    lifeline.hold(held)
    # At once: another server is started, and nobody else would end what hangs here.
    lifeline.hold(line.held, grace=0)


def run(settings: Settings, listener: int, held: int) -> None:
    """Serve on the open socket `listener` until told to stop; `held` is the lifeline."""
    lifeline.hold(held)
    _keep_memory_together()
    _allow_files()
    Server(settings, listener, held).run()


def _keep_memory_together() -> None:
    """Let all threads allocate from two places: one for each keeps a third more memory."""
    libc = ctypes.CDLL(None)
    # Other C libraries than glibc have no such choice, and no such problem.
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_ARENA_MAX, 2)


def _allow_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
