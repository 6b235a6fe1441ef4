"""One's own account: joining, profile, password, e-mail address."""

from __future__ import annotations

import secrets
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from wiki.database.engine.connection import Connection
from wiki.database.login import sessions as session_rows
from wiki.database.members import members
from wiki.database.members.members import NewMember, Wanted
from wiki.domain.access.rights import Actor, Role
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from wiki.domain.members.members import (
    Member,
    Status,
    check_email,
    check_name,
    check_username,
    fold_email,
    gather,
)
from wiki.domain.notices.notifications import Kind
from wiki.engine import Wiki
from wiki.i18n.languages import LANGUAGES
from wiki.services.access import journal, limits
from wiki.services.access.limits import REGISTER, Try
from wiki.services.login import email_change, links, passwords, proof, sessions
from wiki.services.login.links import Kind as Link
from wiki.services.members import invitations, terms
from wiki.services.notices import account_mail, notifications, outbox

DOOR_MOST = 300
"""Characters of an answer at the door that are looked at."""
VALUE_MOST = 254
"""Characters that a link can carry."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Where an account stands after its address was confirmed, and where its owner came from."""

    status: Status
    back: str


class Joined(StrEnum):
    """The state of an account right after somebody registered."""

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
    name: str = "",
    language: str = "",
    invitation: str = "",
    terms_accepted: str = "",
    door: str = "",
    back: str = "",
) -> Joined:
    """Ask for an account; says what has to happen before it can be used.

    With mail: the address has to be confirmed first, and the link there leads `back`. Without: an
    administrator approves, so that nobody waits for a mail that never comes. Whether an e-mail
    address is known already shows in nothing but a mail to it, not in the work that is done either.
    `terms_accepted` is the stamp of the terms that were; `door` answers the question at the door,
    which who is invited need not. Raises Invalid (with fields),
    Forbidden (`registration_closed`, `invitation_needed`), TooFast.
    """
    may_register(wiki, invitation)
    check_all(
        wiki,
        username,
        email,
        password,
        lambda: check_name(name),
        lambda: None if invitation else check_door(wiki, door),
    )
    accepted = terms.check(wiki, terms_accepted)
    limits.take(wiki, [Try(REGISTER, limits.key(wiki, limits.network(address)))])
    joined = _joining(wiki, bool(invitation))
    new = NewMember(
        uid=new_uid(),
        username=check_username(username),
        email=check_email(email),
        password=passwords.hashed(password),
        role=Role.MEMBER,
        status=_STATUS[joined],
        joined=wiki.clock(),
        name=check_name(name),
        language=language,
    )
    with wiki.database.write() as connection:
        invited = links.use(wiki, connection, Link.INVITE, invitation) if invitation else None
        try:
            member = members.add(connection, new)
        except Conflict as error:
            raise Invalid.field("username", error.code, **error.values) from error
        terms.keep(wiki, connection, member.id, accepted)
        if invited:
            member = invitations.join(wiki, connection, invited.id, member)
        if joined is Joined.WAIT:
            tell_administrators(wiki, connection, member)
        elif not came_by_mail(connection, member, invited.value if invited else ""):
            ask_to_confirm(wiki, connection, member, joined, back)
    wiki.wake()
    return joined


_STATUS = {
    Joined.CONFIRM: Status.UNCONFIRMED,
    Joined.WAIT: Status.WAITING,
    Joined.READY: Status.ACTIVE,
}


def may_register(wiki: Wiki, invitation: str = "", setting: str = "") -> None:
    """Pass if somebody (with this invitation) may register; raises Forbidden.

    `setting` goes before REGISTRATION.
    """
    setting = setting or wiki.settings.registration
    if invitation and links.works(wiki, invitation, Link.INVITE):
        return
    if setting == "closed":
        raise Forbidden("registration_closed")
    if setting == "invitation" or invitation:
        raise Forbidden("invitation_needed")


def _joining(wiki: Wiki, invited: bool) -> Joined:
    if invited:
        return Joined.READY
    return Joined.CONFIRM if outbox.can_send(wiki.settings) else Joined.WAIT


def came_by_mail(connection: Connection, member: Member, invited: str) -> bool:
    """Whether the invitation was mailed to this very address: then it is known to be theirs."""
    if not invited or fold_email(invited) != fold_email(member.email):
        return False
    if members.by_email(connection, member.email) is None:
        members.vouch(connection, member, member.email)
    return True


def ask_to_confirm(
    wiki: Wiki, connection: Connection, member: Member, joined: Joined, back: str
) -> None:
    """Mail the address: to its new owner a link, to whom it belongs already a warning."""
    if not outbox.can_send(wiki.settings):
        return
    owner = members.by_email(connection, member.email)
    kind = Link.CONFIRM if joined is Joined.CONFIRM else Link.EMAIL
    value = member.email
    if kind is Link.CONFIRM:
        value = back if len(back) <= VALUE_MOST else ""
    path = links.make(wiki, connection, kind, member=member.id, value=value)
    written = account_mail.confirm(wiki.settings, member, path)
    if owner:
        written = account_mail.already(wiki.settings, owner)
    account_mail.post(wiki, connection, member.email, written)


