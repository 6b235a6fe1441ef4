"""Git's own `http-backend`, run for one request as a CGI program (RFC 3875).

The request is a file, so the program never waits for who sends it; its answer is taken piece by
piece, and it is ended when it takes too long. While a push is under way its hooks ask the wiki on a
socket (`receive.DOOR`): `answer` is called in the thread that waits for git anyway. What git does
here: https://git-scm.com/docs/git-http-backend.
"""

from __future__ import annotations

import json
import logging
import os
import re
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

from wiki.store.branch import receive, receiving
from wiki.store.objects.versions import StoreError

log = logging.getLogger(__name__)

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]

MOST_HEAD = 16_384
_CHUNK = 1 << 16
_MOST_QUESTION = 1 << 20
_PROTOCOL = re.compile(r"version=[012]")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a client of git: `path` is what follows the repository's address.

    `pushes`: who asks may push, and is called `who`. At most `most_bytes` come in with one push.
    """

    method: str
    path: str
    query: str
    type: str
    encoding: str
    protocol: str
    body: IO[bytes]
    who: str = ""
    pushes: bool = False
    most_bytes: int = 0


class Pieces(Iterator[bytes]):
    """What git prints, to be gone through or closed; either way git is ended.

    No generator: to close one that nobody began, as for a HEAD request, runs nothing of it.
    """

    def __init__(self, first: bytes, rest: Iterator[bytes], stack: ExitStack) -> None:
        self._pieces = chain([first] if first else [], rest)
        self._stack = stack

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def afterwards(self, act: Callable[[], object]) -> None:
        """Do this too, once git is ended."""
        stack = ExitStack()
        stack.callback(act)
        stack.enter_context(self._stack.pop_all())
        self._stack = stack

    def close(self) -> None:
        """End git; once is enough."""
        self._stack.pop_all().close()


@dataclass(frozen=True, slots=True)
class Answered:
    """Git's answer."""

    status: int
    headers: list[tuple[str, str]]
    pieces: Pieces


def run(git: Path, branch: str, request: Asked, answer: Answer, seconds: float) -> Answered:
    """Let git answer one request. Raises StoreError (`store_git_missing`, `store_git_failed`)."""
    with ExitStack() as stack:
        door, theirs = socket.socketpair()
        stack.callback(door.close)
        environment = _environment(git, branch, request)
        with theirs:
            if request.pushes:
                hooks = receiving.install_door(git)
                environment |= {receive.DOOR: str(theirs.fileno())}
                _configure(environment, {"core.hooksPath": os.fspath(hooks)})
            errors = stack.enter_context(tempfile.TemporaryFile())
            running = _Running(_started(environment, request, theirs, errors), door, seconds)
            stack.callback(_tell, errors, request)
            stack.callback(running.end)
        pieces = running.pieces(answer)
        status, headers, rest = _head(pieces)
        return Answered(status, headers, Pieces(rest, pieces, stack.pop_all()))
    raise AssertionError


def _environment(git: Path, branch: str, request: Asked) -> dict[str, str]:
    """Give what a CGI program is told; nothing else of ours, and no secret."""
    told = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_PROJECT_ROOT": os.fspath(git),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.type,
        "REMOTE_USER": request.who,
        "REMOTE_ADDR": "",
    }
    if request.encoding in ("gzip", "x-gzip"):
        told["HTTP_CONTENT_ENCODING"] = request.encoding
    if request.method == "POST":
        request.body.seek(0, os.SEEK_END)
        told["CONTENT_LENGTH"] = str(request.body.tell())
        request.body.seek(0)
    if _PROTOCOL.fullmatch(request.protocol):
        told["GIT_PROTOCOL"] = request.protocol
    head = receive.HEADS + branch
    _configure(
        told,
        {
            "safe.directory": "*",
            "http.receivepack": "true" if request.pushes else "false",
            "http.getanyfile": "false",
            "transfer.hideRefs": "refs/",
            "receive.maxInputSize": str(request.most_bytes),
            "receive.fsckObjects": "true",
            # A push that is refused leaves nothing to be cleared away.
            "receive.autogc": "false",
            "pack.threads": "1",
            "pack.windowMemory": "64m",
        },
    )
    # The longest entry that fits decides: our branch alone is shown.
    _configure(told, {"transfer.hideRefs": f"!{head}"})
    _configure(told, {"transfer.hideRefs": "!" + receive.OFFERED + branch})
    _configure(told, {receiving.SETTING: head})
    _configure(told, {receiving.SETTING: receive.OFFERED + branch})
    return told


