"""Access tokens: a member makes one for a program, sees when it was last used, and ends it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from wiki.database.login import access_tokens
from wiki.database.login.access_tokens import NewToken
from wiki.domain.access.rights import Actor
from wiki.domain.errors import Conflict, Invalid, LoginRequired, NotFound, Unavailable
from wiki.domain.login.access_tokens import (
    MOST,
    PREFIX,
    AccessToken,
    Bearer,
    check_days,
    check_scopes,
)
from wiki.domain.members.members import check_name
from wiki.engine import Wiki
from wiki.services.access import journal, strength
from wiki.services.login import proof
from wiki.services.login.sessions import hash_token

SEEN_EVERY = timedelta(minutes=10)
LONGEST = 200
"""Characters of a token that are looked at."""


def make(
    wiki: Wiki,
    actor: Actor,
    session: int,
    *,
    name: str,
    scopes: Sequence[str],
    days: str,
    password: str = "",
) -> str:
    """A new token for a program of the actor's; gives its word, which is kept nowhere.

    The actor shows first that it is them. Raises Invalid (`name`, `scopes`, `days`,
    `current_password`), Conflict (`tokens_too_many`), Forbidden, TooFast, LoginRequired.
    """
    member = actor.own_id()
    now = wiki.clock()
    word = PREFIX + secrets.token_urlsafe(32)
    new = NewToken(
        name=_named(name),
        hash=hash_token(word),
        scopes=check_scopes(scopes),
        created=now,
        expires=now + timedelta(days=check_days(days)),
    )
    proof.require(wiki, actor, session, password)
    with wiki.database.write() as connection:
        if access_tokens.number(connection, member) >= MOST:
            raise Conflict("tokens_too_many", most=MOST)
        access_tokens.add(connection, member, new)
    journal.note("token-made", member=member)
    return word


def bearer(wiki: Wiki, word: str) -> Bearer:
    """Tell who shows a token: its member, with what a password alone would let them do.

    Raises LoginRequired (`token_wrong`), the same for one that ran out or was ended.
    """
    now = wiki.clock()
    with wiki.database.read() as connection:
        holder = access_tokens.bearer(connection, hash_token(word[:LONGEST]), now)
    if holder is None:
        raise LoginRequired("token_wrong")
    used = holder.token.used
    if used is None or now - used > SEEN_EVERY:
        # Who reads does not pay for it that nothing can be written.
        with contextlib.suppress(Unavailable), wiki.database.write() as connection:
            access_tokens.note_use(connection, holder.token.id, now)
    # A token is no second step.
    return Bearer(strength.weak(wiki.settings, holder.actor), holder.token)


def listing(wiki: Wiki, actor: Actor) -> list[AccessToken]:
    """The actor's tokens, the newest first. Raises LoginRequired."""
    with wiki.database.read() as connection:
        return access_tokens.of_member(connection, actor.own_id())


def end(wiki: Wiki, actor: Actor, id: int) -> None:
    """Let one of the actor's tokens work no more. Raises LoginRequired, NotFound."""
    with wiki.database.write() as connection:
        if not access_tokens.remove(connection, actor.own_id(), id):
            raise NotFound("token_missing")


def _named(name: str) -> str:
    cleaned = check_name(name)
    if not cleaned:
        raise Invalid.field("name", "token_name_missing")
    return cleaned
