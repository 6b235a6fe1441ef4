"""Keeping in step with repositories elsewhere: fetch, merge as the wiki merges, push.

A page that cannot be merged stays as it is here, and what it says there becomes a suggestion, so
that nothing else waits for it. Nothing is ever forced, on either side: a remote whose history was
written anew is left alone until an administrator says what to do. Everything has an end in time;
what goes wrong is a state of that remote, with a sentence, and is tried again later and later.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from wiki.database.exchange import remotes
from wiki.database.members import members
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.domain.content import text
from wiki.domain.content.paths import page_of
from wiki.domain.errors import Conflict, WikiError
from wiki.domain.exchange.remotes import Remote, State, Way, name_beside, read_address
from wiki.domain.members.members import Status
from wiki.engine import Wiki
from wiki.services.access import journal, sealed_secrets
from wiki.services.content import commits, joining, outside
from wiki.services.content.joining import Clash, Joined
from wiki.services.editing import suggestions
from wiki.services.editing.saving import Sent
from wiki.services.exchange import host_keys, pushing
from wiki.store.branch import elsewhere
from wiki.store.branch.elsewhere import Elsewhere, Failed
from wiki.store.store import Change

log = logging.getLogger(__name__)

TRIES = 3
"""How often one round begins again because somebody pushed there, or saved here, meanwhile."""
EVERY = timedelta(minutes=5)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""How long to wait after the first, second, ... failure."""
SECONDS = 45.0
"""In which each step there has to be over: looking, fetching, pushing."""
MOST_KEPT = 20
"""Files of which is told that both sides changed them."""


def catch_up(wiki: Wiki) -> bool:
    """Bring the remote that waits longest in step; whether others may wait. For the worker."""
    with wiki.database.read() as connection:
        remote = remotes.due(connection, wiki.clock(), wiki.store.head())
    if remote is None:
        return False
    sync(wiki, remote)
    return True


def sync(wiki: Wiki, remote: Remote) -> None:
    """Bring one remote in step, and note how that went."""
    problem, values = "", {}
    seen, copies = remote.seen, dict(remote.kept)
    try:
        seen = _round(wiki, remote, copies)
    except Failed as failed:
        problem, values = failed.code, {"said": failed.said}
    except WikiError as error:
        problem, values = error.code, {key: str(value) for key, value in error.values.items()}
    except Exception:
        # Whatever it is: the worker and the other remotes go on.
        log.exception("remote %d could not be brought in step", remote.id)
        problem = "remote_failed"
    now = wiki.clock()
    failures = remote.failures + 1 if problem else 0
    pause = PAUSES[min(failures, len(PAUSES)) - 1] if problem else EVERY
    # Told until somebody chose between the two.
    both = {new: file for new, file in copies.items() if wiki.store.entry(new)}
    told = {**values, **({"kept": dict(list(both.items())[-MOST_KEPT:])} if both else {})}
    note = {
        "state": (State.TROUBLE if problem else State.WELL).value,
        "problem": problem,
        "detail": json.dumps(told) if told else "",
        "failures": failures,
        "seen": seen,
        "tried": now,
        "due": now + pause,
    }
    with wiki.database.write() as connection:
        remotes.change(connection, remote.id, note if problem else {**note, "synced": now})
    journal.note("remote", number=remote.id, code=problem or "well")


def _round(wiki: Wiki, remote: Remote, copies: dict[str, str]) -> str:
    """Fetch, merge and push; gives the commit that both have then. Raises Failed, WikiError.

    Notes in `copies` what is kept beside a file, as `Remote.kept` has it.
    """
    owner = _owner(wiki, remote)
    with _reached(wiki, remote) as there:
        for again in range(TRIES):
            tip = _take_in(wiki, remote, owner, there, copies)
            head = wiki.store.head()
            if not head or head == tip:
                return head
            try:
                elsewhere.push(wiki.store.git, there, head)
            except Failed as failed:
                if failed.code != "remote_moved" or again == TRIES - 1:
                    raise
                continue
            return head
    raise AssertionError


