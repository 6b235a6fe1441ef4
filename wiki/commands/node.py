"""`denktank node`: the machines that a wiki runs on, for who runs them."""

from __future__ import annotations

import click

from wiki.commands.place import Stop, with_wiki
from wiki.domain.operation.nodes import Node
from wiki.engine import Wiki
from wiki.services.operation import nodes


@click.group()
def node() -> None:
    """The nodes of a wiki that runs on several machines."""


@node.command("list")
@with_wiki
def list_(wiki: Wiki) -> None:
    """List the nodes: name, sign of life, version, how far behind, notes, separated by tabs.

    The last line says whether a standby has all that was answered.
    """
    seen = nodes.look(wiki)
    if seen is None:
        raise Stop("this wiki runs on one machine; several nodes need SHARED_PAGES = yes")
    for one in seen.every:
        click.echo("\t".join(_line(one)))
    click.echo(f"standby: {seen.standby.value}")


def _line(one: Node) -> tuple[str, ...]:
    ago = f"{one.ago:.0f} s ago" if one.is_alive else f"silent since {one.seen:%Y-%m-%d %H:%M} UTC"
    behind = {0: "up to date", -1: "before the last purge"}.get(one.behind, f"{one.behind} behind")
    notes = ["leads"] * one.leads + ["two of this name"] * one.has_twin
    return one.name, ago, one.version, behind, ", ".join(notes)