def check_all(
    wiki: Wiki, username: str, email: str, password: str, *more: Callable[[], object]
) -> None:
    """Pass if an account can have these; raises one Invalid with every field that is wrong."""
    about = (username, email, email.partition("@")[0])
    check_fields(
        lambda: check_username(username),
        lambda: check_email(email),
        lambda: passwords.check(wiki.settings, password, *about),
        *more,
    )


def check_door(wiki: Wiki, answer: str) -> None:
    """Pass who answers the question at the door as whoever belongs here does."""
    if not wiki.settings.door_question:
        return
    right = {_plainly(one) for one in wiki.settings.door_answer.split(",")} - {""}
    if _plainly(answer[:DOOR_MOST]) not in right:
        raise Invalid.field("door", "door_wrong" if answer.strip() else "door_empty")


def _plainly(answer: str) -> str:
    return " ".join(answer.casefold().split()).rstrip(".!")


def check_fields(*checks: Callable[[], object]) -> None:
    """Pass if no check raises Invalid; raises one with the fields of all that do."""
    gather(*map(_wrong, checks))


def _wrong(check: Callable[[], object]) -> FieldError | None:
    try:
        check()
    except Invalid as error:
        return error.fields[0]
    return None


def waits(member: Member) -> str:
    """Return what notifications of somebody who waits for approval have in common."""
    return f"waits:{member.id}"


def tell_administrators(wiki: Wiki, connection: Connection, newcomer: Member) -> None:
    """Tell all administrators that somebody waits for them, in the caller's transaction.

    The letter is of its own, and at once: who waits cannot do anything until it is read.
    """
    wanted = Wanted(role=int(Role.ADMIN), status=Status.ACTIVE.value)
    administrators = members.find(connection, wanted)
    notifications.tell(
        wiki,
        connection,
        [admin.id for admin in administrators],
        Kind.MEMBER_WAITS,
        by=newcomer.id,
        values={"url": url_of("admin_members", status=Status.WAITING.value)},
        topic=waits(newcomer),
        mailed=True,
    )
    if not outbox.can_send(wiki.settings):
        return
    for admin in administrators:
        if admin.email:
            account_mail.post(
                wiki, connection, admin.email, account_mail.waits(wiki.settings, admin, newcomer)
            )


def confirm(wiki: Wiki, token: str, *, address: str, session: int = 0) -> Confirmed:
    """The e-mail address in the link's mail is its owner's; gives where the account stands now.

    Serves new accounts and changed addresses; the latter end the owner's sessions but this one.
    Raises NotFound (`link_dead`), TooFast, or Conflict
    if the address became another account's meanwhile.
    """
    links.slow_down(wiki, address)
    with wiki.database.write() as connection:
        is_new = links.get(wiki, connection, Link.CONFIRM, token) is not None
        kind = Link.CONFIRM if is_new else Link.EMAIL
        used = links.use(wiki, connection, kind, token)
        member = members.get(connection, used.member or 0)
        if member is None:
            raise NotFound("link_dead")
        if not is_new:
            email_change.settle(wiki, connection, member, used.value)
            session_rows.end_all(connection, member.id, but=session)
            journal.note_at_commit(connection, "email-changed", member=member.id)
            return Confirmed(member.status, "")
        members.vouch(connection, member, member.email)
        if member.status is not Status.UNCONFIRMED:
            return Confirmed(member.status, used.value)
        approval = wiki.settings.registration == "approval"
        status = Status.WAITING if approval else Status.ACTIVE
        members.change(connection, member.id, {"status": status.value})
        if approval:
            tell_administrators(wiki, connection, member)
        return Confirmed(status, used.value)


def change_password(wiki: Wiki, actor: Actor, session: int, *, current: str, new: str) -> str:
    """Choose another password; other sessions end, and this one goes on under the token it gives.

    Raises Invalid (fields `current_password`, `new_password`), Forbidden, TooFast.
    """
    proof.require(wiki, actor, session, current)
    about = (actor.username, actor.name)
    new = passwords.check(wiki.settings, new, *about, field="new_password")
    with wiki.database.write() as connection:
        member = proof.own(connection, actor)
        members.change(connection, member.id, {"password": passwords.hashed(new)})
        session_rows.end_all(connection, member.id, but=session)
        journal.note_at_commit(connection, "password-changed", member=member.id)
        account_mail.tell(
            wiki, connection, member, account_mail.password_changed(wiki.settings, member)
        )
        return sessions.renew(wiki, connection, session)


def profile(wiki: Wiki, actor: Actor) -> Member:
    """The actor's own account; raises LoginRequired."""
    with wiki.database.read() as connection:
        return proof.own(connection, actor)


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
        members.change(connection, actor.own_id(), values)


def _one_of(field: str, value: str, known: tuple[str, ...]) -> FieldError | None:
    return None if not value or value in known else FieldError(field, "choice_unknown", {})


def new_uid() -> str:
    """An opaque id that says nothing and is never used twice."""
    return secrets.token_hex(10)
