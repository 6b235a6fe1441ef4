"""Saves: one member after another, and eight at once on different pages."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from urllib.parse import quote

from bench.report import Figure
from bench.site import Browser, Site, blob_of, encoded

WRITERS = 8


@dataclass
class Writer:
    """A member with one page open in the editor, saving again and again."""

    browser: Browser
    path: str
    text: str
    token: str
    number: int = 0

    @classmethod
    def open(cls, site: Site, path: str) -> Writer:
        """Open the editor."""
        browser = site.member()
        token = browser.token("/edit/" + quote(path))
        return cls(browser, path, site.source(path).decode(), token)

    def save(self, word: str = "Regel") -> float:
        """Add a sentence with this word; gives the milliseconds from POST to 303."""
        self.number += 1
        text = self.text + f"\n{word} {self.number}.\n"
        base = blob_of(self.text.encode())
        form = {"text": text, "base": base, "summary": "meting", "csrf_token": self.token}
        ready = encoded(form)
        start = time.perf_counter()
        status, body = self.browser.post("/edit/" + quote(self.path), ready)
        took = 1000 * (time.perf_counter() - start)
        if status != 303:
            raise SystemExit(f"save of {self.path}: {status}\n{body[:3000]}")
        self.text = text
        return took


def alone(site: Site, count: int = 200) -> Figure:
    """Saves of existing pages in different folders, POST to 303, flushed."""
    writers = [Writer.open(site, path) for path in site.paths[10 : 10 + 5]]
    for writer in writers:
        writer.save()
    times = [writers[number % len(writers)].save() for number in range(count)]
    cuts = statistics.quantiles(times, n=100)
    p50, p99 = cuts[49], cuts[98]
    return Figure(
        site.name,
        "save of an existing page",
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
        "p50 ≤ 7 ms, p99 ≤ 40 ms",
        p50 <= 7 and p99 <= 40,
    )


def together(site: Site, seconds: float = 8) -> Figure:
    """Eight members who save as fast as they can, each their own page."""
    start = multiprocessing.Barrier(WRITERS + 1)
    counts: multiprocessing.Queue[int] = multiprocessing.Queue()
    chosen = site.paths[20 : 20 + WRITERS]
    processes = [
        multiprocessing.Process(target=_write, args=(site, path, start, seconds, counts))
        for path in chosen
    ]
    site.member()
    for process in processes:
        process.start()
    start.wait(60)
    total = sum(counts.get() for _ in processes)
    for process in processes:
        process.join()
    rate = total / seconds
    return Figure(
        site.name, "8 writers, different pages", f"{rate:.0f} saves/s", "≥ 100/s", rate >= 100
    )


def _write(
    site: Site,
    path: str,
    start: Barrier,
    seconds: float,
    counts: multiprocessing.Queue[int],
) -> None:
    writer = Writer.open(site, path)
    start.wait(60)
    end = time.perf_counter() + seconds
    count = 0
    while time.perf_counter() < end:
        writer.save()
        count += 1
    counts.put(count)
