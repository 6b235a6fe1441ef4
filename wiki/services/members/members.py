"""Members: who there is, who let them in, and the first administrator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from markupsafe import Markup

from wiki.database.access import attempts as attempts_table
from wiki.database.engine.connection import Connection
from wiki.database.history import activity, history
from wiki.database.login import sessions, tokens
from wiki.database.members import members, profiles
from wiki.database.members.members import NewMember, Wanted
from wiki.database.pages import catalogue
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import SYSTEM, Actor, Right, Role
from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Summary
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.history.history import cursor
from wiki.domain.history.revisions import Revision
from wiki.domain.members.members import (
    Member,
    Status,
    check_email,
    check_name,
    check_username,
)
from wiki.domain.members.profiles import Profile
from wiki.domain.numbers import whole
from wiki.engine import Wiki
from wiki.keeping import PRIVATE, keep
from wiki.services.access import audit, sight
from wiki.services.access.groups import put_in
from wiki.services.access.rules import role_of, words
from wiki.services.history import hiding
from wiki.services.login import links, passwords, suspensions
from wiki.services.login.links import Kind
from wiki.services.login.sessions import KNOWN_FOR, alive_since
from wiki.services.members import invitations
from wiki.services.members.accounts import check_all, new_uid, waits
from wiki.services.notices import account_mail, notifications, outbox
from wiki.services.talk.comments import Talk, html_of, latest

ORDERS = tuple(members.ORDERS)
PAGE = 50
SHOWN = 20
MOST_DIALOGUES = 10_000
SETUP_FILE = "setup-link"


class Part(StrEnum):
    """A part of a member's page: the newest of everything, or all of one thing."""

    ALL = "all"
    CHANGES = "changes"
    DIALOGUES = "dialogues"
    COMMENTS = "comments"


@dataclass(frozen=True, slots=True)
class Page:
    """A member's page, as everybody may see it.

    `person` is the slug under which dialogues name them, empty if none does. `more` is where to
    go on (`before`) in the part that is looked at. `days` are (day since 1970, number of
    revisions).
    """

    member: Member
    profile: Profile
    about: Markup
    part: Part
    revisions: list[Revision]
    titles: dict[str, str]
    comments: list[Talk]
    dialogues: list[Summary]
    person: str
    days: list[tuple[int, int]]
    more: str


@dataclass(frozen=True, slots=True)
class Found:
    """One screen of members, how many there are, and how many wait for approval."""

    members: list[Member]
    count: int
    waiting: int


def add(
    wiki: Wiki,
    *,
    username: str,
    email: str,
    password: str,
    role: Role = Role.MEMBER,
    name: str = "",
    language: str = "",
    first: bool = False,
) -> Member:
    """Make a confirmed account, for who runs the machine; with `first`, only if nobody is admin.

    Raises Invalid, Conflict (`username_taken`, `email_taken`), NotFound (`link_dead`, for `first`).
    """
    new = NewMember(
        uid=new_uid(),
        username=check_username(username),
        email=check_email(email) if email else "",
        password=passwords.hashed(passwords.check(wiki.settings, password, username)),
        role=role,
        status=Status.ACTIVE,
        joined=wiki.clock(),
        name=check_name(name),
        language=language,
        vouched=True,
    )
    with wiki.database.write() as connection:
        if first and members.administrators(connection):
            raise NotFound("link_dead")
        member = members.add(connection, new)
        audit.write(wiki, connection, SYSTEM, LoggedAct.MEMBER_ADD, member.username, role=role.word)
    wiki.keep_people()
    return member


def find(
    wiki: Wiki,
    actor: Actor,
    *,
    text: str = "",
    status: str = "",
    role: str = "",
    order: str = "name",
    number: int = 1,
) -> Found:
    """A screen of accounts, those that wait first; for administrators.

    `order` is one of ORDERS; what is unknown counts as not said.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    known = next((known for known in Role if known.word == role), None)
    wanted = Wanted(text=text.strip(), status=status, role=known)
    order = order if order in ORDERS else "name"
    with wiki.database.read() as connection:
        return Found(
            members=members.find(
                connection, wanted, order=order, limit=PAGE, offset=(number - 1) * PAGE
            ),
            count=members.count(connection, wanted),
            waiting=members.count(connection, Wanted(status=Status.WAITING.value)),
        )


def get(wiki: Wiki, actor: Actor, username: str) -> Member:
    """A member's account, for administrators; raises NotFound."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return named(connection, username)


