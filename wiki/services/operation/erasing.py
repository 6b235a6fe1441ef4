"""Erasing an account: by the member, by an administrator, or from the command line.

There is no way back and no period of grace: who asks for it types the username and the password,
and is told before what goes and what stays. Git keeps a username and an opaque id.
"""

from __future__ import annotations

from dataclasses import dataclass

from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.members import members
from wiki.database.operation import erasing
from wiki.database.talk import comments as talk
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import SYSTEM, Actor, Right
from wiki.domain.errors import Conflict, Invalid
from wiki.domain.members.members import Member, Status, fold_username
from wiki.engine import Wiki
from wiki.i18n.languages import translations
from wiki.services.access import audit
from wiki.services.login import proof
from wiki.services.login.suspensions import keep_an_admin
from wiki.services.members.accounts import waits
from wiki.services.members.members import named
from wiki.services.notices import account_mail, notifications, outbox
from wiki.services.notices.outbox import one_line

REASON_MOST = 2000


@dataclass(frozen=True, slots=True)
class Left:
    """An account, and how much of it others see; the last administrator's cannot be erased."""

    member: Member
    revisions: int
    comments: int
    is_last_admin: bool


def own(wiki: Wiki, actor: Actor) -> Left:
    """List what the actor would leave behind. Raises LoginRequired."""
    with wiki.database.read() as connection:
        member = members.get(connection, actor.own_id())
        assert member is not None
        return _left(connection, member)


def of_member(wiki: Wiki, actor: Actor, username: str) -> Left:
    """List what a member would leave behind, for administrators. Raises Forbidden, NotFound."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return _left(connection, named(connection, username))


def erase_own(
    wiki: Wiki, actor: Actor, session: int, *, username: str, current: str, with_comments: bool
) -> None:
    """Erase the actor's account for ever; every session ends.

    Raises Invalid (fields `confirm`, `current_password`), TooFast, LoginRequired, Conflict
    (`last_admin`).
    """
    actor.own_id()
    _same(actor.username, username)
    proof.require(wiki, actor, session, current)
    _erase(wiki, actor, actor.username, with_comments=with_comments)


def erase(
    wiki: Wiki,
    actor: Actor,
    username: str,
    *,
    confirm: str,
    reason: str = "",
    with_comments: bool = False,
) -> None:
    """Erase somebody's account for ever, for administrators.

    Raises Forbidden, NotFound, Invalid (field `confirm`), Conflict (`last_admin`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    _same(username, confirm)
    _erase(wiki, actor, username, reason, with_comments=with_comments)


def refuse(wiki: Wiki, actor: Actor, username: str, reason: str = "") -> None:
    """Do not let in somebody who waits: they are told, with the reason, and the account is erased.

    For administrators. Raises LoginRequired, Forbidden, NotFound, Conflict (`member_is_in`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        member = named(connection, username)
        if member.status not in (Status.WAITING, Status.UNCONFIRMED):
            raise Conflict("member_is_in", username=member.username)
        notifications.settle(wiki, connection, waits(member))
        erasing.erase(connection, member, wiki.clock(), "", with_comments=True)
        # After that: mail to somebody who is erased is not sent.
        if member.email and outbox.can_send(wiki.settings):
            written = account_mail.refused(wiki.settings, member, one_line(reason, REASON_MOST))
            account_mail.post(wiki, connection, member.email, written)
        audit.write(wiki, connection, actor, LoggedAct.MEMBER_REFUSE, member.uid, reason)
    wiki.wake()


def erase_here(wiki: Wiki, username: str, *, with_comments: bool, reason: str = "") -> None:
    """Erase somebody's account for ever, for who runs the machine. Raises NotFound, Conflict."""
    _erase(wiki, SYSTEM, username, reason, with_comments=with_comments)


def _left(connection: Connection, member: Member) -> Left:
    try:
        keep_an_admin(connection, member)
        is_last = False
    except Conflict:
        is_last = True
    said = talk.count_by(connection, member.id)
    return Left(member, history.count_by(connection, member.uid), said, is_last)


def _same(username: str, typed: str) -> None:
    if fold_username(username) != fold_username(typed):
        raise Invalid.field("confirm", "confirm_wrong", username=username)


def _erase(
    wiki: Wiki, actor: Actor, username: str, reason: str = "", *, with_comments: bool
) -> None:
    now = wiki.clock()
    words = translations(wiki.settings.language).gettext("former member")
    mention = words.replace(" ", "-")
    with wiki.database.write() as connection:
        member = named(connection, username)
        keep_an_admin(connection, member)
        erasing.erase(connection, member, now, mention, with_comments=with_comments)
        detail = {"comments": "removed" if with_comments else "kept"}
        audit.write(wiki, connection, actor, LoggedAct.MEMBER_ERASE, member.uid, reason, **detail)
    wiki.wake()
