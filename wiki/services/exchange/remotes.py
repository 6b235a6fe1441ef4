"""Remotes as administrators see them: added, brought in step now, given a token, let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wiki.database.exchange import remotes
from wiki.database.exchange.remotes import NewRemote
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import Conflict, Invalid, NotFound
from wiki.domain.exchange.remotes import Remote, Way, check_branch, read_address
from wiki.domain.members.members import check_name
from wiki.engine import Wiki
from wiki.services.access import audit, sealed_secrets

MOST = 20
"""Remotes of one wiki."""
MOST_SECRET, MOST_USER = 4_000, 100


def listing(wiki: Wiki, actor: Actor) -> Sequence[Remote]:
    """Every remote, by name; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return remotes.every(connection)


def add(wiki: Wiki, actor: Actor, sent: Mapping[str, str]) -> Remote:
    """Add a remote, which the worker brings in step at once; for administrators.

    With a key the wiki makes a pair, whose public half is then shown. Raises LoginRequired,
    Forbidden, Invalid (fields), Conflict (`remotes_many`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    name = check_name(sent.get("name", ""))
    if not name:
        raise Invalid.field("name", "remote_name")
    way = sent.get("way", Way.TOKEN.value)
    if way not in tuple(Way):
        raise Invalid.field("way", "choice_unknown")
    place = read_address(sent.get("address", ""), Way(way))
    if place.scheme not in ("https", "ssh") and not wiki.settings.private_addresses:
        raise Invalid.field("address", "remote_address_token")
    branch = check_branch(sent.get("branch", ""))
    (user, secret), public = _token(sent), ""
    if way == Way.KEY:
        secret, public = _pair()
    new = NewRemote(
        name=name,
        address=sent.get("address", "").strip(),
        branch=branch,
        way=Way(way),
        user=user,
        secret=sealed_secrets.seal(wiki, secret),
        public_key=public,
        owner=actor.own_id(),
        made=wiki.clock(),
    )
    with wiki.database.write() as connection:
        if len(remotes.every(connection)) >= MOST:
            raise Conflict("remotes_many", most=MOST)
        id = remotes.add(connection, new)
        audit.write(wiki, connection, actor, LoggedAct.REMOTE_ADD, name, address=new.address)
        added = remotes.get(connection, id)
    wiki.wake()
    assert added
    return added


def change_token(wiki: Wiki, actor: Actor, id: int, sent: Mapping[str, str]) -> None:
    """Log in at a remote with another token, and bring it in step; for administrators.

    Raises NotFound, Invalid (field `token_password`).
    """
    remote = with_token(wiki, actor, id)
    user, secret = _token(sent)
    if not secret:
        raise Invalid.field("token_password", "remote_token")
    values = {
        "user": user,
        "secret": sealed_secrets.seal(wiki, secret),
        "due": wiki.clock(),
        "failures": 0,
    }
    with wiki.database.write() as connection:
        remotes.change(connection, id, values)
        audit.write(wiki, connection, actor, LoggedAct.REMOTE_TOKEN, remote.name)
    wiki.wake()


def with_token(wiki: Wiki, actor: Actor, id: int) -> Remote:
    """The remote at which the wiki logs in with a token; for administrators.

    Raises NotFound (`remote_missing_here`), also for one with a key.
    """
    remote = _get(wiki, actor, id)
    if remote.way is not Way.TOKEN:
        raise NotFound("remote_missing_here")
    return remote


def _token(sent: Mapping[str, str]) -> tuple[str, str]:
    """The name and the token that were typed. Raises Invalid (field `token_password`)."""
    user, secret = sent.get("user", "").strip(), sent.get("token_password", "").strip()
    fits = len(secret) <= MOST_SECRET and len(user) <= MOST_USER
    both = user + secret
    if not fits or not both.isascii() or not both.isprintable() or " " in both or ":" in user:
        raise Invalid.field("token_password", "remote_token")
    return user, secret


def _pair() -> tuple[str, str]:
    """A new key for ssh and its public half."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(form.Encoding.OpenSSH, form.PublicFormat.OpenSSH)
    return private, f"{public.decode()} denktank"


def sync_now(wiki: Wiki, actor: Actor, id: int, *, anew: bool = False) -> None:
    """Let the worker bring a remote in step as soon as it can; for administrators.

    `anew`: also where its history was written anew. Raises NotFound (`remote_missing_here`).
    """
    remote = _get(wiki, actor, id)
    values: dict[str, object] = {"due": wiki.clock(), "failures": 0}
    if anew:
        values["seen"] = ""
    with wiki.database.write() as connection:
        remotes.change(connection, id, values)
        act = LoggedAct.REMOTE_ANEW if anew else LoggedAct.REMOTE_SYNC
        audit.write(wiki, connection, actor, act, remote.name)
    wiki.wake()


def remove(wiki: Wiki, actor: Actor, id: int) -> None:
    """Let a remote go; what is there stays there. For administrators. Raises NotFound."""
    remote = _get(wiki, actor, id)
    with wiki.database.write() as connection:
        remotes.remove(connection, id)
        audit.write(wiki, connection, actor, LoggedAct.REMOTE_REMOVE, remote.name)


def _get(wiki: Wiki, actor: Actor, id: int) -> Remote:
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        remote = remotes.get(connection, id)
    if remote is None:
        raise NotFound("remote_missing_here")
    return remote
