"""`denktank export`: what everybody may read, in forms that outlive this wiki."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from wiki.commands.place import with_wiki
from wiki.engine import Wiki
from wiki.services.exports import bags, markdown, static_site

_WRITERS: Mapping[str, tuple[Callable[[Wiki, Path], int], str]] = {
    "html": (static_site.write, "pages"),
    "markdown": (markdown.write, "pages"),
    "bag": (bags.write, "bags"),
}


@click.command()
@click.argument("form", type=click.Choice([*_WRITERS]), metavar="FORM")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_wiki
def export(wiki: Wiki, form: str, folder: Path) -> None:
    """Write what everybody may read into FOLDER, which must be new or empty.

    FORM is html (a static site), markdown (each page with its discussion) or bag (for each closed
    question a BagIt bag, with checksums and MDTO metadata, for an archive).
    """
    write, what = _WRITERS[form]
    click.echo(f"{folder}: {write(wiki, folder)} {what}")
