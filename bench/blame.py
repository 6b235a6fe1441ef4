"""Who wrote what: old revisions gone through by the worker, and blame beside git's own."""

from __future__ import annotations

import statistics
import subprocess
import time

from bench.corpus import MOST_EDITED
from bench.report import Figure
from bench.site import Site
from bench.views import timed
from wiki.engine import open_wiki
from wiki.services.operation import jobs
from wiki.settings import Settings

_FILL = 300


def fill(site: Site) -> list[Figure]:
    """All pages followed from nothing, in the batches that the worker does."""
    wiki = open_wiki(Settings(data=site.data))
    started, longest = time.perf_counter(), 0.0
    more = True
    while more:
        begun = time.perf_counter()
        more = jobs.sentences(wiki)
        longest = max(longest, time.perf_counter() - begun)
    seconds = time.perf_counter() - started
    wiki.close()
    gone, used = site.watched("reindex", "lost")
    large = site.name == "L"
    return [
        Figure(
            site.name,
            "index of what is gone from nothing",
            f"{gone:.1f} s; all processes {used:.0f} MB",
            "< 600 MB",
            used < 600,
        ),
        Figure(
            site.name,
            "sentences of old revisions by the worker",
            f"{seconds:.0f} s; longest batch {1000 * longest:.0f} ms",
            f"≤ {_FILL} s" if large else "",
            seconds <= _FILL if large else None,
        ),
    ]


def views(site: Site) -> list[Figure]:
    """Blame of the most edited page now and half its history ago; git's blame of it."""
    member = site.member()
    address = f"/blame/{MOST_EDITED}"
    git = ["git", f"--git-dir={site.data}/pages/.git"]
    file = f"{MOST_EDITED}.md"
    began = time.perf_counter()
    log = [*git, "log", "--format=%H", "main", "--", file]
    commits = subprocess.run(log, check=True, capture_output=True, text=True).stdout.split()
    logged = time.perf_counter() - began
    began = time.perf_counter()
    subprocess.run([*git, "blame", "-w", "main", "--", file], check=True, capture_output=True)
    blamed = time.perf_counter() - began
    half = commits[len(commits) // 2]
    now = statistics.median(timed(member, [address] * 40)[10:])
    then = statistics.median(timed(member, [f"{address}?at={half}"] * 40)[10:])
    found = statistics.median(timed(member, ["/search?q=een+van&in=history"] * 20)[5:])
    rare = statistics.median(timed(member, ["/search?q=zzqqxx&in=history"] * 20)[5:])
    return [
        Figure(site.name, "blame", f"p50 {now:.1f} ms", "p50 ≤ 20 ms", now <= 20),
        Figure(
            site.name,
            "blame, half its history ago",
            f"p50 {then:.1f} ms",
            "p50 ≤ 20 ms",
            then <= 20,
        ),
        Figure(site.name, "git blame -w of that page", f"{1000 * blamed:,.0f} ms"),
        Figure(site.name, "git log of that page", f"{1000 * logged:,.0f} ms"),
        Figure(
            site.name,
            "search in what is gone",
            f"p50 {found:.1f} ms; a word that is nowhere {rare:.1f} ms",
            "p50 ≤ 150 ms",
            rare <= 150,
        ),
    ]
