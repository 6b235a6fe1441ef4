"""Logging in with an OpenID provider, joining with it, and tying an account to it.

A login begins with a note that the browser keeps (signed; it holds the state) and ends when it
comes back with an answer for that state. Who is known by (issuer, subject) is let in. Nobody else's
account is ever opened by what a provider says of an e-mail address, unless the site trusts it
(OIDC_TRUST_EMAIL): else the account is tied from within, by who is logged in and proves it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import count

from itsdangerous import BadData, URLSafeTimedSerializer

from wiki.database.engine.connection import Connection
from wiki.database.login import identities
from wiki.database.login import sessions as session_rows
from wiki.database.members import members
from wiki.database.members.members import NewMember
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import SYSTEM, Actor, Role
from wiki.domain.errors import Conflict, Forbidden, Invalid, LoginRequired, NotFound
from wiki.domain.login.identities import Identity, role_for, roles_by_group
from wiki.domain.members.members import (
    Member,
    Status,
    check_email,
    check_name,
    check_username,
    fold_email,
    username_from,
)
from wiki.engine import Wiki
from wiki.services.access import audit, journal, limits
from wiki.services.access.limits import REGISTER, SIGN_ON, Try
from wiki.services.login import links, login_methods, proof, provider, sessions, suspensions
from wiki.services.login.links import Kind
from wiki.services.login.provider import Claims
from wiki.services.login.sessions import Client
from wiki.services.members import accounts, invitations, terms
from wiki.services.members.accounts import Joined
from wiki.services.notices import account_mail

LIFE = 15 * 60
"""Seconds that somebody may be away at the provider, and may take to join after that."""

AT_ONCE = 3
"""Logins that a browser may have begun, in windows of its own."""


class Aim(StrEnum):
    """Why somebody goes to the provider: to log in, to tie it to their account, or to prove that
    the account they are logged in with is theirs."""

    ENTER = "enter"
    LINK = "link"
    PROVE = "prove"


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that began: where the browser goes, and the note that it keeps by its state."""

    url: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody came back from the provider, and what they had chosen before they went."""

    claims: Claims
    aim: Aim = Aim.ENTER
    back: str = ""
    invitation: str = ""
    remember: bool = False


@dataclass(frozen=True, slots=True)
class _Note:
    state: str
    aim: str = Aim.ENTER
    back: str = ""
    invitation: str = ""
    remember: bool = False


def _sealed(wiki: Wiki, salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(wiki.settings.secret_key, salt=f"provider {salt}")


# -- going there and coming back --


def begin(
    wiki: Wiki,
    here: str,
    *,
    aim: Aim = Aim.ENTER,
    back: str = "",
    invitation: str = "",
    remember: bool = False,
) -> Begun:
    """Send somebody to the provider; `here` is the address at which the wiki is asked.

    Raises NotFound (`provider_off`), Unavailable (`provider_unreachable`).
    """
    if not provider.is_on(wiki.settings):
        raise NotFound("provider_off")
    state = secrets.token_urlsafe(24)
    place = provider.callback(wiki.settings, here)
    url = provider.address(wiki, place, state, again=aim is Aim.PROVE)
    note = _Note(state, aim.value, back[:1000], invitation[:100], remember)
    return Begun(url, state, str(_sealed(wiki, "note").dumps(asdict(note))))


def finish(wiki: Wiki, here: str, note: str, answer: Mapping[str, str], address: str) -> Arrival:
    """Read an answer to the login for which this browser kept a note.

    Raises LoginRequired (`provider_late`: none that it began, or too long ago; see
    provider.claims_from), Unavailable, TooFast, NotFound.
    """
    if not provider.is_on(wiki.settings):
        raise NotFound("provider_off")
    begun = _read(wiki, note)
    if begun is None or begun.state != answer.get("state"):
        raise LoginRequired("provider_late", provider=provider.label(wiki.settings))
    limits.take(wiki, [Try(SIGN_ON, limits.key(wiki, limits.network(address)))])
    place = provider.callback(wiki.settings, here)
    claims = provider.claims_from(wiki, place, begun.state, answer)
    return Arrival(claims, Aim(begun.aim), begun.back, begun.invitation, begun.remember)


def _read(wiki: Wiki, note: str) -> _Note | None:
    try:
        return _Note(**_sealed(wiki, "note").loads(note, max_age=LIFE))
    except BadData:
        return None


def sign_arrival(wiki: Wiki, arrival: Arrival) -> str:
    """The arrival as the browser keeps it, signed, while its owner fills in a form."""
    claims = arrival.claims
    groups = tuple(group for group in claims.groups if group in _roles(wiki))
    short = replace(claims, groups=groups, since=None, proofs=claims.proofs[:10])
    written = asdict(replace(arrival, claims=short, back=arrival.back[:1000]))
    return str(_sealed(wiki, "arrival").dumps(written))


def read_arrival(wiki: Wiki, note: str) -> Arrival:
    """The arrival that a browser kept; raises LoginRequired (`provider_late`)."""
    try:
        read = _sealed(wiki, "arrival").loads(note, max_age=LIFE)
    except BadData as error:
        raise LoginRequired("provider_late", provider=provider.label(wiki.settings)) from error
    told = read.pop("claims")
    told["groups"], told["proofs"] = tuple(told["groups"]), tuple(told["proofs"])
    return Arrival(Claims(**told), Aim(read.pop("aim")), **read)


# -- logging in --


def enter(wiki: Wiki, arrival: Arrival, client: Client) -> str:
    """Log in who came back; gives the token of a new session, maybe a half one.

    Empty if nobody here is known as this person. Their role follows their groups there, if the
    site says so. Raises Forbidden (see sessions.require_active), Conflict (`identity_taken`).
    """
    claims = arrival.claims
    with wiki.database.read() as connection:
        member = _known(connection, claims) or _trusted(wiki, connection, claims)
    if member is None:
        return ""
    sessions.require_active(wiki, member)
    with wiki.database.write() as connection:
        if _known(connection, claims) is None:
            _tie(wiki, connection, member, claims)
            _tell(wiki, connection, member)
            session_rows.end_all(connection, member.id)
            audit.write(
                wiki, connection, SYSTEM, LoggedAct.MEMBER_TIE, member.username, shown=claims.email
            )
        called = _called(claims)
        identities.use(connection, claims.issuer, claims.subject, called, wiki.clock())
        _follow_groups(wiki, connection, member, claims)
        current = members.get(connection, member.id)
    assert current is not None
    return sessions.enter(
        wiki, current, replace(client, remember=arrival.remember), strong=_is_strong(wiki, claims)
    )


def _known(connection: Connection, claims: Claims) -> Member | None:
    found = identities.member_of(connection, claims.issuer, claims.subject)
    return members.get(connection, found) if found else None


def _trusted(wiki: Wiki, connection: Connection, claims: Claims) -> Member | None:
    """Whose address it is, where the site believes what the provider says of addresses."""
    if not (wiki.settings.oidc_trust_email and claims.email_checked and claims.email):
        return None
    return members.by_email(connection, claims.email)


def _tie(wiki: Wiki, connection: Connection, member: Member, claims: Claims) -> None:
    identities.add(
        connection,
        member.id,
        issuer=claims.issuer,
        subject=claims.subject,
        name=_called(claims),
        now=wiki.clock(),
    )


def _tell(wiki: Wiki, connection: Connection, member: Member) -> None:
    written = account_mail.provider_tied(wiki.settings, member, provider.label(wiki.settings))
    account_mail.tell(wiki, connection, member, written)


def _called(claims: Claims) -> str:
    return claims.email or claims.username or claims.name


def _is_strong(wiki: Wiki, claims: Claims) -> bool:
    """Whether a second step was taken there, in the words that the site takes for one."""
    words = set(wiki.settings.oidc_strong.replace(",", " ").split())
    return not words.isdisjoint(claims.proofs)


def _roles(wiki: Wiki) -> dict[str, Role]:
    return roles_by_group(wiki.settings.oidc_roles)


def _follow_groups(wiki: Wiki, connection: Connection, member: Member, claims: Claims) -> None:
    """The role that the groups give; the last administrator stays one. Both are written down."""
    roles = _roles(wiki)
    wanted = role_for(roles, claims.groups)
    if not roles or wanted is member.role:
        return
    named = ", ".join(group for group in claims.groups if group in roles)
    detail = {"before": member.role.word, "after": wanted.word, "groups": named}
    if wanted is not Role.ADMIN:
        try:
            suspensions.keep_an_admin(connection, member)
        except Conflict:
            audit.write(
                wiki, connection, SYSTEM, LoggedAct.MEMBER_ROLE_KEPT, member.username, **detail
            )
            return
    members.change(connection, member.id, {"role": int(wanted)})
    audit.write(wiki, connection, SYSTEM, LoggedAct.MEMBER_ROLE, member.username, **detail)


# -- joining --


def may_join(wiki: Wiki, invitation: str = "") -> None:
    """Pass if somebody may join with the provider; raises Forbidden as accounts.may_register."""
    accounts.may_register(wiki, invitation, wiki.settings.oidc_registration)


def suggested(wiki: Wiki, claims: Claims) -> str:
    """A username that is free, like what they are called there; empty if that makes none."""
    words = (claims.username, claims.email, claims.name)
    base = next(filter(None, (username_from(word.partition("@")[0]) for word in words)), "")
    if not base:
        return ""
    with wiki.database.read() as connection:
        for number in count(1):
            name = base if number == 1 else f"{base[:28]}{number}"
            if not members.is_taken(connection, name):
                return name
    return ""


def join(
    wiki: Wiki,
    arrival: Arrival,
    *,
    username: str,
    email: str,
    name: str,
    terms_accepted: str,
    address: str,
    language: str = "",
) -> Joined:
    """Make an account for who came back; they choose its name, and it has no password.

    READY, or WAIT for an administrator. An address that the provider did not check, or that the
    site does not take its word for, is confirmed by mail. Raises Invalid (with fields), Forbidden
    (as `may_join`), Conflict (`identity_taken`), TooFast.
    """
    claims, invitation = arrival.claims, arrival.invitation
    may_join(wiki, invitation)
    accounts.check_fields(
        lambda: check_username(username), lambda: check_email(email), lambda: check_name(name)
    )
    accepted = terms.check(wiki, terms_accepted)
    limits.take(wiki, [Try(REGISTER, limits.key(wiki, limits.network(address)))])
    setting = wiki.settings.oidc_registration or wiki.settings.registration
    joined = Joined.WAIT if setting == "approval" and not invitation else Joined.READY
    with wiki.database.write() as connection:
        invited = links.use(wiki, connection, Kind.INVITE, invitation) if invitation else None
        new = NewMember(
            uid=accounts.new_uid(),
            username=check_username(username),
            email=check_email(email),
            password="",
            role=Role.MEMBER,
            status=Status.ACTIVE if joined is Joined.READY else Status.WAITING,
            joined=wiki.clock(),
            name=check_name(name),
            language=language,
            vouched=_is_theirs(wiki, connection, claims, email),
        )
        try:
            member = members.add(connection, new)
        except Conflict as error:
            raise Invalid.field("username", error.code, **error.values) from error
        _tie(wiki, connection, member, claims)
        terms.keep(wiki, connection, member.id, accepted)
        if invited:
            member = invitations.join(wiki, connection, invited.id, member)
        by_mail = accounts.came_by_mail(connection, member, invited.value if invited else "")
        if not (new.vouched or by_mail):
            accounts.ask_to_confirm(wiki, connection, member, Joined.READY, "")
        if joined is Joined.WAIT:
            accounts.tell_administrators(wiki, connection, member)
    wiki.wake()
    return joined


def _is_theirs(wiki: Wiki, connection: Connection, claims: Claims, email: str) -> bool:
    is_checked = wiki.settings.oidc_trust_email and claims.email_checked
    is_same = fold_email(email) == fold_email(claims.email)
    return is_checked and is_same and members.by_email(connection, email) is None


# -- one's own account --


def listing(wiki: Wiki, actor: Actor) -> list[Identity]:
    """List what opens the actor's account beside what they have here."""
    with wiki.database.read() as connection:
        return identities.of_member(connection, actor.own_id())


