"""The second step of a login: codes from an app (TOTP, RFC 6238), and recovery codes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import pyotp

from wiki.database.access import attempts
from wiki.database.engine.connection import Connection
from wiki.database.login import access_tokens, passkeys, second_factors, sessions
from wiki.database.members import members
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import Conflict, Invalid, LoginRequired, NotFound
from wiki.domain.login.second_factor import (
    DIGITS,
    LETTERS,
    RECOVERY_CODES,
    RECOVERY_LENGTH,
    SECONDS,
    State,
    is_app_code,
    normal_code,
    readable,
)
from wiki.domain.members.members import Member
from wiki.engine import Wiki
from wiki.services.access import audit, journal, limits, sealed_secrets
from wiki.services.access.limits import SECOND, SECOND_ACCOUNT, Try
from wiki.services.login import devices, proof
from wiki.services.login import sessions as logins
from wiki.services.login.sessions import Client
from wiki.services.notices import account_mail

STEPS = (0, -1, 1)
"""Clocks of phones are a little off: the step now, the one before and the next are taken."""

WARNED = "second-warn"
WARN_AFTER = 10
"""Wrong codes after which the owner hears that somebody has their password."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The secret with which an app makes codes, and a picture of the address that holds it.

    `secret` is in groups of four; `picture` is SVG.
    """

    secret: str
    picture: str


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """Recovery codes, which are shown once, and the token of the session as it goes on."""

    codes: list[str]
    token: str


def state(wiki: Wiki, actor: Actor) -> State:
    """Return the state of the actor's second step."""
    with wiki.database.read() as connection:
        factor = second_factors.get(connection, actor.own_id())
        since = factor.since if factor else None
        return State(since, second_factors.codes_left(connection, actor.own_id()))


def is_on(wiki: Wiki, member: Member) -> bool:
    """Whether codes are asked of this member at login."""
    with wiki.database.read() as connection:
        factor = second_factors.get(connection, member.id)
    return factor is not None and factor.since is not None


def has_any(wiki: Wiki, actor: Actor, username: str) -> bool:
    """Whether a member has a second step or a passkey; for administrators. Raises NotFound."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        member = _named(connection, username)
        factor = second_factors.get(connection, member.id)
        return factor is not None or passkeys.number(connection, member.id) > 0


def begin(wiki: Wiki, actor: Actor, session: int, current: str) -> None:
    """Make a secret for the actor's app; nothing is asked at login until a code of it was right.

    Raises Invalid (field `current_password`; `second_factor_on`), Forbidden, TooFast.
    """
    proof.require(wiki, actor, session, current)
    secret = sealed_secrets.seal(wiki, pyotp.random_base32(), sealed_secrets.SECOND_FACTOR)
    with wiki.database.write() as connection:
        factor = second_factors.get(connection, actor.own_id())
        if factor and factor.since:
            raise Invalid("second_factor_on")
        second_factors.put(connection, actor.own_id(), secret)


def setup(wiki: Wiki, actor: Actor) -> Setup:
    """Return the actor's setup for an app; raises NotFound if nothing was begun."""
    with wiki.database.read() as connection:
        factor = second_factors.get(connection, actor.own_id())
    secret = _secret(wiki, factor.secret) if factor and not factor.since else ""
    if not secret:
        raise NotFound("second_factor_not_begun")
    address = pyotp.TOTP(secret).provisioning_uri(
        name=actor.username, issuer_name=wiki.settings.site_name
    )
    # Seldom needed, and slow to load.
    import segno

    picture = segno.make(address, error="m").svg_inline(scale=5, border=2, omitsize=True)
    return Setup(readable(secret), picture)


def switch_on(wiki: Wiki, actor: Actor, session: int, code: str) -> SwitchedOn:
    """From now on a code is asked at login: the first one of the app is right.

    Other sessions end, since they were begun without it. Raises Invalid (field `code`), NotFound,
    TooFast.
    """
    me = actor.own_id()
    limits.take(wiki, [Try(SECOND, limits.key(wiki, me, "own"))])
    with wiki.database.write() as connection:
        factor = second_factors.get(connection, me)
        if factor is None or factor.since:
            raise NotFound("second_factor_not_begun")
        if not _is_right(wiki, connection, me, normal_code(code)):
            raise Invalid.field("code", "code_wrong")
        second_factors.switch_on(connection, me, wiki.clock())
        sessions.end_all(connection, me, but=session)
        member = proof.own(connection, actor)
        account_mail.tell(
            wiki, connection, member, account_mail.second_step_on(wiki.settings, member)
        )
        codes = _new_codes(connection, me)
        journal.note_at_commit(connection, "second-step-on", member=me)
        return SwitchedOn(codes, logins.renew(wiki, connection, session, strong=True))


def new_codes(wiki: Wiki, actor: Actor, session: int, *, current: str, code: str) -> list[str]:
    """New recovery codes instead of those there were; raises as `switch_off` does."""
    _require_both(wiki, actor, session, current, code)
    with wiki.database.write() as connection:
        return _new_codes(connection, actor.own_id())


