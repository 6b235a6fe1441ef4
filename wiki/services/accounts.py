"""One's own account: joining, profile, password, e-mail address."""

from __future__ import annotations

import secrets
import zoneinfo
from collections.abc import Callable
from enum import StrEnum

from wiki.database import members, sessions
from wiki.database.connection import Connection
from wiki.database.members import NewMember
from wiki.domain.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from wiki.domain.members import (
    Member,
    Status,
    check_email,
    check_name,
    check_password,
    check_username,
    gather,
)
from wiki.domain.rights import Actor, Role
from wiki.engine import Wiki
from wiki.i18n.languages import LANGUAGES
from wiki.services import letters, limits, links, mail, terms
from wiki.services.letters import Written
from wiki.services.limits import PASSWORD, REGISTER, Try
from wiki.services.links import Kind
from wiki.services.sessions import hash_password, own_id, verify


class Joined(StrEnum):
    """What happens after somebody registered."""

    CONFIRM = "confirm"
    WAIT = "wait"
    READY = "ready"


def register(
    wiki: Wiki,
    *,
    username: str,
    email: str,
    password: str,
    address: str,
    language: str = "",
    invitation: str = "",
    terms_accepted: str = "",
) -> Joined:
    """Ask for an account; says what has to happen before it can be used.

    With mail: the address has to be confirmed first. Without: an administrator approves, so that
    nobody waits for a mail that never comes. Whether an e-mail address is known already shows in
    nothing but a mail to it. `terms_accepted` is the stamp of the terms that were. Raises Invalid
    (with fields), Conflict (`username_taken`), Forbidden (`registration_closed`,
    `invitation_needed`), TooFast.
    """
    may_register(wiki, invitation)
    check_all(wiki, username, email, password)
    accepted = terms.check(wiki, terms_accepted)
    limits.take(wiki, [Try(REGISTER, limits.key(wiki, limits.network(address)))])
    joined = _joining(wiki, bool(invitation))
    new = NewMember(
        uid=new_uid(),
        username=check_username(username),
        email=check_email(email),
        password=hash_password(password),
        role=Role.MEMBER,
        status=_STATUS[joined],
        joined=wiki.clock(),
        language=language,
        vouched=bool(invitation),
    )
    with wiki.database.write() as connection:
        if invitation:
            links.use(wiki, connection, Kind.INVITE, invitation)
        try:
            member = members.add(connection, new)
        except Conflict as error:
            field = "email" if error.code == "email_taken" else "username"
            raise Invalid.field(field, error.code, **error.values) from error
        terms.keep(wiki, connection, member.id, accepted)
        _tell(wiki, connection, member, joined)
    wiki.wake()
    return joined


_STATUS = {
    Joined.CONFIRM: Status.UNCONFIRMED,
    Joined.WAIT: Status.WAITING,
    Joined.READY: Status.ACTIVE,
}


def may_register(wiki: Wiki, invitation: str = "") -> None:
    """Pass if somebody (with this invitation) may register; raises Forbidden."""
    setting = wiki.settings.registration
    if invitation and links.works(wiki, invitation, Kind.INVITE):
        return
    if setting == "closed":
        raise Forbidden("registration_closed")
    if setting == "invitation" or invitation:
        raise Forbidden("invitation_needed")


def _joining(wiki: Wiki, invited: bool) -> Joined:
    if invited:
        return Joined.READY
    return Joined.CONFIRM if mail.can_send(wiki.settings) else Joined.WAIT


def check_all(wiki: Wiki, username: str, email: str, password: str) -> None:
    """Pass if an account can have these; raises one Invalid with every field that is wrong."""
    about = (username, email, email.partition("@")[0], wiki.settings.site_name)
    gather(
        _wrong(lambda: check_username(username)),
        _wrong(lambda: check_email(email)),
        _wrong(lambda: check_password(password, *about)),
    )


def _wrong(check: Callable[[], object]) -> FieldError | None:
    try:
        check()
    except Invalid as error:
        return error.fields[0]
    return None


def _tell(wiki: Wiki, connection: Connection, member: Member, joined: Joined) -> None:
    if joined is Joined.WAIT:
        _tell_administrators(wiki, connection, member)
    if joined is not Joined.CONFIRM:
        return
    owner = members.by_email(connection, member.email)
    if owner:
        _post(wiki, connection, owner.email, letters.already(wiki.settings, owner))
        return
    path = links.make(wiki, connection, Kind.CONFIRM, member=member.id)
    _post(wiki, connection, member.email, letters.confirm(wiki.settings, member, path))


def _tell_administrators(wiki: Wiki, connection: Connection, newcomer: Member) -> None:
    if not mail.can_send(wiki.settings):
        return
    for admin in members.find(connection, role=int(Role.ADMIN), status=Status.ACTIVE.value):
        if admin.email:
            _post(wiki, connection, admin.email, letters.waits(wiki.settings, admin, newcomer))


