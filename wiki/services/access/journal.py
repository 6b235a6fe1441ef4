"""Log logins, refusals and acts: for those who run the machine, and for alarms on it.

One line for each: the event, then words and numbers as `key=value`. Nobody's name or address is
in it: members go by number, visitors by a mark that says no more than which came from the same
place. What somebody typed is not in it, nor an address with what stands after its `?`.
"""

from __future__ import annotations

import logging
from functools import partial

from wiki.database.engine.connection import Connection, after
from wiki.engine import Wiki
from wiki.services.access import limits

log = logging.getLogger(__name__)

_DIGITS = 12


def note(event: str, **about: object) -> None:
    """Tell of an event; what is empty is left out."""
    told = " ".join(f"{key}={value}" for key, value in about.items() if value not in (None, ""))
    log.info("%s %s", event, told)


def note_at_commit(connection: Connection, event: str, **about: object) -> None:
    """Tell of it once it is so: what is rolled back did not happen."""
    after(connection, partial(note, event, **about))


def place(wiki: Wiki, address: str) -> str:
    """A mark for where a visitor comes from: the same for the same place, and nobody's address."""
    return limits.key(wiki, "journal", limits.network(address))[:_DIGITS] if address else ""
