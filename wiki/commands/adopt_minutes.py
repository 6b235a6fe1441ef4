"""`denktank adopt-minutes FOLDER`: make dialogues of minutes that were written elsewhere."""

from __future__ import annotations

import click

from wiki.commands.place import with_wiki
from wiki.domain.access.rights import SYSTEM
from wiki.domain.errors import NotFound
from wiki.engine import Wiki
from wiki.services.editing import minutes
from wiki.services.editing.minutes import Looked
from wiki.store.store import Stale

WHY_NOT = {
    "minutes_have_kind": "it says itself what kind of page it is",
    "minutes_none": "nobody speaks in it",
    "minutes_undated": "neither its name nor its front matter has a date",
    "minutes_large": "it is too large",
    "minutes_not_utf8": "it is not UTF-8",
    "minutes_toml": "its front matter is TOML",
}


@click.command("adopt-minutes")
@click.argument("folder")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@with_wiki
def adopt_minutes(wiki: Wiki, folder: str, dry_run: bool) -> None:
    """Make dialogues of the minutes in FOLDER: a kind, a date and participants, in one commit.

    The date is in a page's name or its front matter; participants are in its list of attendees, or
    are the names that open its lines. The text stays as it is. Doing it again changes nothing.
    """
    try:
        done = minutes.adopt_folder(wiki, SYSTEM, folder, dry_run=dry_run)
    except NotFound as error:
        raise click.ClickException(f"There is no page in {folder}.") from error
    except Stale as error:
        raise click.ClickException("Somebody saved one of these pages: do it again.") from error
    for page in done.pages:
        click.echo(f"{page.path}: {_said(page)}")
    for page in done.left:
        click.echo(f"{page.path}: left alone: {WHY_NOT[page.why_not]}")
    turns = sum(one.minutes.turns for one in done.pages if one.minutes)
    verb = "would become" if dry_run else "became"
    click.echo(f"{len(done.pages)} pages {verb} dialogues, with {turns} turns.")
    if done.revision:
        click.echo(f"Commit {done.revision}.")


def _said(looked: Looked) -> str:
    found = looked.minutes
    assert found is not None
    return f"{found.day or 'dated itself'}, {len(found.participants)} people, {found.turns} turns"
