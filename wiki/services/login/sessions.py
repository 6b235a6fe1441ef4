"""Logging in and out, and where one is logged in.

Whoever proved enough gets a session by `enter`, whatever the proof was: a password, a passkey,
another provider's word. Where that is not enough, the session is a half one, good for nothing but
the second step; `complete` makes it a whole one, under another token.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from wiki.database.access import attempts
from wiki.database.engine.connection import Connection
from wiki.database.login import access_tokens, sessions
from wiki.database.login.sessions import Half, Since
from wiki.database.members import members
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.normal import fold
from wiki.domain.errors import Forbidden, LoginRequired, NotFound, Unavailable
from wiki.domain.login.suspensions import Suspension
from wiki.domain.members.members import EMAIL_MOST, Member, Session, Status, Visit
from wiki.engine import Wiki
from wiki.services.access import audit, journal, limits, strength
from wiki.services.access.limits import LOGIN_ACCOUNT, LOGIN_ADDRESS, LOGIN_DEVICE, LOGIN_HERE, Try
from wiki.services.login import devices, passwords, suspensions

LIFE = timedelta(days=60)
"""A session that the browser keeps ends when it was not used for so long."""

SHORT_LIFE = timedelta(days=1)
"""One that it does not keep."""

LONGEST_LIFE = timedelta(days=180)
"""However often it is used: then its owner logs in again."""

HALF_LIFE = timedelta(minutes=10)
"""How long the second step may take."""

SEEN_EVERY = timedelta(hours=1)
KNOWN = "login-ok"
KNOWN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Client:
    """From where somebody logs in, and what they chose.

    `address`: the visitor's; `agent`: what the browser calls itself; `device`: what it kept of
    earlier logins (see devices); `remember`: whether to go on when it is closed.
    """

    address: str
    agent: str = ""
    device: str = ""
    remember: bool = False


def hash_token(token: str) -> str:
    """Return the hash that is kept of a token; tokens are random enough to need no slow one."""
    return hashlib.sha256(token.encode()).hexdigest()


def authenticate(
    wiki: Wiki,
    login: str,
    password: str,
    *,
    address: str,
    agent: str = "",
    device: str = "",
    remember: bool = False,
) -> str:
    """Log in with a username or e-mail address; gives the token of a new session, maybe a half one.

    Raises LoginRequired (`login_wrong`, the same for an unknown name), TooFast, or Forbidden if
    the password is right but the account is not active (see `require_active`).
    """
    client = Client(address, agent, device, remember)
    with wiki.database.read() as connection:
        found = members.by_login(connection, login)
    member, hashed = found or (None, "")
    tries = _tries(wiki, member.id if member else fold(login, "NFC", EMAIL_MOST), client)
    limits.take(wiki, tries)
    if not passwords.verify(hashed, password) or member is None:
        whose = member.id if member else None
        journal.note("login-wrong", member=whose, place=journal.place(wiki, address))
        raise LoginRequired("login_wrong")
    _forgive(wiki, tries, member, hashed, password)
    return enter(wiki, member, client)


def require_active(wiki: Wiki, member: Member) -> None:
    """Pass if the account can log in; who was shut out until now is let in.

    Raises Forbidden: `account_<status>`, for who is shut out with `until` and `reason`.
    """
    if member.status is Status.ACTIVE:
        return
    if member.status is not Status.SUSPENDED:
        raise Forbidden(f"account_{member.status.value}")
    suspensions.end(wiki)
    with wiki.database.read() as connection:
        now = members.get(connection, member.id)
    suspension = suspensions.of(wiki, now) if now else None
    if now is None or now.status is not Status.ACTIVE:
        raise _shut_out(wiki, suspension)


def _shut_out(wiki: Wiki, suspension: Suspension | None) -> Forbidden:
    if suspension is None:
        return Forbidden("account_suspended")
    code = "account_suspended"
    values: dict[str, object] = {"reason": suspension.reason}
    if suspension.until:
        values["until"] = suspension.until.astimezone(ZoneInfo(wiki.settings.timezone))
        code += "_until"
    return Forbidden(code + "_reason" if suspension.reason else code, **values)


def _tries(wiki: Wiki, who: int | str, client: Client) -> list[Try]:
    """Return the limits that a try counts for: on a known device of the owner, that alone.

    So nobody who tries from elsewhere, or from the next desk, makes the owner wait there.
    """
    device = devices.known(wiki, who, client.device)
    if device:
        return [Try(LOGIN_DEVICE, limits.key(wiki, who, device))]
    network = limits.network(client.address)
    tries = [
        Try(LOGIN_HERE, limits.key(wiki, who, network)),
        Try(LOGIN_ADDRESS, limits.key(wiki, network)),
    ]
    if not is_known(wiki, who, client):
        # Many addresses against one account: only where its owner never was, all wait together.
        tries.append(Try(LOGIN_ACCOUNT, limits.key(wiki, who)))
    return tries


def is_known(wiki: Wiki, who: int | str, client: Client) -> bool:
    """Whether the account's owner logged in before on this device or at this address."""
    if devices.known(wiki, who, client.device):
        return True
    here = limits.key(wiki, who, limits.network(client.address))
    with wiki.database.read() as connection:
        return bool(attempts.count(connection, KNOWN, here, wiki.clock() - KNOWN_FOR).number)


