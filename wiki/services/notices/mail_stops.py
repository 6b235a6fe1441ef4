"""Addresses that are refused for good: their member gets no mail until they see to it."""

from __future__ import annotations

from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.database.notices import mail_stops
from wiki.database.notices.mail_stops import Stop
from wiki.domain.access.rights import Actor
from wiki.domain.content.addresses import url_of
from wiki.domain.members.members import Member
from wiki.domain.notices.notifications import Kind
from wiki.engine import Wiki
from wiki.services.notices import notifications

TOPIC = "mail"
WHERE = url_of("account_notifications")


def stop(wiki: Wiki, connection: Connection, email: str, error: str) -> None:
    """A mail server says that nobody is at this address: its member is told so on the site."""
    member = members.by_email(connection, email)
    if member is None or of(connection, member):
        return
    mail_stops.put(connection, Stop(member.id, member.email, error, wiki.clock()))
    values = {"url": WHERE, "reason": member.email}
    notifications.tell(wiki, connection, [member.id], Kind.MAIL_STOPPED, values=values, topic=TOPIC)


def of(connection: Connection, member: Member) -> Stop | None:
    """Why the member gets no mail at the address that they have now; None if they do."""
    found = mail_stops.some(connection, [member.id]).get(member.id)
    return found if found and found.email == member.email else None


def lift(wiki: Wiki, actor: Actor) -> None:
    """The actor says that their address works after all. Raises LoginRequired."""
    member = actor.own_id()
    with wiki.database.write() as connection:
        mail_stops.lift(connection, member)