def page(
    wiki: Wiki, actor: Actor, username: str, part: Part = Part.ALL, *, before: str = ""
) -> Page:
    """A member as every reader may know them: no e-mail address, and only pages they may read.

    `before` goes on in one part's list. Raises NotFound (also for accounts that never were active),
    LoginRequired, Forbidden.
    """
    wiki.rights.require(actor, Right.READ)
    seen = sight.of(wiki, actor)
    with wiki.database.read() as connection:
        member = named(connection, username)
        if member.status not in (Status.ACTIVE, Status.SUSPENDED, Status.IMPORTED):
            raise NotFound("member_missing", username=username)
        profile = profiles.get(connection, member.id)
        person = catalogue.slug_of(connection, member.username, sight=seen)
        days = activity.days_of(connection, member.uid, sight=seen) if part is Part.ALL else []
    revisions: list[Revision] = []
    dialogues: list[Summary] = []
    said: list[Talk] = []
    more = ""
    if part in (Part.ALL, Part.CHANGES):
        revisions, more = _changes(wiki, actor, member, before)
    if part in (Part.ALL, Part.DIALOGUES):
        dialogues, more = _dialogues(wiki, actor, member, before)
    if part in (Part.ALL, Part.COMMENTS):
        said, more = _said(wiki, actor, member, before)
    with wiki.database.read() as connection:
        summaries = catalogue.find(connection, sorted({revision.path for revision in revisions}))
    return Page(
        member=member,
        profile=profile,
        about=html_of(wiki, actor, profile.about, "") if profile.about else Markup(),
        part=part,
        revisions=revisions,
        titles={path: summary.title for path, summary in summaries.items()},
        comments=said,
        dialogues=dialogues,
        person=person,
        days=days,
        more=more,
    )


def _changes(wiki: Wiki, actor: Actor, member: Member, before: str) -> tuple[list[Revision], str]:
    with wiki.database.read() as connection:
        revisions = history.by_author(
            connection, member.uid, before=before, limit=SHOWN + 1, sight=sight.of(wiki, actor)
        )
        listed = hiding.redact(wiki, connection, actor, revisions[:SHOWN])
    more = cursor(revisions[SHOWN - 1]) if len(revisions) > SHOWN else ""
    return hiding.without_hidden_authors(listed), more


def _dialogues(wiki: Wiki, actor: Actor, member: Member, before: str) -> tuple[list[Summary], str]:
    start = min(whole(before) or 0, MOST_DIALOGUES)
    with wiki.database.read() as connection:
        dialogues = catalogue.dialogues_of_member(
            connection, member.username, SHOWN + 1, start, sight=sight.of(wiki, actor)
        )
    return dialogues[:SHOWN], str(start + SHOWN) if len(dialogues) > SHOWN else ""


def _said(wiki: Wiki, actor: Actor, member: Member, before: str) -> tuple[list[Talk], str]:
    found = latest(wiki, actor, SHOWN + 1, before=whole(before) or 0, author=member.id)
    return found[:SHOWN], str(found[SHOWN - 1].comment.id) if len(found) > SHOWN else ""


