"""`python -m bench [S] [L]`: measure every operation on each corpus, print figures and budgets."""

from __future__ import annotations

import sys

from bench import blame, processes, saves, searching, talk, views
from bench.corpus import SIZES
from bench.report import Figure, table, write
from bench.site import prepare


def measure(name: str) -> list[Figure]:
    """Every figure of one corpus."""
    site = prepare(name)
    figures = processes.build(site)
    figures += blame.fill(site)
    figures += searching.measure(site)
    figures.append(processes.start(site))
    with site.serving() as supervisor:
        figures.append(views.cold(site))
        figures += views.warm(site)
        figures += views.lists(site)
        figures += views.listed(site)
        figures += blame.views(site)
        figures.append(searching.fresh(site))
        figures.append(saves.alone(site))
        figures.append(saves.together(site))
        figures.append(processes.memory(site, supervisor))
        figures += talk.measure(site)
    return figures


def main() -> None:
    """Measure what was asked for, else everything."""
    names = sys.argv[1:] or ["S", "L"]
    figures: list[Figure] = []
    for name in names:
        if name not in SIZES:
            raise SystemExit(f"there is no corpus {name}; choose from {', '.join(SIZES)}")
        figures += measure(name)
    print(table(figures))
    print(f"\nkept in {write(figures)}")


main()
