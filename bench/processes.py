"""Building, starting, memory."""

from __future__ import annotations

import time

import psutil

from bench import talk
from bench.report import Figure
from bench.site import MEMBER, PASSWORD, Site


def build(site: Site) -> list[Figure]:
    """The projections from nothing, then an account to measure with."""
    started = time.perf_counter()
    site.command("init", "--empty")
    rows = time.perf_counter() - started
    talk.fill(site)
    started = time.perf_counter()
    site.command("reindex", "search")
    search = time.perf_counter() - started
    user = ["user", "add", MEMBER, "--role", "editor", "--email", "meter@example.org"]
    site.command(*user, "--password-stdin", text=PASSWORD + "\n")
    rate = len(site.paths) / search
    large = site.name == "L"
    return [
        Figure(
            site.name,
            "history and catalogue from nothing",
            f"{rows:.1f} s",
            "≤ 30 s" if large else "",
            rows <= 30 if large else None,
        ),
        Figure(
            site.name,
            "search index from nothing",
            f"{search:.1f} s = {rate:.0f} pages/s",
            "≥ 150 pages/s" if large else "",
            rate >= 150 if large else None,
        ),
    ]


def start(site: Site) -> Figure:
    """From the command to the first page, projections present."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        with site.serving():
            times.append(time.perf_counter() - began)
    best = sorted(times)[1]
    return Figure(site.name, "start to first page", f"{best:.2f} s", "≤ 1.0 s", best <= 1.0)


def memory(site: Site, supervisor: int) -> Figure:
    """The largest web process, after everything that was measured before."""
    web = psutil.Process(supervisor).children()[0]
    largest = max(child.memory_info().rss for child in web.children()) / 1e6
    return Figure(
        site.name, "memory per web process", f"{largest:.0f} MB", "≤ 110 MB", largest <= 110
    )
