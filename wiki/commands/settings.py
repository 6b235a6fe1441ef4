"""`denktank settings`: what can be set, and what it is here."""

from __future__ import annotations

from dataclasses import Field
from pathlib import Path
from typing import Any

import click

from wiki.commands.place import data_option, settings_in
from wiki.settings import FILE, PREFIX, SECRETS, table

HEAD = f"""# Settings

Each setting is a line `NAME = value` in `<data>/{FILE}`, or an environment variable
`{PREFIX}NAME`, which goes before the file. A name that does not exist is refused.
`DENKTANK_DATA` (or `--data`) names the folder itself. Those of which is said "on the screen" are
also set by an administrator under Administration, Settings, and hold at once; a value that stands
in the file or the environment goes before that. This page is written by
`denktank settings --markdown`.

| name | type | default | what |
|---|---|---|---|
"""


@click.command()
@data_option
@click.option("--markdown", is_flag=True, help="Print docs/settings.md instead.")
def settings(data: Path | None, markdown: bool) -> None:
    """Show every setting, its value here and what it is for (secrets are not shown)."""
    if markdown:
        click.echo(page(), nl=False)
        return
    here = settings_in(data)
    for setting in table():
        value = getattr(here, setting.name)
        shown = "***" if value and setting.name in SECRETS else value
        click.echo(f"{setting.name.upper()} = {shown}")
        click.echo(f"    {setting.metadata['help']}")


def page() -> str:
    """docs/settings.md."""
    return HEAD + "".join(map(_row, table()))


def _row(setting: Field[Any]) -> str:
    choices = setting.metadata["choices"]
    kind = (
        " · ".join(f"`{choice}`" for choice in choices if choice) or type(setting.default).__name__
    )
    default = f"`{setting.default}`" if setting.default != "" else "empty"
    name = setting.name.upper()
    about = setting.metadata["help"] + ("; on the screen" if setting.metadata["on_screen"] else "")
    return f"| `{name}` | {kind} | {default} | {about} |\n"
