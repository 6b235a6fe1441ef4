"""`denktank reindex`: make what is derived from git anew."""

from __future__ import annotations

from typing import NoReturn

import click
from tqdm import tqdm

from wiki.commands.place import with_wiki
from wiki.engine import Wiki
from wiki.services.operation import projections


class Bars:
    """A progress bar for each projection, one below the other."""

    def __init__(self) -> None:
        self._bars: dict[str, tqdm[NoReturn]] = {}

    def show(self, name: str, done: int, total: int) -> None:
        """Move the bar of this projection to `done` of `total`."""
        bar = self._bars.get(name)
        if bar is None:
            bar = self._bars[name] = tqdm(desc=name, total=total, unit="")
        bar.total = total
        bar.update(done - bar.n)

    def close(self) -> None:
        """Leave the bars as they are."""
        for bar in self._bars.values():
            bar.close()


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(projections.NAMES))
@with_wiki
def reindex(wiki: Wiki, names: tuple[str, ...]) -> None:
    """Make projections anew from git, all of them or those named; the old ones serve meanwhile.

    History and catalogue are made together: each names the other's rows.
    """
    bars = Bars()
    try:
        projections.rebuild(wiki, names or projections.NAMES, bars.show)
    finally:
        bars.close()
