"""A corpus as a running wiki: a working copy of its data, its accounts, its server."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil

from bench import corpus

PASSWORD = "correct horse battery"
MEMBER = "meter"


@dataclass
class Browser:
    """One connection that keeps its cookies; like a member's browser without the screen."""

    port: int
    source: str = "127.0.0.1"
    """The address from which it asks."""
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; asked again, as browsers do, where an idle connection was closed."""
        is_kept = self._connection is not None
        try:
            return self._ask("GET", path, None)
        except ConnectionError:
            self._connection = None
            if not is_kept:
                raise
            return self._ask("GET", path, None)

    def post(self, path: str, form: dict[str, str] | bytes) -> tuple[int, str]:
        """Status and body of a posted form, which may be encoded already."""
        return self._ask("POST", path, form if isinstance(form, bytes) else encoded(form))

    def login(self, username: str = MEMBER) -> None:
        """Log in; SystemExit if that fails."""
        token = self.token("/login")
        form = {"username": username, "password": PASSWORD, "csrf_token": token}
        status, _ = self.post("/login", form)
        if status != 303:
            raise SystemExit(f"login: {status}")

    def token(self, path: str) -> str:
        """The CSRF token in the form at this address."""
        return value_of(self.get(path)[1], "csrf_token")

    @property
    def cookie(self) -> str:
        """The Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, str]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=60, source_address=(self.source, 0)
            )
        headers = {"Cookie": self.cookie} if self.cookies else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        if answer.will_close:
            self._connection.close()
            self._connection = None
        return answer.status, text


def _used(process: psutil.Process) -> float:
    """MB that a process and its children use; pages that they share are counted once."""
    used = 0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.Error):
            used += one.memory_full_info().pss
    return used / 1e6


def encoded(form: dict[str, str]) -> bytes:
    """A form as a browser sends it."""
    return urlencode(form).encode()


def value_of(page: str, name: str) -> str:
    """The value of a form's hidden or text field."""
    for tag in re.findall(r"<input[^>]*>", page):
        if f'name="{name}"' in tag:
            found = re.search(r'value="([^"]*)"', tag)
            return unescape(found[1]) if found else ""
    raise SystemExit(f"no field {name} in the page:\n{page[:2000]}")


def blob_of(data: bytes) -> str:
    """The id that git gives these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@dataclass
class Site:
    """A wiki that holds a corpus."""

    name: str
    data: Path
    paths: list[str]
    port: int = 0
    _cookies: dict[str, str] = field(default_factory=dict)

    def member(self) -> Browser:
        """A browser in which the member is logged in; logins are limited, so there is one."""
        if not self._cookies:
            first = self.browser()
            first.login()
            self._cookies = first.cookies
        return Browser(self.port, cookies=dict(self._cookies))

    def browser(self) -> Browser:
        """A browser that has not been here yet."""
        return Browser(self.port)

    def url(self, path: str) -> str:
        """The whole address."""
        return f"http://127.0.0.1:{self.port}{path}"

    def page(self, path: str) -> str:
        """Where a page is read."""
        return "/wiki/" + quote(path)

    def source(self, path: str) -> bytes:
        """The page's file, from git."""
        command = ["git", f"--git-dir={self.data}/pages/.git", "cat-file", "blob"]
        return subprocess.run([*command, f"main:{path}.md"], check=True, capture_output=True).stdout

    def command(self, *words: str, text: str = "") -> str:
        """What `denktank <words>` prints."""
        run = subprocess.run(
            [sys.executable, "-m", "wiki", *words, "--data", str(self.data)],
            input=text,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return run.stdout

    def watched(self, *words: str) -> tuple[float, float]:
        """How many seconds `denktank <words>` takes, and the most MB it uses with its children."""
        began, most = time.perf_counter(), 0.0
        command = [sys.executable, "-m", "wiki", *words, "--data", str(self.data)]
        with psutil.Popen(command, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                most = max(most, _used(process))
                time.sleep(0.1)
        if process.returncode:
            raise SystemExit(f"{' '.join(words)}: {process.returncode}")
        return time.perf_counter() - began, most

    @contextmanager
    def serving(self, workers: int = 2) -> Iterator[int]:
        """The wiki in its own processes, as an operator runs it; gives the supervisor's id."""
        self.port = free_port()
        words = ["serve", "--port", str(self.port), "--empty", "--data", str(self.data)]
        process = subprocess.Popen(
            [sys.executable, "-m", "wiki", *words],
            env={
                **os.environ,
                "DENKTANK_WORKERS": str(workers),
                # One member posts what many would.
                "DENKTANK_EDITS_PER_MINUTE": "0",
                "DENKTANK_SEARCHES_PER_MINUTE": "0",
                "DENKTANK_COMMENTS_PER_MINUTE": "10000",
                "DENKTANK_COMMENTS_PER_HOUR": "10000",
            },
            stdout=subprocess.DEVNULL,
        )
        try:
            wait(self.port)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def prepare(name: str) -> Site:
    """A fresh working copy of a corpus, with an account; the projections are not built yet."""
    made = corpus.build(name)
    data = corpus.CACHE / f"work-{name}"
    shutil.rmtree(data, ignore_errors=True)
    # Packs are never changed in place: they are shared, not copied.
    shutil.copytree(made / "pages", data / "pages", copy_function=_link)
    paths = (made / "paths").read_text(encoding="utf-8").splitlines()
    return Site(name, data, paths)


def _link(source: str, target: str) -> None:
    if "/objects/" in source:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


@contextmanager
def hello(size: int, workers: int = 2, threads: int = 8) -> Iterator[str]:
    """The yardstick with so many bytes, in its own processes; gives its address."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        port = listener.getsockname()[1]
        words = [str(word) for word in (listener.fileno(), size, workers, threads)]
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.hello", *words], pass_fds=(listener.fileno(),)
        )
        try:
            wait(port)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(30)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(port: int, path: str = "/", seconds: float = 120) -> float:
    """Wait until an address answers 200; gives the seconds that took."""
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
        with suppress(OSError), closing(asked):
            asked.request("GET", path)
            if asked.getresponse().status == 200:
                return time.perf_counter() - start
        time.sleep(0.01)
    raise SystemExit(f"no answer on port {port} within {seconds} s")
