"""`denktank init`: make a wiki in a folder."""

from __future__ import annotations

from pathlib import Path

import click

from wiki.commands.place import data_option, opened, settings_in
from wiki.i18n.errors import notice
from wiki.services import members, starter
from wiki.settings import Settings


@click.command()
@data_option
@click.option("--empty", is_flag=True, help="Write no starter content.")
def init(data: Path | None, empty: bool) -> None:
    """Make a wiki in the folder that --data names; one that is there stays as it is."""
    settings = settings_in(data or Path.cwd(), may_be_new=True)
    link = prepare(settings, settings.base_url, empty=empty)
    click.echo(f"The wiki is in {settings.data}.")
    if link:
        click.echo(f"Make the administrator's account: {link}")


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
