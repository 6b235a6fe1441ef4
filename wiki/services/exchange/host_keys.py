"""The key that a remote's host has to show: kept the first time, and believed anew on request."""

from __future__ import annotations

from wiki.database.exchange import remotes as table
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor
from wiki.domain.exchange.remotes import Remote
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.exchange import remotes


def keep(wiki: Wiki, remote: Remote, shown: str) -> None:
    """Hold the host of a remote from now on to what it showed the first time."""
    if shown and not remote.host_keys:
        with wiki.database.write() as connection:
            table.change(connection, remote.id, {"host_keys": shown})


def believe(wiki: Wiki, actor: Actor, id: int) -> None:
    """Bring a remote in step, held to the key that its host shows then; for administrators.

    Raises NotFound (`remote_missing_here`).
    """
    for remote in remotes.listing(wiki, actor):
        if remote.id == id:
            with wiki.database.write() as connection:
                table.change(connection, id, {"host_keys": ""})
                audit.write(wiki, connection, actor, LoggedAct.REMOTE_HOST, remote.name)
    remotes.sync_now(wiki, actor, id)
