"""Links in mail that stop mail: they work for whoever holds them, logged in or not (RFC 8058).

A link is signed and says whose mail it stops and of what; what it did is taken back with another.
Looking at one changes nothing: programs that look into mail follow links.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.members import members
from wiki.database.notices import mail_choices, watches
from wiki.database.pages import catalogue
from wiki.domain.access.rights import Right
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import NotFound
from wiki.domain.members.members import Member, Status
from wiki.domain.notices.notifications import Group, Pace
from wiki.domain.notices.watches import Scope, Watch
from wiki.engine import Wiki
from wiki.settings import Settings


@dataclass(frozen=True, slots=True)
class Link:
    """A link that stops mail of these groups, or news of this page.

    The page is the one that was at `path` in `revision`. Of a link that takes that back, `again`
    says what there was: for each group its pace, for a page how it was followed.
    """

    member: int
    groups: tuple[Group, ...] = ()
    path: str = ""
    revision: str = ""
    again: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StopPage:
    """The page of a link: `title` is empty if the page is not to be named.

    `is_done`: there is nothing left to do.
    """

    groups: tuple[Group, ...]
    is_page: bool
    title: str
    takes_back: bool
    is_done: bool


def stop_groups(settings: Settings, member: Member, groups: Iterable[Group]) -> str:
    """The path of a link with which mail of these groups stops."""
    return _path(settings, Link(member.id, tuple(sorted(groups))))


def stop_page(settings: Settings, member: Member, path: str, revision: str) -> str:
    """The path of a link with which the member no longer follows a page."""
    return _path(settings, Link(member.id, (), path, revision))


def show(wiki: Wiki, token: str) -> StopPage:
    """Show what a link is about. Raises NotFound (`unsubscribe_unknown`)."""
    link = _link(wiki.settings, token)
    with wiki.database.read() as connection:
        member = _member(connection, link)
        title = _title(wiki, connection, link, member) if link.path else ""
        is_silent = not any(_now(connection, link).values())
    is_done = bool(link.again) != is_silent
    return StopPage(link.groups, bool(link.path), title, bool(link.again), is_done)


def use(wiki: Wiki, token: str) -> str:
    """Do what a link is for; gives the path of a page that says so, and can take it back.

    Raises NotFound (`unsubscribe_unknown`).
    """
    link = _link(wiki.settings, token)
    with wiki.database.read() as connection:
        _member(connection, link)
        before = {name: was for name, was in _now(connection, link).items() if was}
        old = _said(connection, link) if link.path else []
    with wiki.database.write() as connection:
        if link.path:
            _follow(wiki, connection, link, old)
        else:
            chosen = mail_choices.get(connection, link.member)
            paces = {group: Pace(link.again.get(group, Pace.NONE)) for group in link.groups}
            mail_choices.put(connection, link.member, chosen.with_paces(paces))
    return _path(wiki.settings, link if link.again else replace(link, again=before))


def _now(connection: Connection, link: Link) -> dict[str, str]:
    """Give what the member has of the link's matter: paces, or how they follow; empty: nothing."""
    if not link.path:
        chosen = mail_choices.get(connection, link.member)
        paces = {group: chosen.pace(group) for group in link.groups}
        return {group: "" if pace is Pace.NONE else pace.value for group, pace in paces.items()}
    said = _said(connection, link)
    if not said:
        # They were told of it, so something holds it: a folder, or the question that it is about.
        return {"scope": Scope.PAGE.value}
    return {"scope": said[0].scope.value if said[0].wanted else ""}


def _said(connection: Connection, link: Link) -> list[Watch]:
    """Return what the member said of the link's page."""
    page = history.page_of(connection, link.path, link.revision)
    return watches.of_page(connection, link.member, page)


def _follow(wiki: Wiki, connection: Connection, link: Link, old: Sequence[Watch]) -> None:
    """Follow the link's page again, or no longer whatever else holds it."""
    watches.put(
        connection,
        link.member,
        Scope(link.again.get("scope", Scope.PAGE)),
        link.path,
        link.revision,
        wiki.clock(),
        wanted=bool(link.again),
        instead_of=[one.id for one in old],
    )


def _title(wiki: Wiki, connection: Connection, link: Link, member: Member) -> str:
    page = history.page_of(connection, link.path, link.revision)
    place = history.place(connection, page) if page else None
    if place is None or not wiki.rights.may(member.actor, Right.READ, place.path):
        return ""
    summary = catalogue.get(connection, place.path)
    return summary.title if summary else place.path


def _member(connection: Connection, link: Link) -> Member:
    member = members.get(connection, link.member)
    if member is None or member.status is Status.ERASED:
        raise NotFound("unsubscribe_unknown")
    return member


# -- the link itself --


def _path(settings: Settings, link: Link) -> str:
    values: list[Any] = [link.member, [group.value for group in link.groups]]
    values += [link.path, link.revision, dict(link.again)]
    return url_of("unsubscribe", _signer(settings).dumps(values))


def _link(settings: Settings, token: str) -> Link:
    try:
        member, groups, path, revision, again = _signer(settings).loads(token)
        return Link(member, tuple(Group(group) for group in groups), path, revision, again)
    except (BadData, ValueError) as error:
        raise NotFound("unsubscribe_unknown") from error


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(
        settings.secret_key, salt="unsubscribe", signer_kwargs={"digest_method": hashlib.sha256}
    )
