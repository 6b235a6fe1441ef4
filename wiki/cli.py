"""The command `denktank`."""

from __future__ import annotations

import click

from wiki.commands.backup import backup, restore
from wiki.commands.check import check
from wiki.commands.init import init
from wiki.commands.reindex import reindex
from wiki.commands.serve import serve
from wiki.commands.settings import settings
from wiki.commands.user import user
from wiki.commands.worker import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="denktank")
def main() -> None:
    """A wiki for think tanks, with its pages in git."""


for _command in (init, serve, worker, reindex, check, backup, restore, settings, user):
    main.add_command(_command)


if __name__ == "__main__":
    main(prog_name="denktank")
