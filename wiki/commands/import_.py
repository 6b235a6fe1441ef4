"""`denktank import`: other wikis come in."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from wiki.commands.place import with_wiki
from wiki.commands.reindex import Bars
from wiki.domain.imports.items import LeftOut, Report
from wiki.engine import Wiki
from wiki.i18n.errors import notice, sentence
from wiki.services.imports import importing, people, sources
from wiki.services.imports.importing import Wanted

SHOWN = 20
"""Things of one reason that are named; all of them are in the file of --report."""


@click.command("import")
@click.argument("importer", type=click.Choice(sources.NAMES), metavar="FROM")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would come in, and change nothing.")
@click.option("--into", default="", metavar="FOLDER", help="The folder that pages go to.")
@click.option(
    "--people",
    "told",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Lines `login,username`: who somebody there is here.",
)
@click.option("--by", default="", metavar="USERNAME", help="Who wrote what nobody is named for.")
@click.option(
    "--private-into",
    default="",
    metavar="FOLDER",
    help="A closed folder, for private groups; without it they stay out.",
)
@click.option("--keep-addresses", is_flag=True, help="Leave e-mail addresses in texts.")
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole report to this file, as JSON.",
)
@with_wiki
def import_(
    wiki: Wiki,
    importer: str,
    source: Path,
    dry_run: bool,
    into: str,
    told: Path | None,
    by: str,
    private_into: str,
    keep_addresses: bool,
    report_file: Path | None,
) -> None:
    """Take in a wiki FROM another system, as SOURCE holds it: a folder or a file.

    FROM is one of: ning, pbworks, mediawiki, dokuwiki, otter, gollum, outline, markdown.

    Versions keep their writer and their time. A second run takes in only what is new. Nobody gets
    an account that can log in, and no mail is sent.
    """
    wanted = Wanted(
        importer,
        into=sources.folder(into),
        told=people.told_in(told) | ({"": by} if by else {}),
        keep_addresses=keep_addresses,
        dry_run=dry_run,
    )
    bars = Bars()
    try:
        found = sources.opener(wiki, importer, source, sources.folder(private_into))
        report = importing.run(wiki, wanted, found, bars.show)
    finally:
        bars.close()
    if report_file:
        report_file.write_text(
            json.dumps(asdict(report), ensure_ascii=False, indent=1, default=str) + "\n"
        )
    _tell(wiki.settings.language, report, dry_run=dry_run)


def _tell(language: str, report: Report, *, dry_run: bool) -> None:
    def say(code: str, **values: object) -> str:
        return notice(language, code, values)

    click.echo(say("import_dry" if dry_run else "import_done"))
    for name in ("pages", "revisions", "files", "comments", "known"):
        click.echo(say(f"import_{name}", count=getattr(report, name)))
    click.echo(say("import_writers", count=len(report.people)))
    for name, username in report.people[:SHOWN]:
        click.echo(f"  {name} → {username}" if username else f"  {name}")
    if len(report.people) > SHOWN:
        click.echo("  " + say("import_more", count=len(report.people) - SHOWN))
    for what, count in sorted(report.lost.items()):
        if count:
            click.echo(say(f"import_lost_{what}", count=count))
    _tell_left(language, report.left_out)


def _tell_left(language: str, left: list[LeftOut]) -> None:
    """Tell what stays behind, reason by reason."""
    for code, count in sorted(Counter(one.code for one in left).items()):
        some = [one for one in left if one.code == code]
        click.echo(sentence(language, code, dict(some[0].values)) + f" ({count})")
        for one in some[:SHOWN]:
            click.echo(f"  {one.what}")
        if count > SHOWN:
            click.echo("  " + notice(language, "import_more", {"count": count - SHOWN}))
