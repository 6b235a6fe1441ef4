"""The nodes of a wiki that runs on several: who is there, how far each is, and which one leads.

Every worker tells of itself every few seconds, by the database's clock.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

from wiki.database.operation import nodes as table
from wiki.domain.operation.nodes import Node, Standby
from wiki.engine import Wiki
from wiki.settings import Settings
from wiki.store.shared.copy import read_place

log = logging.getLogger(__name__)

_OWN = frozenset(
    {
        "data",
        "database_url",
        "mermaid_command",
        "node_name",
        "threads",
        "trusted_proxies",
        "workers",
    }
)
"""Settings that are about one machine, and how it reaches the database."""
_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class Nodes:
    """All nodes, as seen from the one called `name`, which is `behind` so many moves."""

    name: str
    behind: int
    standby: Standby
    every: Sequence[Node]

    @property
    def leader(self) -> str:
        """The node whose worker does what is done once; empty if none does now."""
        return next((node.name for node in self.every if node.leads), "")

    def as_dict(self) -> dict[str, object]:
        """The same of this node, for JSON."""
        return {
            "name": self.name,
            "behind": self.behind,
            "leader": self.leader,
            "standby": self.standby.value,
        }


def name_of(settings: Settings) -> str:
    """What this node is called."""
    host = _NOT_OF_A_NAME.sub("-", socket.gethostname())
    return settings.node_name or host[: table.LONGEST_NAME] or "node"


def mark_of(settings: Settings) -> str:
    """A mark of the settings that all nodes have to have alike, the secret key among them.

    Slow to make, so that nobody tries keys with what the database holds of it.
    """
    alike = {name: str(value) for name, value in asdict(settings).items() if name not in _OWN}
    said = json.dumps(alike, sort_keys=True).encode()
    return hashlib.scrypt(said, salt=b"nodes", n=1 << 14, r=8, p=1, dklen=8).hex()


def software() -> str:
    """The version of Denktank that runs here."""
    try:
        return version("denktank")
    except PackageNotFoundError:
        return "?"


def look(wiki: Wiki) -> Nodes | None:
    """Return the nodes that there are; None for a wiki on one machine. Raises Unavailable."""
    if not wiki.settings.shared_pages:
        return None
    with wiki.database.read() as connection:
        return Nodes(
            name=name_of(wiki.settings),
            behind=table.behind(connection, _place(wiki)),
            standby=table.standby(connection),
            every=table.every(connection),
        )


def tidy(wiki: Wiki) -> None:
    """Forget nodes that have been away for long."""
    if wiki.settings.shared_pages:
        with wiki.database.write() as connection:
            table.forget(connection)


def forget(wiki: Wiki, name: str) -> bool:
    """Forget a node that never comes back; whether there was one of this name."""
    with wiki.database.write() as connection:
        return table.forget_one(connection, name)


def others(wiki: Wiki) -> Sequence[str]:
    """The names of the other nodes; of one machine there are none."""
    if not wiki.settings.shared_pages:
        return ()
    with wiki.database.read() as connection:
        return table.others(connection, name_of(wiki.settings))


def _place(wiki: Wiki) -> tuple[int, int]:
    place = read_place(wiki.store.git)
    return (place.epoch, place.seq) if place else (0, 0)


class Presence:
    """The signs of life of one worker among those of all nodes."""

    def __init__(self, wiki: Wiki) -> None:
        self._wiki = wiki
        self._sign = table.Sign(
            name_of(wiki.settings), secrets.token_hex(16), software(), mark_of(wiki.configured)
        )
        self._has_told = False

    def renew(self) -> None:
        """Give a sign of life, where the database can be asked; it is tried again soon."""
        try:
            has_twin = self._tell()
        except Exception as error:
            # Whatever it is, the worker goes on: this is only told to those who look.
            log.warning("no sign of life could be given to the other nodes: %s", error)
            return
        if has_twin:
            log.warning("another node is called %s too: set NODE_NAME on each", self._sign.name)

    def _tell(self) -> bool:
        place, lead = _place(self._wiki), self._wiki.lead
        backend = lead.holder() if lead else 0
        with self._wiki.database.write() as connection:
            again = self._has_told
            has_twin = table.tell(connection, self._sign, place, backend, again=again)
        self._has_told = True
        return has_twin
