"""A new password for who forgot theirs, and the mail to confirm an address once more.

Who asks gets one answer, at one price, whether or not there is such an account: the question is
written down and the worker looks who it is about.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from wiki.database.engine.connection import Connection
from wiki.database.login import access_tokens, sessions, tokens
from wiki.database.login.tokens import Token
from wiki.database.members import members
from wiki.domain.errors import NotFound
from wiki.domain.members.members import Member, Status, fold_email
from wiki.engine import Wiki
from wiki.services.access import journal, limits
from wiki.services.access.limits import RESET, RESET_ACCOUNT, Try
from wiki.services.login import links, passwords
from wiki.services.login.links import Kind
from wiki.services.notices import account_mail, outbox

ASKED = "asked"
WORTH = timedelta(hours=6)
"""A question that was not answered by then is dropped: nobody waits any more."""

LOGIN_MOST = 254


def ask(wiki: Wiki, login: str, *, address: str) -> None:
    """Ask for mail to the account with this username or address; raises TooFast.

    An active account gets a link to choose a password, one whose address is not confirmed the
    mail to do so once more.
    """
    login = login.strip()[:LOGIN_MOST]
    tries = [
        Try(RESET, limits.key(wiki, limits.network(address))),
        Try(RESET_ACCOUNT, limits.key(wiki, fold_email(login))),
    ]
    limits.take(wiki, tries)
    with wiki.database.write() as connection:
        until = wiki.clock() + WORTH
        tokens.add(connection, secrets.token_hex(32), ASKED, until, value=login)
    wiki.wake()


def answer(wiki: Wiki) -> bool:
    """Mail those who asked; whether there were any. For the worker."""
    with wiki.database.read() as connection:
        requests = tokens.of_kind(connection, ASKED, wiki.clock())
    for question in requests:
        with wiki.database.write() as connection:
            _answer(wiki, connection, question)
    return bool(requests)


def _answer(wiki: Wiki, connection: Connection, question: Token) -> None:
    if not tokens.use(connection, question) or not outbox.can_send(wiki.settings):
        return
    found = members.by_login(connection, question.value)
    meant = [found[0]] if found else members.unconfirmed(connection, question.value)
    for member in meant:
        _help(wiki, connection, member)


def _help(wiki: Wiki, connection: Connection, member: Member) -> None:
    if not member.email:
        return
    if member.status is Status.UNCONFIRMED:
        path = links.make(wiki, connection, Kind.CONFIRM, member=member.id)
        account_mail.post(
            wiki, connection, member.email, account_mail.confirm(wiki.settings, member, path)
        )
    elif member.status is Status.ACTIVE and members.by_email(connection, member.email) == member:
        path = links.make(wiki, connection, Kind.RESET, member=member.id, life=links.SHORT)
        written = account_mail.reset_password(wiki.settings, member, path)
        account_mail.post(wiki, connection, member.email, written)


def choose(wiki: Wiki, token: str, password: str, *, address: str) -> None:
    """Choose a new password with a one-time link; every session ends, and the member is told.

    Raises NotFound (`link_dead`), Invalid, TooFast.
    """
    links.slow_down(wiki, address)
    about = _about(wiki, token)
    password = passwords.check(wiki.settings, password, *about, field="new_password")
    hashed = passwords.hashed(password)
    with wiki.database.write() as connection:
        used = links.use(wiki, connection, Kind.RESET, token)
        member = members.get(connection, used.member or 0)
        if member is None:
            raise NotFound("link_dead")
        members.change(connection, member.id, {"password": hashed})
        sessions.end_all(connection, member.id)
        access_tokens.remove_all(connection, member.id)
        journal.note_at_commit(connection, "password-reset", member=member.id)
        account_mail.tell(
            wiki, connection, member, account_mail.password_changed(wiki.settings, member)
        )


def _about(wiki: Wiki, token: str) -> tuple[str, ...]:
    """Return the words that a password of the link's member may not contain."""
    with wiki.database.read() as connection:
        found = links.get(wiki, connection, Kind.RESET, token)
        member = members.get(connection, found.member) if found and found.member else None
    if member is None:
        raise NotFound("link_dead")
    return (member.username, member.name, member.email)
