"""Passkeys (WebAuthn): keys in a phone, a computer or on a stick, with which members log in.

A passkey that checks its owner (a finger, a face, a PIN) is a whole login by itself; any passkey
serves as the second step. Each question to a browser carries a challenge that is kept with a
ticket; a ticket is good for one answer.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from wiki.database.login import passkeys, tokens
from wiki.database.login import sessions as session_rows
from wiki.database.login.tokens import Token
from wiki.database.members import members
from wiki.domain.access.rights import Actor
from wiki.domain.errors import Invalid, LoginRequired, NotFound
from wiki.domain.login.second_factor import Passkey
from wiki.domain.members.members import Member, check_name
from wiki.engine import Wiki
from wiki.services.access import journal, limits
from wiki.services.access.limits import SIGN_ON, Try
from wiki.services.login import login_methods, proof
from wiki.services.login import sessions as logins
from wiki.services.login.sessions import Client, hash_token
from wiki.services.notices import account_mail
from wiki.settings import Settings

ADD, USE = "passkey-new", "passkey"
"""What tickets are for."""

LIFE = timedelta(minutes=10)
MOST = 20
"""Passkeys of one member."""

LARGEST = 20_000
"""Characters of an answer; a browser's are below 5,000."""


@dataclass(frozen=True, slots=True)
class Relying:
    """For whom a passkey is made: the host name, and the address that the browser shows."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a browser, as JSON, and the ticket with which its answer comes back."""

    ticket: str
    options: str