def get(wiki: Wiki, actor: Actor, identity: int) -> Identity:
    """One of those; raises NotFound."""
    found = next((known for known in listing(wiki, actor) if known.id == identity), None)
    if found is None:
        raise NotFound("identity_missing")
    return found


def tie(wiki: Wiki, actor: Actor, session: int, arrival: Arrival, current: str) -> None:
    """From now on the provider's word opens the actor's account; other sessions end.

    Raises Conflict (`identity_taken`), Invalid (field `current_password`), Forbidden, TooFast.
    """
    proof.require(wiki, actor, session, current)
    with wiki.database.write() as connection:
        member = proof.own(connection, actor)
        _tie(wiki, connection, member, arrival.claims)
        _tell(wiki, connection, member)
        session_rows.end_all(connection, member.id, but=session)
    journal.note("provider-tied", member=actor.id)
    wiki.wake()


def untie(wiki: Wiki, actor: Actor, session: int, identity: int, current: str) -> None:
    """Untie an account at the provider: it no longer opens the actor's.

    Raises NotFound, Conflict (`door_last`), Invalid, Forbidden, TooFast.
    """
    tied = get(wiki, actor, identity)
    proof.require(wiki, actor, session, current)
    with wiki.database.write() as connection:
        login_methods.require_another(connection, actor.own_id())
        identities.remove(connection, actor.own_id(), tied.id)
        session_rows.end_all(connection, actor.own_id(), but=session)
    journal.note("provider-untied", member=actor.id)


def prove(wiki: Wiki, actor: Actor, session: int, arrival: Arrival) -> None:
    """Note that the actor came back, and proved it there just now; for what follows.

    Raises Forbidden (`provider_other`, `provider_not_fresh`), LoginRequired.
    """
    claims = arrival.claims
    with wiki.database.read() as connection:
        known = identities.member_of(connection, claims.issuer, claims.subject)
    if known != actor.own_id():
        raise Forbidden("provider_other", provider=provider.label(wiki.settings))
    since = wiki.clock() - proof.FRESH
    if claims.since is None or claims.since < since:
        raise Forbidden("provider_not_fresh", provider=provider.label(wiki.settings))
    proof.given(wiki, session)
