"""Requests as fast as they are answered, over so many connections: wrk, else a plain generator."""

from __future__ import annotations

import re
import shutil
import socket
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Load:
    """What a server did: requests a second, and milliseconds that half and 99% stayed under."""

    rate: float
    p50: float
    p99: float


def load(url: str, *, cookie: str = "", seconds: int = 8, connections: int = 8) -> Load:
    """Ask for one address for some seconds, after a second to warm up; every answer is a 200."""
    measure = _wrk if shutil.which("wrk") else _plain
    measure(url, cookie, 1, connections)
    return measure(url, cookie, seconds, connections)


def _wrk(url: str, cookie: str, seconds: int, connections: int) -> Load:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += ["-H", f"Cookie: {cookie}"] if cookie else []
    out = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"{url}: not every answer was a 200\n{out}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert rate is not None, out
    return Load(float(rate[1]), _milliseconds(out, "50%"), _milliseconds(out, "99%"))


def _milliseconds(out: str, line: str) -> float:
    found = re.search(rf"{line}\s+([\d.]+)(us|ms|s)", out)
    assert found is not None, out
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def _plain(url: str, cookie: str, seconds: int, connections: int) -> Load:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    extra = f"Cookie: {cookie}\r\n" if cookie else ""
    request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{extra}\r\n".encode()
    times: list[float] = []
    end = time.perf_counter() + seconds

    def ask() -> None:
        with socket.create_connection((parts.hostname or "", parts.port or 80)) as connection:
            file = connection.makefile("rb")
            while (start := time.perf_counter()) < end:
                connection.sendall(request)
                _answer(file)
                times.append(1000 * (time.perf_counter() - start))

    threads = [threading.Thread(target=ask) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(times, n=100)
    return Load(len(times) / seconds, cuts[49], cuts[98])


def _answer(file: BinaryIO) -> None:
    status = file.readline()
    if b" 200 " not in status:
        raise SystemExit(f"not a 200: {status!r}")
    length = 0
    while (line := file.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    file.read(length)