def relying(settings: Settings, here: str) -> Relying | None:
    """For whom passkeys are made: BASE_URL's host, else the one asked for if that is this machine.

    None where browsers make none: without TLS, and at an address that is a number.
    """
    parts = urlsplit(settings.base_url or here)
    host = parts.hostname or ""
    is_local = host == "localhost" or host.endswith(".localhost")
    if not host or _is_number(host) or not (parts.scheme == "https" or is_local):
        return None
    if not settings.base_url and not is_local:
        # What a request says of itself is worth nothing.
        return None
    return Relying(host, f"{parts.scheme}://{parts.netloc}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def listing(wiki: Wiki, actor: Actor) -> list[Passkey]:
    """The actor's passkeys, the oldest first."""
    with wiki.database.read() as connection:
        return passkeys.of_member(connection, actor.own_id())


def get(wiki: Wiki, actor: Actor, passkey: int) -> Passkey:
    """One of the actor's passkeys; raises NotFound."""
    match = next((kept for kept in listing(wiki, actor) if kept.id == passkey), None)
    if match is None:
        raise NotFound("passkey_missing")
    return match


def has_any(wiki: Wiki, member: Member) -> bool:
    """Whether the member has a passkey."""
    with wiki.database.read() as connection:
        return passkeys.number(connection, member.id) > 0


# -- a new one --


def begin_adding(
    wiki: Wiki, actor: Actor, session: int, party: Relying | None, current: str
) -> Question:
    """Ask the browser to make a key; who asks shows their password.

    Raises Invalid (`passkeys_unavailable`, `passkeys_many`, field `current_password`), Forbidden,
    TooFast.
    """
    # Seldom needed, and slow to load.
    from wiki.services.login import ceremonies

    place = _required(party)
    proof.require(wiki, actor, session, current)
    passkeys = listing(wiki, actor)
    if len(passkeys) >= MOST:
        raise Invalid("passkeys_many", most=MOST)
    challenge = secrets.token_bytes(32)
    options = ceremonies.registration_options(
        place.id, wiki.settings.site_name, actor, challenge, passkeys
    )
    return Question(_ticket(wiki, ADD, challenge, actor.own_id()), options)


def add(
    wiki: Wiki,
    actor: Actor,
    session: int,
    party: Relying | None,
    *,
    ticket: str,
    answer: str,
    name: str,
) -> str:
    """Keep the key that the browser made; gives the token with which the session goes on.

    Other sessions end: whoever is logged in there did not add it.

    Raises Invalid (field `name`; `passkey_wrong`), Conflict (`passkey_known`).
    """
    # Seldom needed, and slow to load.
    from wiki.services.login import ceremonies

    me, place = actor.own_id(), _required(party)
    name = check_name(name)
    if not name:
        raise Invalid.field("name", "passkey_name_empty")
    used = _use(wiki, ADD, ticket)
    if used is None or used.member != me:
        raise Invalid("passkey_wrong")
    try:
        made = ceremonies.verify_registration(_read(answer), used.value, place.id, place.origin)
    except ceremonies.WrongAnswer as error:
        raise Invalid("passkey_wrong") from error
    with wiki.database.write() as connection:
        passkeys.add(
            connection,
            me,
            credential=made.credential,
            key=made.key,
            count=made.count,
            transports=made.transports,
            name=name,
            now=wiki.clock(),
        )
        member = proof.own(connection, actor)
        account_mail.tell(
            wiki, connection, member, account_mail.passkey_added(wiki.settings, member, name)
        )
        session_rows.end_all(connection, me, but=session)
        journal.note_at_commit(connection, "passkey-added", member=me)
        return logins.renew(wiki, connection, session, strong=True)


def remove(wiki: Wiki, actor: Actor, session: int, passkey: int, current: str) -> None:
    """Forget one of the actor's passkeys.

    Raises NotFound, Conflict (`door_last`), Invalid, Forbidden, TooFast.
    """
    removed = get(wiki, actor, passkey)
    proof.require(wiki, actor, session, current)
    with wiki.database.write() as connection:
        login_methods.require_another(connection, actor.own_id())
        passkeys.remove(connection, actor.own_id(), removed.id)
        session_rows.end_all(connection, actor.own_id(), but=session)
        journal.note_at_commit(connection, "passkey-removed", member=actor.id)


# -- logging in --


def begin_login(wiki: Wiki, party: Relying | None, address: str, half: str = "") -> Question:
    """Ask the browser for a passkey; for the second step of a half login, for one of its member.

    Raises Invalid (`passkeys_unavailable`), TooFast.
    """
    place = _required(party)
    limits.take(wiki, [Try(SIGN_ON, limits.key(wiki, limits.network(address)))])
    begun = logins.half(wiki, half) if half else None
    with wiki.database.read() as connection:
        kept = passkeys.of_member(connection, begun[1].id) if begun else []
    return _ask(wiki, place, kept, must_check_owner=begun is None)


def _ask(
    wiki: Wiki, place: Relying, passkeys: list[Passkey], *, must_check_owner: bool
) -> Question:
    # Seldom needed, and slow to load.
    from wiki.services.login import ceremonies

    challenge = secrets.token_bytes(32)
    options = ceremonies.login_options(
        place.id, challenge, passkeys, must_check_owner=must_check_owner
    )
    return Question(_ticket(wiki, USE, challenge), options)


def log_in(
    wiki: Wiki, party: Relying | None, *, ticket: str, answer: str, client: Client, half: str = ""
) -> str:
    """Log in with the browser's answer; gives the token of a whole session.

    Without a half login the key has to have checked its owner. Raises LoginRequired
    (`passkey_wrong`, whatever is wrong; `second_step_late`), Forbidden (`account_<status>`).
    """
    place = _required(party)
    used = _use(wiki, USE, ticket)
    read = _read(answer)
    begun = logins.half(wiki, half) if half else None
    with wiki.database.read() as connection:
        passkey = passkeys.by_credential(connection, str(read.get("id", "")))
        member = members.get(connection, passkey.member) if passkey else None
    if used is None or passkey is None or member is None:
        journal.note("passkey-wrong", place=journal.place(wiki, client.address))
        raise LoginRequired("passkey_wrong")
    if begun and begun[1].id != member.id:
        raise LoginRequired("passkey_wrong")
    _verify(wiki, place, read, used, passkey, must_check_owner=begun is None)
    if begun:
        return logins.complete(wiki, half, client)
    return logins.enter(wiki, member, client, strong=True)


def _verify(
    wiki: Wiki,
    place: Relying,
    read: dict[str, object],
    used: Token,
    passkey: Passkey,
    *,
    must_check_owner: bool,
) -> None:
    # Seldom needed, and slow to load.
    from wiki.services.login import ceremonies

    try:
        count = ceremonies.verify_login(
            read, used.value, place.id, place.origin, passkey, must_check_owner=must_check_owner
        )
    except ceremonies.WrongAnswer as error:
        raise LoginRequired("passkey_wrong") from error
    with wiki.database.write() as connection:
        if not passkeys.use(connection, passkey, count, wiki.clock()):
            raise LoginRequired("passkey_wrong")


# -- proving who one is --


def begin_proving(wiki: Wiki, actor: Actor, party: Relying | None) -> Question:
    """Ask the browser for one of the actor's own keys. Raises Invalid, LoginRequired."""
    return _ask(wiki, _required(party), listing(wiki, actor), must_check_owner=True)


def prove(
    wiki: Wiki, actor: Actor, session: int, party: Relying | None, *, ticket: str, answer: str
) -> None:
    """Prove with a key of one's own that one is the account's owner, for what follows.

    Raises Invalid (`passkey_wrong`, `passkeys_unavailable`), LoginRequired.
    """
    place = _required(party)
    used = _use(wiki, USE, ticket)
    read = _read(answer)
    kept = {passkey.credential: passkey for passkey in listing(wiki, actor)}
    passkey = kept.get(str(read.get("id", "")))
    if used is None or passkey is None:
        raise Invalid("passkey_wrong")
    try:
        _verify(wiki, place, read, used, passkey, must_check_owner=True)
    except LoginRequired as error:
        raise Invalid("passkey_wrong") from error
    proof.given(wiki, session)


# -- parts --


def _required(party: Relying | None) -> Relying:
    if party is None:
        raise Invalid("passkeys_unavailable")
    return party


def _ticket(wiki: Wiki, kind: str, challenge: bytes, member: int | None = None) -> str:
    ticket = secrets.token_urlsafe(24)
    with wiki.database.write() as connection:
        tokens.add(
            connection,
            hash_token(ticket),
            kind,
            wiki.clock() + LIFE,
            member=member,
            value=base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        )
    return ticket


def _use(wiki: Wiki, kind: str, ticket: str) -> Token | None:
    """Return the ticket's purpose; it is good for one answer, right or wrong."""
    with wiki.database.write() as connection:
        found = tokens.get(connection, hash_token(ticket), kind, wiki.clock())
        return found if found and tokens.use(connection, found) else None


def _read(answer: str) -> dict[str, object]:
    """The browser's answer; an empty one if it is no object in JSON."""
    try:
        read = json.loads(answer) if len(answer) <= LARGEST else {}
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
