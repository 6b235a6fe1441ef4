"""`denktank backup`, `denktank drill` and `denktank restore`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from wiki.commands.place import Stop, data_option, failed, opened, settings_in, with_wiki
from wiki.domain.errors import WikiError
from wiki.domain.operation import retention
from wiki.domain.operation.retention import Rule
from wiki.engine import Wiki
from wiki.i18n.errors import notice, sentence
from wiki.services.operation import backup as backups
from wiki.services.operation import backup_folder
from wiki.settings import PREFIX, SettingError

SHOWN = 50


@click.command()
@click.argument("target", metavar="FILE|FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--keep",
    metavar="RULE",
    help="Of this wiki's backups in FOLDER keep the newest of each of so many days, weeks, months"
    " and years, such as 7d,4w,12m; remove the others.",
)
@with_wiki
def backup(wiki: Wiki, target: Path, keep: str | None) -> None:
    """Write everything (pages, people, talk, settings) to FILE, while the wiki runs.

    In a FOLDER the file is named after this moment. What another wiki or somebody else put there
    is never removed, and neither is the newest backup.
    """
    rule = _rule(keep, target)
    if target.is_dir():
        file, report = backup_folder.write(wiki, target)
    else:
        file, report = target, backups.write(wiki, target)
    click.echo(f"{file}: {report.size:,} bytes, {report.rows:,} rows, pages at {report.head[:10]}")
    if rule is not None:
        for gone in backup_folder.tidy(wiki, target, rule):
            values = {"file": str(gone)}
            click.echo(notice(wiki.settings.language, "backup_removed", values))


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """Let SIGTERM end what goes on as Ctrl-C does, so that it is tidied up."""
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _rule(written: str | None, target: Path) -> Rule | None:
    if written is None:
        return None
    if not target.is_dir():
        raise Stop(f"{target} is no folder; --keep needs one that is there")
    try:
        return retention.read(written)
    except ValueError as error:
        raise Stop(f"--keep {error}") from error


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--in",
    "place",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where there is room for a copy of the wiki; else where the system keeps such files.",
)
def drill(file: Path, place: Path | None) -> None:
    """Try whether FILE can be restored: into a folder that is gone afterwards, checked in full.

    Exit code 1 if something does not agree, 2 if it cannot be restored. The wiki itself, its
    database and its mail server are left alone.
    """
    try:
        with _told_to_stop():
            done = backup_folder.drill(file, place)
    except WikiError as error:
        raise Stop(sentence("en", error.code, error.values)) from error
    except SettingError as error:
        raise Stop(str(error)) from error
    except OSError as error:
        raise failed(error, file) from error
    if not done.findings:
        values = {
            "file": str(file),
            "rows": done.report.rows,
            "head": done.report.head[:10],
            "seconds": round(done.seconds, 1),
        }
        click.echo(notice(done.language, "drill_well", values))
        return
    values = {"file": str(file), "number": len(done.findings)}
    click.echo(notice(done.language, "drill_found", values))
    for finding in done.findings[:SHOWN]:
        click.echo(str(finding))
    sys.exit(1)


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