def _configure(told: dict[str, str], settings: Mapping[str, str]) -> None:
    """Add settings of git's (git-config(1), GIT_CONFIG_COUNT)."""
    number = int(told.get("GIT_CONFIG_COUNT", "0"))
    for key, value in settings.items():
        told |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        number += 1
    told["GIT_CONFIG_COUNT"] = str(number)


def _started(
    environment: dict[str, str], request: Asked, theirs: socket.socket, errors: IO[bytes]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            ["git", "http-backend"],
            env=environment,
            stdin=request.body if request.method == "POST" else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            pass_fds=[theirs.fileno()] if request.pushes else [],
            # A group of its own: what it starts ends with it.
            start_new_session=True,
        )
    except FileNotFoundError:
        raise StoreError("store_git_missing") from None


class _Running:
    """The program at work, until it ends or its time is over."""

    def __init__(
        self, process: subprocess.Popen[bytes], door: socket.socket, seconds: float
    ) -> None:
        self._process = process
        self._door = door
        self._until = time.monotonic() + seconds
        self._asked = bytearray()
        self._is_done = False

    def pieces(self, answer: Answer) -> Iterator[bytes]:
        """Give what it prints; its hooks' questions are answered meanwhile."""
        assert self._process.stdout
        out = self._process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            selector.register(self._door, selectors.EVENT_READ)
            while True:
                ready = selector.select(max(0.0, self._until - time.monotonic()))
                if not ready:
                    raise StoreError("store_git_failed", command="http-backend", detail="too long")
                for key, _ in ready:
                    if key.fileobj is self._door:
                        if not self._hear(answer):
                            selector.unregister(self._door)
                    elif piece := os.read(out.fileno(), _CHUNK):
                        yield piece
                    else:
                        self._is_done = True
                        return

    def _hear(self, answer: Answer) -> bool:
        """Answer what a hook asks; whether any may ask again."""
        try:
            heard = self._door.recv(_CHUNK)
        except ConnectionError:
            return False
        self._asked += heard
        if not heard or len(self._asked) > _MOST_QUESTION:
            return False
        while (end := self._asked.find(b"\n")) >= 0:
            question = json.loads(self._asked[:end])
            del self._asked[: end + 1]
            said = json.dumps(answer(question)).encode() + b"\n"
            with suppress(ConnectionError):
                self._door.sendall(said)
        return True

    def end(self) -> None:
        """See that it is over, with whatever it started."""
        try:
            # Where it closed its output it is about to end by itself.
            self._process.wait(1.0 if self._is_done else 0.0)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()


def _tell(errors: IO[bytes], request: Asked) -> None:
    """Let the log tell what git complained of: never what somebody sent."""
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - 500))
    said = " ".join(errors.read().decode("utf-8", "replace").split())
    if said:
        log.info("git says at %s: %s", request.path, said)


def _head(pieces: Iterator[bytes]) -> tuple[int, list[tuple[str, str]], bytes]:
    """The status and the headers of a CGI answer, and what came along behind them."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        end = buffer.find(b"\r\n\r\n")
        if end >= 0:
            headers = []
            for line in buffer[:end].decode("latin-1").split("\r\n"):
                name, _, value = line.partition(":")
                headers.append((name.strip(), value.strip()))
            status = next((value for name, value in headers if name.lower() == "status"), "200")
            kept = [one for one in headers if one[0].lower() != "status"]
            return int(status[:3]), kept, bytes(buffer[end + 4 :])
        if len(buffer) > MOST_HEAD:
            break
    raise StoreError("store_git_failed", command="http-backend", detail="no answer")
