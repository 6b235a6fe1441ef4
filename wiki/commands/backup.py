"""`denktank backup` and `denktank restore`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from wiki.commands.place import Stop, data_option, failed, opened, settings_in, with_wiki
from wiki.domain.errors import WikiError
from wiki.engine import Wiki
from wiki.i18n.errors import sentence
from wiki.services.operation import backup as backups
from wiki.settings import PREFIX, SettingError

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
@click.option(
    "--database",
    metavar="URL",
    help="Where people and talk go: the URL of an empty database, or `sqlite` for the folder"
    " itself. Needed if the backup's settings name a server: its wiki may be running on that.",
)
def restore(file: Path, data: Path | None, database: str | None) -> None:
    """Make a wiki from FILE, in an empty folder; lists and search are built anew.

    All of it or nothing: one that was broken off is simply run again. DENKTANK_DATABASE_URL in the
    environment goes before what the backup's settings name.

    Mail that was not sent yet is held: an administrator sends it again from the mail screen, or
    not. New mail goes as the backup's settings say; for a copy to try things with, set
    DENKTANK_MAIL_URL to nothing before it is served.
    """
    if data is None:
        raise Stop("name the new folder with --data")
    url = "" if database == "sqlite" else database
    try:
        report = backups.restore(file, data.resolve(), os.environ, url)
    except WikiError as error:
        raise Stop(sentence("en", error.code, error.values)) from error
    except SettingError as error:
        raise Stop(str(error)) from error
    except OSError as error:
        raise failed(error, data) from error
    if f"{PREFIX}DATABASE_URL" in os.environ:
        click.echo("DATABASE_URL was taken from the environment.")
    opened(settings_in(data)).close()
    click.echo(f"{data}: {report.rows:,} rows, pages at {report.head[:10]}")
