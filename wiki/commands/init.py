"""`denktank init`: make a wiki in a folder."""

from __future__ import annotations

from pathlib import Path

import click

from wiki.commands.place import Stop, data_option, opened, settings_in
from wiki.domain.errors import WikiError
from wiki.engine import adopt_database
from wiki.i18n.errors import notice, sentence
from wiki.services.members import members
from wiki.services.operation import starter
from wiki.settings import Settings


@click.command()
@data_option
@click.option("--empty", is_flag=True, help="Write no starter content.")
@click.option(
    "--adopt",
    is_flag=True,
    help="Believe the people and talk that the database holds now, whatever it held before.",
)
def init(data: Path | None, empty: bool, adopt: bool) -> None:
    """Make a wiki in the folder that --data names; one that is there stays as it is."""
    settings = settings_in(data or Path.cwd(), may_be_new=True)
    if adopt:
        adopted(settings)
    link = prepare(settings, settings.base_url, empty=empty)
    click.echo(f"The wiki is in {settings.data}.")
    if link:
        click.echo(f"Make the administrator's account: {link}")


def adopted(settings: Settings) -> None:
    """Let the folder bear the mark of the database as it is now."""
    try:
        adopt_database(settings)
    except WikiError as error:
        raise Stop(sentence("en", error.code, error.values)) from error


def prepare(settings: Settings, address: str, *, empty: bool) -> str:
    """Make what a wiki needs in its folder, and its starter content unless `empty`.

    Gives the one-time link that makes the administrator, "" if there is one already; `address` is
    where the wiki will answer.
    """
    wiki = opened(settings)
    for found in wiki.store.notices:
        click.echo(notice(settings.language, found.code, found.values))
    try:
        if not empty:
            starter.write(wiki)
        path = members.setup_link(wiki, address)
        return address.rstrip("/") + path if path else ""
    finally:
        wiki.close()
