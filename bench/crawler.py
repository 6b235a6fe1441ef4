"""`python -m bench.crawler`: a robot that follows every link, and a person beside it.

A site of 500 pages and 5,000 revisions has many times as many addresses: versions, pairs of
versions, origins of sentences. The robot asks for them at a steady pace and never waits as it is
told to; the person clicks through the site meanwhile, and in turns without the robot, so that what
else the machine does weighs on both alike.
"""

from __future__ import annotations

import random
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from html import unescape

import psutil

from bench.report import Figure, table
from bench.site import Browser, Site, prepare

ROUNDS, SECONDS = 2, 90
"""Longer than the minute in which costs are counted: who rests half of it has twice as much."""
PACE = 30
"""Requests of the robot in a second."""
CLICKS = 5
"""Requests of the person in a second."""
ROBOT = "127.0.0.2"
LINK = re.compile(r'href="(/[^"#]*)')
SKIPPED = ("/static", "/feed", "/language", "/theme", "/files", "/avatars")


@dataclass
class Robot:
    """Asks for every address that it hears of once, in any order; what is refused it drops."""

    browser: Browser
    waiting: list[str] = field(default_factory=lambda: ["/", "/pages?view=az", "/recent"])
    chosen: random.Random = field(default_factory=lambda: random.Random(1))
    seen: set[str] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)
    before_refusal: int = 0

    def step(self) -> None:
        """Ask for one address."""
        at = self.chosen.randrange(len(self.waiting))
        self.waiting[at], self.waiting[-1] = self.waiting[-1], self.waiting[at]
        path = self.waiting.pop()
        status, text = self.browser.get(path)
        self.answers[status] += 1
        if 429 not in self.answers:
            self.before_refusal += 1
        for link in LINK.findall(text):
            address = unescape(link)
            if address not in self.seen and not address.startswith(SKIPPED):
                self.seen.add(address)
                self.waiting.append(address)


def paced(rate: int, until: float, act: Callable[[], None]) -> None:
    """Do something so many times a second until a moment."""
    due = time.perf_counter()
    while (now := time.perf_counter()) < until:
        if now < due:
            time.sleep(min(due - now, until - now))
            continue
        due += 1 / rate
        act()


def measure(site: Site, supervisor: int) -> list[Figure]:
    """The person's times and the server's work, in turns with and without the robot."""
    robot, person = Robot(Browser(site.port, source=ROBOT)), site.browser()
    chosen = random.Random(2)
    paths = site.paths[2:]
    times: dict[bool, list[float]] = {True: [], False: []}
    spent: dict[bool, float] = {True: 0.0, False: 0.0}

    def click(beside: bool) -> None:
        path = chosen.choice(paths)
        address = chosen.choice([site.page(path)] * 3 + [f"/history/{path}", "/questions"])
        began = time.perf_counter()
        status, _ = person.get(address)
        times[beside].append(1000 * (time.perf_counter() - began))
        if status != 200:
            raise SystemExit(f"the person was refused: {address}: {status}")

    for turn in range(ROUNDS):
        # What comes later finds more pages kept: each begins as often.
        for beside in (turn % 2 == 0, turn % 2 == 1):
            until = time.perf_counter() + SECONDS
            worked = _worked(supervisor)
            crawl = threading.Thread(target=paced, args=(PACE, until, robot.step))
            if beside:
                crawl.start()
            paced(CLICKS, until, partial(click, beside))
            if beside:
                crawl.join()
            spent[beside] += _worked(supervisor) - worked
    share = (spent[True] - spent[False]) / (ROUNDS * SECONDS)
    alone, together = (_p95(times[beside]) for beside in (False, True))
    refused = robot.answers[429]
    return [
        Figure(site.name, "addresses that the robot heard of", f"{len(robot.seen):,}"),
        Figure(
            site.name,
            "robot refused",
            f"{refused:,} of {robot.answers.total():,}, first after {robot.before_refusal}",
            "at all",
            refused > 0,
        ),
        Figure(
            site.name,
            "what the robot costs",
            f"{share:.3f} of a core",
            "≤ 0.1 of a core",
            share <= 0.1,
        ),
        Figure(
            site.name,
            "person, p95 without and with the robot",
            f"{alone:.1f} and {together:.1f} ms; p50 {statistics.median(times[False]):.1f} and "
            f"{statistics.median(times[True]):.1f} ms",
            "within 20 %",
            together <= 1.2 * alone,
        ),
    ]


def _worked(supervisor: int) -> float:
    """Seconds of processor time that the web processes took until now."""
    total = 0.0
    web = psutil.Process(supervisor).children()[0]
    for process in [web, *web.children(recursive=True)]:
        used = process.cpu_times()
        total += used.user + used.system
    return total


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def main() -> None:
    """Build the site, measure, print the table."""
    site = prepare("crawled")
    site.command("init", "--empty")
    site.command("reindex", "search")
    with site.serving() as supervisor:
        while '"search":0' not in site.browser().get("/readyz")[1]:
            time.sleep(1)
        print(table(measure(site, supervisor)))


if __name__ == "__main__":
    main()