def confirm(wiki: Wiki, token: str, *, address: str) -> Status:
    """The e-mail address in the link's mail is its owner's; gives where the account stands now.

    Serves new accounts and changed addresses. Raises NotFound (`link_dead`), TooFast, or Conflict
    if the address became another account's meanwhile.
    """
    links.slow_down(wiki, address)
    with wiki.database.write() as connection:
        is_new = links.get(wiki, connection, Kind.CONFIRM, token) is not None
        kind = Kind.CONFIRM if is_new else Kind.EMAIL
        used = links.use(wiki, connection, kind, token)
        member = members.get(connection, used.member or 0)
        if member is None:
            raise NotFound("link_dead")
        if not is_new:
            if member.email:
                _post(wiki, connection, member.email, letters.moved(wiki.settings, member))
            members.vouch(connection, member, used.value)
            return member.status
        members.vouch(connection, member, member.email)
        if member.status is not Status.UNCONFIRMED:
            return member.status
        approval = wiki.settings.registration == "approval"
        status = Status.WAITING if approval else Status.ACTIVE
        members.change(connection, member.id, {"status": status.value})
        if approval:
            _tell_administrators(wiki, connection, member)
        return status


def reset_password(wiki: Wiki, token: str, password: str, *, address: str) -> None:
    """Choose a new password with a one-time link; every session ends.

    Raises NotFound (`link_dead`), Invalid, TooFast.
    """
    links.slow_down(wiki, address)
    hashed = hash_password(check_password(password, field="new_password"))
    with wiki.database.write() as connection:
        used = links.use(wiki, connection, Kind.RESET, token)
        members.change(connection, used.member or 0, {"password": hashed})
        sessions.end_all(connection, used.member or 0)


def change_password(wiki: Wiki, actor: Actor, session: int, *, current: str, new: str) -> None:
    """Choose another password; the member's other sessions end.

    Raises Invalid (fields `current_password`, `new_password`), TooFast.
    """
    check_current(wiki, actor, current)
    about = (actor.username, actor.name, wiki.settings.site_name)
    hashed = hash_password(check_password(new, *about, field="new_password"))
    with wiki.database.write() as connection:
        members.change(connection, own_id(actor), {"password": hashed})
        sessions.end_all(connection, own_id(actor), but=session)


def change_email(wiki: Wiki, actor: Actor, *, email: str, current: str) -> bool:
    """Use another e-mail address; whether it has to be confirmed by mail first.

    Raises Invalid (fields `email`, `current_password`), TooFast, or Conflict (`email_taken`) where
    no mail can be sent; where it can, only the address's owner learns of that.
    """
    own_id(actor)
    email = check_email(email)
    check_current(wiki, actor, current)
    with wiki.database.write() as connection:
        member = _own(connection, actor)
        if not mail.can_send(wiki.settings):
            members.vouch(connection, member, email)
            return False
        owner = members.by_email(connection, email)
        if owner and owner.id != member.id:
            _post(wiki, connection, owner.email, letters.already(wiki.settings, owner))
            return True
        path = links.make(wiki, connection, Kind.EMAIL, member=member.id, value=email)
        _post(wiki, connection, email, letters.new_address(wiki.settings, member, path))
    wiki.wake()
    return True


def check_current(wiki: Wiki, actor: Actor, password: str) -> None:
    """Pass if this is the actor's password; raises Invalid (field `current_password`), TooFast."""
    limits.take(wiki, [Try(PASSWORD, limits.key(wiki, own_id(actor)))])
    with wiki.database.read() as connection:
        kept = members.password_of(connection, own_id(actor))
    if not verify(kept, password):
        raise Invalid.field("current_password", "password_wrong")


def profile(wiki: Wiki, actor: Actor) -> Member:
    """The actor's own account; raises LoginRequired."""
    with wiki.database.read() as connection:
        return _own(connection, actor)


def change_profile(
    wiki: Wiki, actor: Actor, *, name: str, language: str, timezone: str, theme: str
) -> None:
    """Change the display name and how pages are shown; raises Invalid.

    Empty means: as the browser or the site has it.
    """
    gather(
        _wrong(lambda: check_name(name)),
        _one_of("language", language, LANGUAGES),
        _one_of("timezone", timezone, tuple(zoneinfo.available_timezones())),
        _one_of("theme", theme, ("light", "dark")),
    )
    values = {
        "name": check_name(name),
        "language": language,
        "timezone": timezone,
        "theme": theme,
    }
    with wiki.database.write() as connection:
        members.change(connection, own_id(actor), values)


def _one_of(field: str, value: str, known: tuple[str, ...]) -> FieldError | None:
    return None if not value or value in known else FieldError(field, "choice_unknown", {})


def _own(connection: Connection, actor: Actor) -> Member:
    member = members.get(connection, own_id(actor))
    if member is None:
        raise NotFound("member_missing")
    return member


def new_uid() -> str:
    """An opaque id that says nothing and is never used twice."""
    return secrets.token_hex(10)


def _post(wiki: Wiki, connection: Connection, recipient: str, written: Written) -> None:
    mail.put(wiki, connection, recipient, written.subject, written.text)