def _forgive(wiki: Wiki, tries: list[Try], member: Member, hashed: str, password: str) -> None:
    """A right password: its tries do not count."""
    with wiki.database.write() as connection:
        attempts.clear(connection, tries[0].limit.kind, tries[0].key)
        for attempt in tries[1:]:
            attempts.take_back(connection, attempt.limit.kind, attempt.key)
        if passwords.is_outdated(hashed):
            members.change(connection, member.id, {"password": passwords.hashed(password)})


def enter(wiki: Wiki, member: Member, client: Client, *, strong: bool = False) -> str:
    """A new session for who proved to be this member; gives its token, kept nowhere else.

    `strong` says that more was shown than a password; without it, the session is a half one if
    the member's account asks for a second step. Raises as `require_active` does.
    """
    require_active(wiki, member)
    token = secrets.token_urlsafe(32)
    with wiki.database.write() as connection:
        half = not strong and strength.asks_second_step(wiki.settings, connection, member)
        sessions.add(
            connection,
            hash_token(token),
            member.id,
            client.agent[:200],
            wiki.clock(),
            remember=client.remember,
            half=half,
            strong=strong,
        )
        if not half:
            _know(wiki, connection, member, client.address)
    event = "login-half" if half else "login-strong" if strong else "login"
    journal.note(event, member=member.id, place=journal.place(wiki, client.address))
    return token


def _know(wiki: Wiki, connection: Connection, member: Member, address: str) -> None:
    """From now on the owner is known at this address."""
    here = limits.key(wiki, member.id, limits.network(address))
    attempts.clear(connection, KNOWN, here)
    attempts.add(connection, KNOWN, here, wiki.clock())


def half(wiki: Wiki, token: str) -> tuple[Half, Member] | None:
    """The login with this token whose second step is to follow, and whose it is."""
    with wiki.database.read() as connection:
        found = sessions.half(connection, hash_token(token), wiki.clock() - HALF_LIFE)
        member = members.get(connection, found.member) if found else None
    return (found, member) if found and member else None


def complete(wiki: Wiki, token: str, client: Client) -> str:
    """The second step was taken: gives the token of the whole session; the half one is over.

    Raises LoginRequired (`second_step_late`) if it is over already, Forbidden.
    """
    found = half(wiki, token)
    if found is None:
        raise LoginRequired("second_step_late")
    begun, member = found
    end(wiki, token)
    return enter(wiki, member, replace(client, remember=begun.remember), strong=True)


def visit_of(wiki: Wiki, token: str) -> Visit | None:
    """Return the visit that a session's token opens: one SQL statement, hourly a note of use."""
    now = wiki.clock()
    with wiki.database.read() as connection:
        found = sessions.visit(connection, hash_token(token), alive_since(now))
    if found is None:
        return None
    visit, seen = found
    if now - seen > SEEN_EVERY:
        # Who reads does not pay for it that nothing can be written.
        with contextlib.suppress(Unavailable):
            _note_seen(wiki, visit.session, now)
    return visit if visit.strong else strength.capped(wiki, visit)


def alive_since(now: datetime) -> Since:
    """Since when a session must have been used, and have begun, to be alive."""
    return Since(ordinary=now - SHORT_LIFE, remembered=now - LIFE, begun=now - LONGEST_LIFE)


def _note_seen(wiki: Wiki, session: int, now: datetime) -> None:
    with wiki.database.write(light=True) as connection:
        sessions.seen(connection, session, now)


def renew(wiki: Wiki, connection: Connection, session: int, *, strong: bool | None = None) -> str:
    """The session goes on under a new token, which it gives: who has the old one, has nothing."""
    token = secrets.token_urlsafe(32)
    sessions.renew(connection, session, hash_token(token), strong=strong)
    return token


def end(wiki: Wiki, token: str) -> None:
    """Log out: the session with this token is over."""
    with wiki.database.write() as connection:
        sessions.end(connection, hash_token(token))


def revoke_all(wiki: Wiki, actor: Actor, username: str, reason: str = "") -> int:
    """End everything that somebody is logged in with; gives how many sessions that were.

    For those who may suspend them. Raises LoginRequired, Forbidden, NotFound.
    """
    wiki.rights.require(actor, Right.MODERATE)
    with wiki.database.write() as connection:
        member = members.by_username(connection, username)
        if member is None:
            raise NotFound("member_missing", username=username)
        suspensions.require(wiki, actor, member)
        ended = sessions.end_all(connection, member.id)
        access_tokens.remove_all(connection, member.id)
        audit.write(wiki, connection, actor, LoggedAct.MEMBER_SESSIONS_END, member.username, reason)
    return ended


def listing(wiki: Wiki, actor: Actor) -> list[Session]:
    """Where the actor is logged in, the last used first."""
    with wiki.database.read() as connection:
        return sessions.of_member(connection, actor.own_id(), alive_since(wiki.clock()))


def revoke(wiki: Wiki, actor: Actor, session: int) -> None:
    """End one of the actor's own sessions; raises NotFound."""
    with wiki.database.write() as connection:
        if not sessions.end_one(connection, actor.own_id(), session):
            raise NotFound("session_missing")


def revoke_others(wiki: Wiki, actor: Actor, session: int) -> int:
    """End all the actor's sessions but one; gives how many."""
    with wiki.database.write() as connection:
        return sessions.end_all(connection, actor.own_id(), but=session)
