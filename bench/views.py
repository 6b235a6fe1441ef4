"""Page views: readers who are not logged in, and members, beside the yardstick."""

from __future__ import annotations

import random
import re
import statistics
import time

from bench.corpus import MOST_EDITED
from bench.load import load
from bench.report import Figure
from bench.site import Browser, Site, hello

VIEWS = "tree az tags wanted orphans files new".split()
_FINDING = (
    *((f"all pages, {view}", f"/pages?view={view}", 30) for view in VIEWS),
    ("folder page", "/wiki/gesprekken", 15),
    ("folder page, last of its list", "/wiki/gesprekken?page=30", 15),
    ("questions", "/questions", 30),
    ("dialogues", "/dialogues", 30),
    ("dialogues of a person in a year", "/dialogues?person=spreker-a&year=2020", 30),
)
"""How one finds the way: what it is, its address, milliseconds."""


def warm(site: Site) -> list[Figure]:
    """One page, again and again, over 8 connections."""
    path = _typical(site)
    anonymous = site.browser()
    size = len(anonymous.get(path)[1].encode())
    member = site.member()
    member.get(path)
    as_reader = load(site.url(path))
    as_member = load(site.url(path), cookie=member.cookie)
    with hello(size) as address:
        plain = load(address)
    reader, logged_in = as_reader.rate / plain.rate, as_member.rate / plain.rate
    return [
        Figure(site.name, f"hello, {size:,} bytes", f"{plain.rate:,.0f}/s"),
        Figure(
            site.name,
            "page view, anonymous, warm",
            f"{as_reader.rate:,.0f}/s = {reader:.2f} of hello; p99 {as_reader.p99:.1f} ms",
            "≥ 0.8 of hello",
            reader >= 0.8,
        ),
        Figure(
            site.name,
            "page view, member, warm",
            f"{as_member.rate:,.0f}/s = {logged_in:.2f} of hello; p99 {as_member.p99:.1f} ms",
            "≥ 0.2 of hello",
            logged_in >= 0.2,
        ),
    ]


def cold(site: Site) -> Figure:
    """Pages that nobody asked for since the start: rendered from git."""
    paths = random.Random(1).sample(site.paths[2:], min(150, len(site.paths) - 2))
    times = timed(site.browser(), [site.page(path) for path in paths])
    return Figure(
        site.name,
        "page view, cold",
        f"p50 {statistics.median(times):.1f} ms",
        "p50 ≤ 12 ms",
        statistics.median(times) <= 12,
    )


def lists(site: Site) -> list[Figure]:
    """The newest 50 revisions of the most edited page; recent changes; what lies behind them."""
    member = site.member()
    figures = []
    for what, path, budget in (
        ("history page", f"/history/{MOST_EDITED}", 4),
        ("recent changes", "/recent", 5),
        *_FINDING,
    ):
        times = timed(member, [path] * 60)[10:]
        p50 = statistics.median(times)
        figures.append(
            Figure(site.name, what, f"p50 {p50:.1f} ms", f"p50 ≤ {budget} ms", p50 <= budget)
        )
    return [*figures, *past(site)]


LISTS = """# Lijsten

{{questions status=open}}

{{dialogues limit=5}}

{{agenda}}

{{recent}}

{{pages folder=vragen}}
"""


def listed(site: Site) -> list[Figure]:
    """A page with five lists, as it is kept, and made anew for each address."""
    member = site.member()
    form = {"title": "Lijsten", "text": LISTS, "csrf_token": member.token("/new?kind=page")}
    status, body = member.post("/new?kind=page", form)
    if status != 303:
        raise SystemExit(f"a page with lists: {status}\n{body[:3000]}")
    figures = []
    for what, paths, budget in (
        ("page with five lists, warm", ["/wiki/lijsten"] * 60, 15),
        ("page with five lists, made anew", [f"/wiki/lijsten?n={n}" for n in range(60)], 0),
    ):
        p50 = statistics.median(timed(member, paths)[10:])
        wanted = f"p50 ≤ {budget} ms" if budget else ""
        met = p50 <= budget if budget else None
        figures.append(Figure(site.name, what, f"p50 {p50:.1f} ms", wanted, met))
    return figures


def past(site: Site) -> list[Figure]:
    """What no page is kept for: comparisons, old versions and feeds, each asked for once."""
    reader = site.browser()
    rows = re.findall(r'data-revision="(\w+)"', reader.get(f"/history/{MOST_EDITED}")[1])
    reader.get(f"/diff/{MOST_EDITED}")
    pairs = [(rows[at], rows[at + 3]) for at in range(len(rows) - 3)]
    diffs = [f"/diff/{MOST_EDITED}?from={old}&to={new}" for new, old in pairs]
    figures = []
    for what, paths, budget in (
        ("diff in words of two revisions", diffs, 6),
        ("old version, its links of then", [f"/wiki/{MOST_EDITED}?at={row}" for row in rows], 0),
        ("feed of the site", ["/feed/site.atom"] * 30, 0),
        ("recent changes of a folder", [f"/recent?folder=vragen&n={n}" for n in range(10)], 0),
    ):
        p50 = statistics.median(timed(reader, paths))
        wanted = f"p50 ≤ {budget} ms" if budget else ""
        met = p50 <= budget if budget else None
        figures.append(Figure(site.name, what, f"p50 {p50:.1f} ms", wanted, met))
    return figures


def timed(browser: Browser, paths: list[str]) -> list[float]:
    """Milliseconds that each answer took; SystemExit if one is not a 200."""
    times = []
    for path in paths:
        start = time.perf_counter()
        status, _ = browser.get(path)
        times.append(1000 * (time.perf_counter() - start))
        if status != 200:
            raise SystemExit(f"{path}: {status}")
    return times


def _typical(site: Site) -> str:
    """The page whose file is nearest to 12 KB among the first, so that S and L compare."""
    sample = site.paths[:40]
    return site.page(min(sample, key=lambda path: abs(len(site.source(path)) - 12_000)))