def approve(wiki: Wiki, actor: Actor, username: str) -> None:
    """Let in somebody who waits, whether or not their address is confirmed; raises NotFound.

    If another account has the address already, this one is found by its username only.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        member = named(connection, username)
        if member.status not in (Status.WAITING, Status.UNCONFIRMED):
            return
        if member.email and not members.by_email(connection, member.email):
            members.vouch(connection, member, member.email)
        members.change(connection, member.id, {"status": Status.ACTIVE.value})
        notifications.settle(wiki, connection, waits(member))
        audit.write(wiki, connection, actor, LoggedAct.MEMBER_APPROVE, member.username)
        if outbox.can_send(wiki.settings):
            written = account_mail.approved(wiki.settings, member)
            outbox.put(wiki, connection, member.email, written.subject, written.text)
    wiki.wake()


def set_role(wiki: Wiki, actor: Actor, username: str, role: str) -> None:
    """Make somebody a member, editor, moderator or admin.

    Raises Invalid (field `role`), NotFound, or Conflict (`last_admin`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    wanted = role_of(role)
    if wanted is Role.READER:
        raise Invalid.field("role", "role_unknown", role=role)
    with wiki.database.write() as connection:
        member = named(connection, username)
        if wanted is not Role.ADMIN:
            suspensions.keep_an_admin(connection, member)
        members.change(connection, member.id, {"role": int(wanted)})
        detail = {"before": member.role.word, "after": wanted.word}
        audit.write(wiki, connection, actor, LoggedAct.MEMBER_ROLE, member.username, **detail)


def set_groups(wiki: Wiki, actor: Actor, username: str, groups: str) -> None:
    """Say in which groups somebody is: words with commas or spaces between.

    A group that is not there yet is made. Raises Invalid (field `groups`), NotFound.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        member = named(connection, username)
        put_in(wiki, connection, actor, member, words(groups))


def suspend(
    wiki: Wiki, actor: Actor, username: str, reason: str = "", until: datetime | None = None
) -> None:
    """Shut somebody out, perhaps until a moment: no login, and every session ends.

    For moderators of the whole site, towards lower roles. Raises LoginRequired, Forbidden,
    NotFound, Invalid (field `until`), or Conflict (`last_admin`).
    """
    wiki.rights.require(actor, Right.MODERATE)
    suspensions.check_until(wiki, until)
    with wiki.database.write() as connection:
        member = named(connection, username)
        suspensions.keep_an_admin(connection, member)
        suspensions.require(wiki, actor, member)
        suspensions.put(wiki, connection, actor, member, reason, until)


def reinstate(wiki: Wiki, actor: Actor, username: str, reason: str = "") -> None:
    """Let somebody who was suspended log in again.

    For those who may suspend them. Raises LoginRequired, Forbidden, NotFound.
    """
    wiki.rights.require(actor, Right.MODERATE)
    with wiki.database.write() as connection:
        member = named(connection, username)
        suspensions.require(wiki, actor, member)
        suspensions.lift(wiki, connection, actor, member, reason)


def set_password(wiki: Wiki, username: str, password: str) -> None:
    """Give somebody a password, for who runs the machine; every session ends."""
    hashed = passwords.hashed(passwords.check(wiki.settings, password, username))
    with wiki.database.write() as connection:
        member = named(connection, username)
        members.change(connection, member.id, {"password": hashed})
        sessions.end_all(connection, member.id)
        account_mail.tell(
            wiki, connection, member, account_mail.password_changed(wiki.settings, member)
        )
        audit.write(wiki, connection, SYSTEM, LoggedAct.MEMBER_PASSWORD, member.username)


def password_link(wiki: Wiki, actor: Actor, username: str) -> str:
    """The path of a one-time page where somebody who forgot their password chooses a new one."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        member = named(connection, username)
        audit.write(wiki, connection, actor, LoggedAct.MEMBER_LINK, member.username)
        return links.make(wiki, connection, Kind.RESET, member=member.id)


def invite(wiki: Wiki, actor: Actor, email: str = "") -> str:
    """The path of a one-time page where somebody may join; mailed if an address is given.

    Raises Invalid (field `email`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    email = check_email(email) if email.strip() else ""
    return invitations.invite(wiki, actor, email)[0].path


def tidy(wiki: Wiki) -> None:
    """Forget sessions, links and attempts that are of no more use. For the worker, daily."""
    now = wiki.clock()
    with wiki.database.write() as connection:
        sessions.forget(connection, alive_since(now))
        tokens.forget(connection, now)
        invitations.forget(wiki, connection)
        attempts_table.forget(connection, now - KNOWN_FOR)
    outbox.tidy(wiki)


def named(connection: Connection, username: str) -> Member:
    """The account with this username; raises NotFound (`member_missing`)."""
    member = members.by_username(connection, username)
    if member is None:
        raise NotFound("member_missing", username=username)
    return member


# -- the first administrator --


def setup_link(wiki: Wiki, address: str = "") -> str:
    """The path of the one-time page that makes the first administrator; empty once there is one.

    The link is also written to `<data>/setup-link`, readable for the wiki's own user only, with
    the address at which the wiki is served.
    """
    file = wiki.settings.data / SETUP_FILE
    if not needs_setup(wiki):
        file.unlink(missing_ok=True)
        return ""
    token = _setup_token(file) or secrets.token_urlsafe(24)
    path = url_of("setup", token)
    keep(file, (wiki.settings.base_url or address).rstrip("/") + path + "\n", PRIVATE)
    return path


def needs_setup(wiki: Wiki) -> bool:
    """Whether there is no administrator yet."""
    with wiki.database.read() as connection:
        return members.administrators(connection) == 0


def setup_works(wiki: Wiki, token: str) -> bool:
    """Whether this is the token of the set-up link, and there is no administrator yet."""
    kept = _setup_token(wiki.settings.data / SETUP_FILE)
    same = secrets.compare_digest(kept.encode(), token.encode())
    return bool(kept) and same and needs_setup(wiki)


def setup(
    wiki: Wiki,
    token: str,
    *,
    username: str,
    email: str,
    password: str,
    name: str = "",
    language: str = "",
) -> Member:
    """Make the first administrator; the set-up link is dead afterwards.

    Raises NotFound (`link_dead`), Invalid (with fields), Conflict.
    """
    if not setup_works(wiki, token):
        raise NotFound("link_dead")
    check_all(wiki, username, email, password, lambda: check_name(name))
    member = add(
        wiki,
        username=username,
        email=email,
        password=password,
        role=Role.ADMIN,
        name=name,
        language=language,
        first=True,
    )
    (wiki.settings.data / SETUP_FILE).unlink(missing_ok=True)
    return member


def _setup_token(file: Path) -> str:
    try:
        written = file.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
    return written.rpartition(url_of("setup", ""))[2] if url_of("setup", "") in written else ""
