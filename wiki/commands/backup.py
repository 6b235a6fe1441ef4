"""`denktank backup` and `denktank restore`."""

from __future__ import annotations

from pathlib import Path

import click

from wiki.commands.place import Stop, data_option, opened, settings_in, with_wiki
from wiki.domain.errors import WikiError
from wiki.engine import Wiki
from wiki.i18n.errors import sentence
from wiki.services import backup as backups

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@with_wiki
def backup(wiki: Wiki, file: Path) -> None:
    """Write everything (pages, people, talk, settings) to FILE, while the wiki runs."""
    report = backups.write(wiki, file)
    click.echo(f"{file}: {report.size:,} bytes, {report.rows:,} rows, pages at {report.head[:10]}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
def restore(file: Path, data: Path | None) -> None:
    """Make a wiki from FILE, in an empty folder; lists and search are built anew."""
    if data is None:
        raise Stop("name the new folder with --data")
    settings = settings_in(data, may_be_new=True)
    try:
        report = backups.restore(file, settings)
    except WikiError as error:
        raise Stop(sentence("en", error.code, error.values)) from error
    # The settings came with the backup: read them, then let the projections follow.
    opened(settings_in(data)).close()
    click.echo(f"{data}: {report.rows:,} rows, pages at {report.head[:10]}")
