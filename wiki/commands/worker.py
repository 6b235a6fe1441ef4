"""`denktank worker`: what need not happen in a request, in a process of its own.

And `denktank node`: the machines of which each has one.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import click

from wiki.commands.place import Stop, data_option, opened, settings_in, with_wiki
from wiki.commands.serving import lifeline, logs
from wiki.domain.operation.nodes import Node
from wiki.engine import Wiki
from wiki.projections.crumbs import crumbs_in
from wiki.services.operation import nodes
from wiki.services.operation.worker import run as work
from wiki.settings import Settings


@click.command()
@data_option
def worker(data: Path | None) -> None:
    """Index, export, count, mail and tidy up until told to stop; `serve` starts it too."""
    settings = settings_in(data)
    logs.configure(settings.log_format)
    run(settings)


def run(settings: Settings, held: int | None = None) -> None:
    """Work until told to stop; `held` is the lifeline of who started this process."""
    if held is not None:
        lifeline.hold(held)
    stop = threading.Event()

    def told(*_: object) -> None:
        stop.set()
        # In the middle of an index, or of a mail server that hangs: every job survives that.
        lifeline.leave()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    wiki = opened(settings)
    crumbs_in(wiki.store.git).watch()
    try:
        if not work(wiki, stop):
            # Every job survives that; closing the wiki would be to pull what this one uses.
            os._exit(0)
    finally:
        wiki.close()


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


@node.command("forget")
@click.argument("name")
@with_wiki
def forget(wiki: Wiki, name: str) -> None:
    """Forget the node NAME, whose data folder is deleted.

    Nodes that were away for a week are forgotten by themselves, but for those that still have what
    was purged meanwhile.
    """
    if not nodes.forget(wiki, name):
        raise Stop(f"there is no node called {name}")


def _line(node: Node) -> tuple[str, ...]:
    ago = (
        f"{node.ago:.0f} s ago" if node.is_alive else f"silent since {node.seen:%Y-%m-%d %H:%M} UTC"
    )
    behind = {0: "up to date", -1: "before the last purge"}.get(
        node.behind, f"{node.behind} behind"
    )
    notes = ["leads"] * node.leads + ["two of this name"] * node.has_twin
    notes += ["other settings"] * node.differs
    return node.name, ago, node.version, behind, ", ".join(notes)
