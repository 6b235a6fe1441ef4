"""Building, starting, memory."""

from __future__ import annotations

import compileall
import time
from pathlib import Path

import psutil

import wiki
from bench import talk
from bench.report import Figure
from bench.site import MEMBER, PASSWORD, Site
from wiki.domain.search.query import parse
from wiki.domain.search.search import Found, Scope
from wiki.engine import open_wiki
from wiki.settings import Settings


def build(site: Site) -> list[Figure]:
    """The projections from nothing, then an account to measure with."""
    started = time.perf_counter()
    site.command("init", "--empty")
    rows = time.perf_counter() - started
    talk.fill(site)
    search, used = site.watched("reindex", "search")
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
            f"{search:.1f} s = {rate:.0f} pages/s, {_others(site)} beside them",
            "≥ 150 pages/s" if large else "",
            rate >= 150 if large else None,
        ),
        Figure(
            site.name,
            "memory while that is built, all processes",
            f"{used:.0f} MB",
            "< 600 MB",
            used < 600,
        ),
    ]


def _others(site: Site) -> str:
    """How many turns and comments the index has, which were built in the same time."""
    wiki = open_wiki(Settings(data=site.data, secret_key="only to measure"))
    try:
        kinds = wiki.search.search(parse("after:1970"), Scope(), limit=0).kinds
    finally:
        wiki.close()
    turns, comments = kinds.get(Found.TURN, 0), kinds.get(Found.COMMENT, 0)
    return f"{turns:,} turns and {comments:,} comments"


def start(site: Site) -> Figure:
    """From the command to the first page, projections present."""
    # As an installed wiki is: pip compiles it. Half of the start would be that, where
    # PYTHONDONTWRITEBYTECODE is set.
    compileall.compile_dir(Path(wiki.__file__).parent, quiet=2)
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
