"""`denktank purge`: something goes from the whole of history, for good."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import click

from wiki.commands.place import Stop, data_option, opened, settings_in
from wiki.commands.reindex import Bars
from wiki.domain.errors import WikiError
from wiki.engine import Wiki
from wiki.i18n.errors import sentence
from wiki.projections.purging import is_begun
from wiki.services.operation import purging
from wiki.services.operation.purging import Look, Result, Wanted

SHOWN = 20
BY_HAND = """\
What this cannot reach, and somebody must do by hand:
- backups made before, and PostgreSQL's archived logs: delete them, and make a new backup
  (`denktank backup`);
- clones of the repository: delete them and clone anew;
- mail that was sent, printed pages, search engines and archives outside."""


@click.group()
def purge() -> None:
    """Take a text, a message, a name, words or a file out of all of history, for good.

    Stop the wiki first. Every revision since the first that is touched gets a new id; old addresses
    keep working. --dry-run says what would change, also while the wiki runs.
    """


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every purge has; the command gives what is wanted."""

    @data_option
    @click.option("--reason", default="", help="Why; kept in the log. Do not repeat the words.")
    @click.option("--by", default="", help="The username of the administrator who decided.")
    @click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @functools.wraps(command)
    def run(
        *args: Any,
        data: Path | None,
        reason: str,
        by: str,
        dry_run: bool,
        yes: bool,
        **options: Any,
    ) -> None:
        settings = settings_in(data)
        if is_begun(settings.data):
            click.echo("A purge that was broken off is finished first.")
        wiki = opened(settings, alone=not dry_run)
        try:
            _purge(wiki, command(wiki, *args, **options), reason, by, dry_run=dry_run, yes=yes)
        except WikiError as error:
            raise Stop(sentence("en", error.code, error.values)) from error
        finally:
            wiki.close()

    return run


@purge.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--path", required=True, help="The page.")
@click.option("--hidden", is_flag=True, help="Every revision whose text moderators hid.")
@_options
def revision(wiki: Wiki, ids: Sequence[str], path: str, hidden: bool) -> Wanted:
    """Purge what the page at PATH said in revisions ID."""
    if bool(ids) == hidden:
        raise Stop("name revisions, or all that are hidden with --hidden")
    return purging.of_revisions(wiki, path, ids)


@purge.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@_options
def message(wiki: Wiki, ids: Sequence[str]) -> Wanted:
    """Purge what was written about revisions ID when they were saved."""
    return purging.of_message(wiki, ids)


@purge.command()
@click.argument("username")
@_options
def author(wiki: Wiki, username: str) -> Wanted:
    """The username of a member, also of one who was erased, as writer of revisions.

    An opaque name takes its place. What pages say of them stays: see `purge text`.
    """
    return purging.of_author(wiki, username)


@purge.command()
@click.option(
    "--file",
    type=click.File(encoding="utf-8"),
    required=True,
    help="The words, one (or a few that belong together) on each line; - is standard input.",
)
@click.option("--instead", default="", help="What takes their place.")
@_options
def text(wiki: Wiki, file: IO[str], instead: str) -> Wanted:
    """Whole words, case-exact, wherever they stand: in pages, messages, names and talk.

    They are read from a file so that no shell remembers them.
    """
    return purging.of_words(wiki, file.read().splitlines(), instead)


@purge.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_options
def file(wiki: Wiki, files: Sequence[str]) -> Wanted:
    """Attachments FILE (their path in the repository), or pages with .md, and copies of them."""
    return purging.of_files(wiki, files)


def _purge(wiki: Wiki, wanted: Wanted, reason: str, by: str, *, dry_run: bool, yes: bool) -> None:
    admin = purging.by_admin(wiki, by)
    bars = Bars()
    try:
        look = purging.look(wiki, wanted, bars.show)
        bars.close()
        _show(look)
        if look.is_empty:
            click.echo("There is nothing to purge.")
            return
        if dry_run:
            return
        if not reason.strip():
            raise Stop("say why with --reason")
        if not yes:
            if not sys.stdin.isatty():
                raise Stop("nobody is there to ask; confirm with --yes")
            click.confirm("Rewrite history for good? There is no way back", abort=True)
        bars = Bars()
        done = purging.purge(wiki, look, admin, reason, bars.show)
    finally:
        bars.close()
    _tell(done)


def _show(look: Look) -> None:
    survey = look.survey
    number = len(survey.changed)
    click.echo(f"{number:,} revisions hold it; {len(survey.written):,} get a new id.")
    _list("Files whose text changes or that go:", sorted(survey.files))
    for table, count in sorted(look.rows.items()):
        click.echo(f"{count:,} rows of {table} change.")
    _list(
        "These hold the words and are no text; `purge file` takes them out:", sorted(survey.binary)
    )
    _list("These are called so; rename them, or `purge file`:", sorted(survey.named))
    for table, count in sorted(look.left.items()):
        click.echo(f"{count:,} rows of {table} hold the words and stay (`denktank user delete`).")


def _tell(done: Result) -> None:
    click.echo(f"Done: {done.commits:,} revisions have a new id.")
    _list("These still hold the words:", done.files)
    _list("Objects were borrowed from repositories that still have them:", done.borrowed)
    if not done.is_gone:
        click.echo("Somebody pushed the old history meanwhile: purge once more.")
    _list(
        "These nodes have it until they notice, which `denktank node list` says; start them, or\n"
        "delete their data folder and `denktank node forget` them:",
        done.nodes,
    )
    if done.is_barred:
        click.echo("A push that brings the old history back is refused.")
    else:
        click.echo("The repository has a pre-receive hook of its own: let it refuse old history.")
    click.echo("Lists and search are built anew at the next start.")
    click.echo(BY_HAND)


def _list(title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    click.echo(title)
    for line in lines[:SHOWN]:
        click.echo(f"  {line.encode('utf-8', 'surrogateescape').decode('utf-8', 'replace')}")
    if len(lines) > SHOWN:
        click.echo(f"  ... and {len(lines) - SHOWN} more")
