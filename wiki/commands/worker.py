"""`denktank worker`: what need not happen in a request, in a process of its own."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import click

from wiki.commands.place import data_option, opened, settings_in
from wiki.commands.serving import lifeline, logs
from wiki.projections.crumbs import crumbs_in
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
