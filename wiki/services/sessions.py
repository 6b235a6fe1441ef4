"""Logging in and out, and where one is logged in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from wiki.database import attempts, members, sessions
from wiki.domain.errors import Forbidden, LoginRequired, NotFound
from wiki.domain.members import Member, Session, Status, Visit, normal_password
from wiki.domain.rights import Actor
from wiki.engine import Wiki
from wiki.services import limits
from wiki.services.limits import LOGIN_ACCOUNT, LOGIN_ADDRESS, LOGIN_HERE, Try

LIFE = timedelta(days=60)
"""A session ends when it was not used for so long."""

SEEN_EVERY = timedelta(hours=1)
KNOWN = "login-ok"
KNOWN_FOR = timedelta(days=90)

# The second choice of OWASP's list: a login holds 19 MB for some 20 ms, also with every thread
# of a small server logging somebody in.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(normal_password(password))


def verify(kept: str, password: str) -> bool:
    """Whether this is the password; takes as long when nothing is kept."""
    try:
        return _hasher.verify(kept or _nobodys(), normal_password(password)) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def hash_token(token: str) -> str:
    """What is kept of a token; they are random enough to need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def authenticate(wiki: Wiki, login: str, password: str, *, address: str, agent: str = "") -> str:
    """Log in with a username or e-mail address; gives the token of a new session.

    Raises LoginRequired (`login_wrong`, the same for an unknown name), TooFast, or Forbidden if
    the password is right but the account is not active (`account_<status>`).
    """
    with wiki.database.read() as connection:
        found = members.by_login(connection, login)
    member, kept = found or (None, "")
    who = member.id if member else login.strip().casefold()[:254]
    tries = _tries(wiki, who, limits.network(address))
    limits.take(wiki, tries)
    if not verify(kept, password) or member is None:
        raise LoginRequired("login_wrong")
    if member.status is not Status.ACTIVE:
        raise Forbidden(f"account_{member.status.value}")
    _remember(wiki, tries, member, kept, password)
    return start(wiki, member, agent)


def _tries(wiki: Wiki, who: int | str, network: str) -> list[Try]:
    here = limits.key(wiki, who, network)
    tries = [Try(LOGIN_HERE, here), Try(LOGIN_ADDRESS, limits.key(wiki, network))]
    with wiki.database.read() as connection:
        known = attempts.count(connection, KNOWN, here, wiki.clock() - KNOWN_FOR)
    if not known.number:
        # Many addresses against one account: only where its owner never was, all wait together.
        tries.append(Try(LOGIN_ACCOUNT, limits.key(wiki, who)))
    return tries


def _remember(wiki: Wiki, tries: list[Try], member: Member, kept: str, password: str) -> None:
    """A login that succeeded: its tries do not count, and the owner is known at this address."""
    here = tries[0].key
    with wiki.database.write() as connection:
        attempts.clear(connection, LOGIN_HERE.kind, here)
        for attempt in tries[1:]:
            attempts.take_back(connection, attempt.limit.kind, attempt.key)
        attempts.clear(connection, KNOWN, here)
        attempts.add(connection, KNOWN, here, wiki.clock())
        if _hasher.check_needs_rehash(kept):
            members.change(connection, member.id, {"password": hash_password(password)})


def start(wiki: Wiki, member: Member, agent: str = "") -> str:
    """A new session for the member; gives its token, which is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    with wiki.database.write() as connection:
        sessions.add(connection, hash_token(token), member.id, agent[:200], wiki.clock())
    return token


def visit_of(wiki: Wiki, token: str) -> Visit | None:
    """Who a session's token belongs to: one SQL statement, and hourly a note that it is used."""
    now = wiki.clock()
    with wiki.database.read() as connection:
        found = sessions.visit(connection, hash_token(token), now - LIFE)
    if found is None:
        return None
    visit, seen = found
    if now - seen > SEEN_EVERY:
        _note_seen(wiki, visit.session, now)
    return visit


def _note_seen(wiki: Wiki, session: int, now: datetime) -> None:
    with wiki.database.write() as connection:
        sessions.seen(connection, session, now)


def end(wiki: Wiki, token: str) -> None:
    """Log out: the session with this token is over."""
    with wiki.database.write() as connection:
        sessions.end(connection, hash_token(token))


def listing(wiki: Wiki, actor: Actor) -> list[Session]:
    """Where the actor is logged in, the last used first."""
    with wiki.database.read() as connection:
        return sessions.of_member(connection, own_id(actor), wiki.clock() - LIFE)


def revoke(wiki: Wiki, actor: Actor, session: int) -> None:
    """End one of the actor's own sessions; raises NotFound."""
    with wiki.database.write() as connection:
        if not sessions.end_one(connection, own_id(actor), session):
            raise NotFound("session_missing")


def revoke_others(wiki: Wiki, actor: Actor, session: int) -> int:
    """End all the actor's sessions but one; gives how many."""
    with wiki.database.write() as connection:
        return sessions.end_all(connection, own_id(actor), but=session)


def own_id(actor: Actor) -> int:
    """The actor's own account; raises LoginRequired if nobody is logged in."""
    if actor.id is None:
        raise LoginRequired("login_required")
    return actor.id