def switch_off(wiki: Wiki, actor: Actor, session: int, *, current: str, code: str) -> None:
    """No code is asked at login any more; who says so shows both a password and a code.

    Other sessions end.

    Raises Invalid (fields `current_password`, `code`), NotFound (`second_factor_off`), Forbidden,
    TooFast.
    """
    _require_both(wiki, actor, session, current, code)
    with wiki.database.write() as connection:
        member = proof.own(connection, actor)
        second_factors.remove(connection, member.id)
        sessions.end_all(connection, member.id, but=session)
        account_mail.tell(
            wiki, connection, member, account_mail.second_step_off(wiki.settings, member)
        )
    journal.note("second-step-off", member=actor.id)


def _require_both(wiki: Wiki, actor: Actor, session: int, current: str, code: str) -> None:
    if state(wiki, actor).since is None:
        raise NotFound("second_factor_off")
    proof.require(wiki, actor, session, current)
    _check_code(wiki, actor, code)


def _check_code(wiki: Wiki, actor: Actor, code: str) -> None:
    key = limits.key(wiki, actor.own_id(), "own")
    limits.take(wiki, [Try(SECOND, key)])
    with wiki.database.write() as connection:
        if not _is_right(wiki, connection, actor.own_id(), normal_code(code)):
            raise Invalid.field("code", "code_wrong")
        attempts.clear(connection, SECOND.kind, key)


def prove(wiki: Wiki, actor: Actor, session: int, code: str) -> None:
    """Prove with a code that one is the account's owner, for what follows in this session.

    Raises Invalid (field `code`), NotFound (`second_factor_off`), TooFast, LoginRequired.
    """
    if state(wiki, actor).since is None:
        raise NotFound("second_factor_off")
    _check_code(wiki, actor, code)
    proof.given(wiki, session)


def finish(wiki: Wiki, token: str, code: str, client: Client) -> str:
    """Take the second step of a half login with a code; gives the token of the whole session.

    Raises LoginRequired (`code_wrong`; `second_step_late`: log in again), TooFast.
    """
    found = logins.half(wiki, token)
    if found is None:
        raise LoginRequired("second_step_late")
    member = found[1]
    tries = tries_for(wiki, member, client)
    limits.take(wiki, tries)
    with wiki.database.write() as connection:
        is_right = _is_right(wiki, connection, member.id, normal_code(code))
        if not is_right:
            _warn(wiki, connection, member)
        else:
            for attempt in tries:
                attempts.clear(connection, attempt.limit.kind, attempt.key)
    if not is_right:
        journal.note("code-wrong", member=member.id, place=journal.place(wiki, client.address))
        raise LoginRequired("code_wrong")
    return logins.complete(wiki, token, client)


def tries_for(wiki: Wiki, member: Member, client: Client) -> list[Try]:
    """Return the limits that a try of the second step counts for."""
    place = devices.known(wiki, member.id, client.device) or limits.network(client.address)
    tries = [Try(SECOND, limits.key(wiki, member.id, place))]
    if not logins.is_known(wiki, member.id, client):
        tries.append(Try(SECOND_ACCOUNT, limits.key(wiki, member.id)))
    return tries


def _warn(wiki: Wiki, connection: Connection, member: Member) -> None:
    """Tell the owner, once, after some wrong codes: whoever gets this far has the password."""
    key = limits.key(wiki, member.id, "warn")
    attempts.add(connection, WARNED, key, wiki.clock())
    counted = attempts.count(connection, WARNED, key, wiki.clock() - limits.HOUR)
    if counted.number == WARN_AFTER:
        account_mail.tell(wiki, connection, member, account_mail.wrong_codes(wiki.settings, member))


def reset(wiki: Wiki, actor: Actor, username: str) -> None:
    """Switch off the second step of somebody who lost it, and forget their passkeys.

    For administrators; it is logged and the member is told. Raises NotFound.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        member = _named(connection, username)
        second_factors.remove(connection, member.id)
        passkeys.remove_all(connection, member.id)
        sessions.end_all(connection, member.id)
        access_tokens.remove_all(connection, member.id)
        account_mail.tell(
            wiki, connection, member, account_mail.second_step_off(wiki.settings, member)
        )
        audit.write(wiki, connection, actor, LoggedAct.MEMBER_FACTOR_RESET, member.username)


def _named(connection: Connection, username: str) -> Member:
    member = members.by_username(connection, username)
    if member is None:
        raise NotFound("member_missing", username=username)
    return member


# -- codes --


def _is_right(wiki: Wiki, connection: Connection, member: int, code: str) -> bool:
    """Whether this is a code of the member's app or a recovery code.

    It does not work again, and steps near the present one count too (RFC 6238, 5.2 and 6).
    """
    if not is_app_code(code):
        return second_factors.use_code(connection, member, logins.hash_token(code))
    factor = second_factors.get(connection, member)
    if factor is None:
        return False
    app = pyotp.TOTP(_secret(wiki, factor.secret), digits=DIGITS, interval=SECONDS)
    now = app.timecode(wiki.clock())
    right = (
        now + away for away in STEPS if secrets.compare_digest(app.generate_otp(now + away), code)
    )
    step = next(right, None)
    return step is not None and second_factors.use_step(connection, member, step)


def _new_codes(connection: Connection, member: int) -> list[str]:
    made = [
        "".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    second_factors.put_codes(connection, member, [logins.hash_token(code) for code in made])
    return [readable(code) for code in made]


def _secret(wiki: Wiki, sealed: str) -> str:
    """The secret as it is, or a new one that fits no app if the site's key was changed since."""
    try:
        return sealed_secrets.unseal(wiki, sealed, sealed_secrets.SECOND_FACTOR)
    except Conflict:
        return pyotp.random_base32()
