"""`denktank serve`: the web server and the worker together, each started again if it dies.

The supervisor itself holds the listening socket and lends it to the web server: while that is
started again, visitors wait a moment instead of being refused.
"""

from __future__ import annotations

import errno
import fcntl
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType

import click

from wiki import identity
from wiki.commands import worker
from wiki.commands.init import prepare
from wiki.commands.place import Stop, data_option, settings_in
from wiki.commands.serving import lifeline, logs, web
from wiki.database.engine.faults import PASSING
from wiki.engine import use
from wiki.settings import Settings

log = logging.getLogger(__name__)

FORK = multiprocessing.get_context("fork")
BACKLOG = 1024
PORT_PATIENCE = 5.0
"""Seconds to wait for a port that the processes of a killed supervisor are about to leave."""
STOP_PATIENCE = 4.0
"""Seconds that the children get to finish what they do when told to stop."""
FIRST_DELAY, SHORT_DELAY, LONGEST_DELAY = 0.1, 10.0, 60.0
MOST_FAILURES = 5
"""A child that ended so often by itself, at once, is in no hurry to be started again."""
STEADY = 30.0
"""A child that ran so many seconds is started again without delay when it dies."""
RETRY = 1.0
FIRST_PATIENCE = 30.0
"""Seconds that a folder which never held a wiki waits for its database: then it is a mistake."""
LOCK = "serve.lock"


@dataclass
class Child:
    """One process that the supervisor keeps alive: a fork, so that nothing is loaded twice."""

    name: str
    run: Callable[[], None]
    process: ForkProcess | None = None
    started: float = 0.0
    due: float = 0.0
    ends: int = 0
    failures: int = 0

    def tend(self, now: float) -> None:
        """Start the process if it is not there and its time has come; notice if it died."""
        if self.process is None:
            if now >= self.due:
                self.start(now)
            return
        if self.process.is_alive():
            return
        end_group(self.process)
        code, self.process = self.process.exitcode or 0, None
        if now - self.started >= STEADY:
            self.ends = self.failures = 0
        self.ends += 1
        # Ended by itself, not killed: it cannot start, or cannot stay.
        self.failures = self.failures + 1 if code > 0 else 0
        delay = self._delay()
        self.due = now + delay
        log.error("the %s ended (%s); starting it again in %.1f s", self.name, code, delay)

    def _delay(self) -> float:
        more = self.failures - MOST_FAILURES
        if more >= 0:
            return float(min(SHORT_DELAY * 2 ** min(more, 9), LONGEST_DELAY))
        return float(min(FIRST_DELAY * 2 ** min(self.ends - 1, 9), SHORT_DELAY))

    def start(self, now: float) -> None:
        """Start the process."""
        self.started = now
        self.process = FORK.Process(target=self.run, name=self.name)
        self.process.start()


class Supervisor:
    """Keeps the web server and the worker alive until it is told to stop.

    Neither's failures end the other, or the supervisor: that the wiki could be opened was seen
    before, so what fails now is a fault, and faults pass.
    """

    def __init__(self, settings: Settings, listener: socket.socket, alone: int) -> None:
        self._settings = settings
        self._listener = listener
        self._alone = alone
        self._line = lifeline.Lifeline()
        self._children = [Child("web server", self._web), Child("worker", self._worker)]
        self._stopping = False

    def _web(self) -> None:
        self._become_child()
        web.run(self._settings, self._listener.fileno(), self._line.held)

    def _worker(self) -> None:
        self._become_child()
        self._listener.close()
        try:
            worker.run(self._settings, self._line.held)
        except Stop as stop:
            # It is started again until what it needs is there.
            log.error("the worker cannot begin: %s", stop.message)
            sys.exit(1)

    def _become_child(self) -> None:
        self._line.become_child()
        # Only the supervisor's own death lets the next one start.
        os.close(self._alone)
        # A group of its own: at Ctrl-C the supervisor alone decides who stops when.
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)

    def run(self) -> None:
        """Keep both alive until SIGTERM or SIGINT, then stop both and return."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            for child in self._children:
                child.tend(time.monotonic())
            time.sleep(0.05)
        self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stopping = True

    def _end(self) -> None:
        deadline = time.monotonic() + STOP_PATIENCE
        running = [child.process for child in self._children if child.process]
        for process in running:
            process.terminate()
        for process in running:
            process.join(max(0.1, deadline - time.monotonic()))
            if process.is_alive():
                log.error("the %s does not stop; it is killed", process.name)
                process.kill()
                process.join()
            end_group(process)


def end_group(process: ForkProcess) -> None:
    """End what a child that is gone has left behind: a git that packs goes on without it."""
    if process.pid:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; waits a few seconds for a port that is just being left.

    Raises Stop if the port is in use by something else, or cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline = time.monotonic() + PORT_PATIENCE
    while True:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise Stop(f"cannot listen on {host} port {port}: {error.strerror}") from error
            if time.monotonic() > deadline:
                message = f"port {port} is in use on {host}; choose another with --port"
                raise Stop(message) from error
            time.sleep(0.1)
        else:
            return listener


def alone(data: Path) -> int:
    """A handle by which nobody else can serve this folder until this process ends, however it does.

    Raises Stop if somebody does already.
    """
    data.mkdir(parents=True, exist_ok=True)
    handle = os.open(data / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = os.read(handle, 20).decode("ascii", "replace").strip()
        os.close(handle)
        message = f"the wiki in {data} is being served already, by process {other}; stop that first"
        raise Stop(message) from None
    os.truncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def patiently(settings: Settings, address: str, *, empty: bool) -> str:
    """Return what `prepare` gives; waits for a database that is away or locked.

    Raises Stop for all that waiting does not mend.
    """
    began, said = time.monotonic(), ""
    while True:
        try:
            return prepare(settings, address, empty=empty)
        except Stop as stop:
            code = getattr(stop.__cause__, "code", "")
            is_new = not (settings.data / identity.FILE).exists()
            if code not in PASSING or (is_new and time.monotonic() - began > FIRST_PATIENCE):
                raise
            if stop.message != said:
                said = stop.message
                click.echo(f"{said} Trying again until it works.", err=True)
            time.sleep(RETRY)


@click.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port; 0 for any free one.")
@click.option("--empty", is_flag=True, help="Write no starter content into a new wiki.")
def serve(data: Path | None, host: str, port: int, empty: bool) -> None:
    """Serve the wiki: web server and worker, kept alive together.

    A wiki that is not there yet is made in the folder that --data names.
    """
    settings = settings_in(data, may_be_new=data is not None)
    logs.configure(settings.log_format)
    held_alone = alone(settings.data)
    listener = listen(host, port)
    address = settings.base_url or f"http://{_shown(host)}:{listener.getsockname()[1]}"
    link = patiently(settings, address, empty=empty)
    click.echo(f"{settings.site_name}: {address}")
    if link:
        click.echo(f"Make the administrator's account: {link}")
    click.echo("Stop with Ctrl-C.")
    # What is loaded stays: the children share it, and need not look through it for garbage.
    gc.freeze()
    # Also while a child is started again nobody may rewrite history.
    held = use(settings.data)
    try:
        Supervisor(settings, listener, held_alone).run()
    finally:
        held.end()


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
