"""`denktank check`: is what was derived what git says?"""

from __future__ import annotations

import sys

import click

from wiki.commands.place import with_wiki
from wiki.engine import Wiki
from wiki.services.operation import health, projections

SHOWN = 50
PATIENCE = 10.0
"""Seconds that a worker gets to bring search up to what members write."""


@click.command()
@click.option("--repair", is_flag=True, help="Make anew what differs.")
@click.option(
    "--from",
    "source",
    default="",
    metavar="FILE",
    help="With --repair: a backup, a clone or its address, to fetch damaged texts from.",
)
@with_wiki
def check(wiki: Wiki, repair: bool, source: str) -> None:
    """Compare every projection with git, and git with itself; exit code 1 if something differs.

    It may run beside members who write: what they change meanwhile is no difference.

    Every damaged object of git is named with the pages that it belongs to.
    """
    # Where no worker runs there is nobody to wait for.
    patience = PATIENCE if health.sign_of_worker(wiki)[0] else 0.0
    findings = projections.check(wiki, patience)
    _tell_aside(wiki)
    for line in findings[:SHOWN]:
        click.echo(str(line))
    if len(findings) > SHOWN:
        click.echo(f"... and {len(findings) - SHOWN} more")
    if not findings:
        click.echo("Everything agrees.")
        return
    if not repair:
        sys.exit(1)
    projections.repair(wiki, findings, source)
    left = projections.check(wiki, patience)
    for line in left[:SHOWN]:
        click.echo(f"still: {line}")
    click.echo(f"{len(findings) - len(left)} differences mended, {len(left)} left.")
    sys.exit(1 if left else 0)


def _tell_aside(wiki: Wiki) -> None:
    """Name what could not be described; that is no difference."""
    aside = projections.set_aside(wiki)
    for fault in aside[:SHOWN]:
        item = fault.item
        click.echo(f"set aside: {item.kind} {item.key} in {item.part}: {fault.reason}")
    if len(aside) > SHOWN:
        click.echo(f"... and {len(aside) - SHOWN} more set aside")
