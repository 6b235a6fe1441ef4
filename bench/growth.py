"""`python -m bench.growth`: what history costs as a wiki grows, beside git's own answers.

One history of 100,000 commits over 1,000 pages is looked at when it was 1,000, 10,000 and 100,000
commits old: the same wiki, younger and older. A curve is flat if the oldest costs no more than
three times the youngest.
"""

from __future__ import annotations

import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import corpus
from bench.corpus import MOST_EDITED, Maker, Size
from bench.report import Figure, table, write
from bench.site import Site
from bench.views import timed
from wiki.database.history import history
from wiki.engine import open_wiki
from wiki.projections import sentences
from wiki.settings import Settings

SIZE = Size("G", 1_000, 100_000, 300, 0, 50, 1_000, 12_000, 300)
AGES = (1_000, 10_000, 100_000)
MOST_GROWTH = 3
_ROUNDS = 30


def build() -> Path:
    """The repository of the whole history, made if it is not there."""
    folder = corpus.CACHE / "growth"
    if (folder / "made").exists():
        return folder / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    pages = folder / "pages"
    pages.mkdir(parents=True)
    print(f"growth: making {SIZE.commits} commits ...", file=sys.stderr)
    subprocess.run(["git", "init", "-q", "-b", "main", pages], check=True)
    command = ["git", "-C", str(pages), "fast-import", "--quiet", "--force", "--done"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=1 << 20) as process:
        assert process.stdin is not None
        Maker(SIZE, process.stdin, random.Random(1992)).make()
        process.stdin.close()
        if process.wait():
            raise SystemExit("git fast-import failed")
    subprocess.run(["git", "-C", pages, "config", "core.bare", "true"], check=True)
    (folder / "made").touch()
    return pages


def young(made: Path, age: int) -> Site:
    """The wiki when it had about so many commits, its most edited page gone through."""
    data = corpus.CACHE / f"work-growth-{age}"
    shutil.rmtree(data, ignore_errors=True)
    subprocess.run(
        ["git", "clone", "-q", "--bare", "--shared", made / ".git", data / "pages" / ".git"],
        check=True,
    )
    git = ["git", f"--git-dir={data}/pages/.git"]
    commits = _said([*git, "rev-list", "--date-order", "--reverse", "main"]).split()
    subprocess.run([*git, "update-ref", "refs/heads/main", commits[age - 1]], check=True)
    site = Site(f"{age:,}", data, [])
    site.command("init", "--empty")
    wiki = open_wiki(Settings(data=data))
    with wiki.database.read() as connection:
        page = history.identity(connection, MOST_EDITED)
    sentences.follow(wiki.store, wiki.database, page)
    wiki.close()
    return site


def measure(site: Site) -> dict[str, float]:
    """Milliseconds by operation: ours as p50 over HTTP of pages not kept, git's as it answers."""
    git = ["git", f"--git-dir={site.data}/pages/.git"]
    file = f"{MOST_EDITED}.md"
    took: dict[str, float] = {}
    log = [*git, "log", "--format=%H", "main", "--", file]
    took["`git log -- path`"] = _time(lambda: _said(log))
    took["`git blame -w`"] = _time(lambda: _said([*git, "blame", "-w", "main", "--", file]))
    took["`git log --raw -50`"] = _time(lambda: _said([*git, "log", "--raw", "-50", "main"]))
    half = _said(log).split()
    with site.serving(workers=1):
        reader = site.browser()
        rows = re.findall(r'<tr data-revision="(\w+)"', reader.get(f"/history/{MOST_EDITED}")[1])
        newest = f"/diff/{MOST_EDITED}?to={rows[0]}&from="
        for what, address in (
            ("history", f"/history/{MOST_EDITED}?n={{}}"),
            ("diff in words", newest + rows[3] + "&n={}"),
            ("diff with the first version", newest + half[-1] + "&n={}"),
            ("blame", f"/blame/{MOST_EDITED}?n={{}}"),
            ("blame, half ago", f"/blame/{MOST_EDITED}?at={half[len(half) // 2]}&n={{}}"),
            ("recent changes", "/recent?n={}"),
        ):
            times = timed(reader, [address.format(n) for n in range(_ROUNDS)])
            took[what] = statistics.median(times[5:])
    return took


def figures(found: dict[int, dict[str, float]]) -> list[Figure]:
    """A row for each operation, its curve in the order of the ages."""
    rows = []
    for what in found[AGES[0]]:
        curve = [found[age][what] for age in AGES]
        is_ours = not what.startswith("`")
        growth = curve[-1] / curve[0]
        shown = " → ".join(f"{each:,.1f}" for each in curve)
        rows.append(
            Figure(
                "1,000 → 10,000 → 100,000 commits",
                what,
                f"{shown} ms (× {growth:.1f})",
                f"grows ≤ × {MOST_GROWTH}" if is_ours else "",
                growth <= MOST_GROWTH if is_ours else None,
            )
        )
    return rows


def _said(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _time(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def main() -> None:
    """Measure each age, print the curves."""
    made = build()
    rows = figures({age: measure(young(made, age)) for age in AGES})
    print(table(rows))
    print(f"\nkept in {write(rows)}")


if __name__ == "__main__":
    main()