def _take_in(
    wiki: Wiki, remote: Remote, owner: Actor, there: Elsewhere, copies: dict[str, str]
) -> str:
    """Let the branch take in what is new there; gives the newest commit there."""
    with elsewhere.beside(wiki.store.git) as folder:
        tip = elsewhere.fetch(folder, there, wiki.store.head())
        if not tip:
            return ""
        incoming = wiki.store.incoming(str(folder / "objects"))
        new = incoming.commits(tip)
        # Asked before anything comes in: of a rewritten history nothing does.
        if remote.seen and not elsewhere.leads(folder, remote.seen, tip):
            raise Conflict("remote_rewritten")
        if not new:
            return tip
        pushing.look_at(wiki, owner, incoming, new)
        elsewhere.bring(wiki.store.git, folder)
    with wiki.store.locked():
        head = wiki.store.head()
        if wiki.store.reachable(tip):
            return tip
        if (not head or wiki.store.reachable(head, of=tip)) and wiki.store.advance(tip):
            commits.follow(wiki, fully=True)
            wiki.wake()
            return tip

        def look(joined: Joined) -> None:
            for clash in joined.clashes:
                if page_of(clash.file) is not None:
                    _propose(wiki, owner, remote, clash)
                elif clash.there:
                    new = _beside(wiki, remote, clash.file, joined)
                    joined.changes.append(Change(new, None, clash.there))
                    copies[new] = clash.file

        message = f"Merge what changed at {remote.name}"
        joining.take_in(wiki, SYSTEM, tip, message, look)
    return tip


def _propose(wiki: Wiki, owner: Actor, remote: Remote, clash: Clash) -> None:
    """Keep what a page says there as a suggestion; what was deleted there stays as it is here."""
    path = page_of(clash.file)
    if path is None or not clash.there:
        return
    source = text.decode(wiki.store.blob(clash.there))
    summary = f"{remote.name}: {clash.there[:10]}"
    base = (clash.before or clash.here) if clash.here else ""
    suggestions.suggest(wiki, owner, path, Sent(text=source.text, base=base, summary=summary))


def _beside(wiki: Wiki, remote: Remote, file: str, joined: Joined) -> str:
    """A name for a file from there beside ours, that nothing here has."""
    folder = file.rpartition("/")[0]
    files = {entry.file for entry in wiki.store.files_in(folder)}
    files |= {change.file for change in joined.changes}
    return name_beside(file, remote.name, {name.rpartition("/")[2].lower() for name in files})


def _owner(wiki: Wiki, remote: Remote) -> Actor:
    """Who added the remote, in whose name suggestions are made. Raises Conflict."""
    with wiki.database.read() as connection:
        member = members.get(connection, remote.owner)
    if member is None or member.status is not Status.ACTIVE:
        raise Conflict("remote_owner")
    return member.actor


@contextmanager
def _reached(wiki: Wiki, remote: Remote) -> Iterator[Elsewhere]:
    """How to speak with a remote: at the address that its name has now, and at no private one."""
    place = read_address(remote.address, remote.way)
    host = place.host.strip("[]")
    look = outside.any_address if wiki.settings.private_addresses else outside.public_address
    try:
        address = look(host, place.port)
    except OSError as error:
        code = "remote_private" if isinstance(error, outside.Private) else "remote_down"
        raise Failed(code, str(error)) from error
    secret = sealed_secrets.unseal(wiki, remote.secret)
    if remote.way is Way.TOKEN:
        pair = base64.b64encode(f"{remote.user or 'git'}:{secret}".encode()).decode()
        shown = f"[{address}]" if ":" in address else address
        settings = {
            # Git asks nobody for the address once more: what was looked at is what is asked.
            "http.curloptResolve": f"{host}:{place.port}:{shown}",
            **({"http.extraHeader": f"Authorization: Basic {pair}"} if secret else {}),
        }
        yield Elsewhere(place.url, remote.branch, settings, seconds=SECONDS)
        return
    with tempfile.TemporaryDirectory(prefix="denktank-") as folder:
        key = Path(folder) / "key"
        key.touch(0o600)
        key.write_text(secret, encoding="ascii")
        hosts = Path(folder) / "hosts"
        hosts.write_text(remote.host_keys, encoding="ascii")
        options = {
            "HostName": address,
            "HostKeyAlias": host,
            "IdentityFile": os.fspath(key),
            "IdentitiesOnly": "yes",
            "BatchMode": "yes",
            "ConnectTimeout": "10",
            "ServerAliveInterval": "10",
            # A key of another kind would be new, and so be believed, for ever.
            "StrictHostKeyChecking": "yes" if remote.host_keys else "accept-new",
            "UserKnownHostsFile": os.fspath(hosts),
            "ProxyCommand": "none",
        }
        words = ["ssh", "-F", "none", *(f"-o{name}={value}" for name, value in options.items())]
        command = {"GIT_SSH_COMMAND": shlex.join(words), "GIT_SSH_VARIANT": "ssh"}
        try:
            yield Elsewhere(place.url, remote.branch, {}, command, SECONDS)
        finally:
            host_keys.keep(wiki, remote, hosts.read_text(encoding="ascii"))
