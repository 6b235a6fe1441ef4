"""Profiles that members write of themselves: their work, a short text, a picture."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from wiki.database.members import profiles
from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import NotFound
from wiki.domain.members.profiles import (
    MARK_LENGTH,
    Listed,
    Profile,
    asked_for,
    check_about,
    check_work,
)
from wiki.engine import Wiki
from wiki.render.pictures import portrait

PAGE = 60
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Directory:
    """A page of the members whose name or work holds `text`; `total` counts them all."""

    members: Sequence[Listed]
    text: str
    number: int
    total: int


def directory(wiki: Wiki, actor: Actor, text: str = "", number: int = 1) -> Directory:
    """Page `number` (from 1) of who can log in, by name; for members. Raises LoginRequired."""
    actor.own_id()
    text, number = asked_for(text), min(max(1, number), LAST_PAGE)
    with wiki.database.read() as connection:
        found = profiles.find(connection, text, PAGE, (number - 1) * PAGE)
        return Directory(found, text, number, profiles.count(connection, text))


def own(wiki: Wiki, actor: Actor) -> Profile:
    """Return the actor's own profile. Raises LoginRequired."""
    with wiki.database.read() as connection:
        return profiles.get(connection, actor.own_id())


def change(wiki: Wiki, actor: Actor, *, work: str, about: str) -> None:
    """Tell something else. Raises LoginRequired, Invalid (fields `work`, `about`)."""
    work, about = check_work(work), check_about(about)
    with wiki.database.write() as connection:
        profiles.put(connection, actor.own_id(), work, about)


def set_picture(wiki: Wiki, actor: Actor, data: bytes) -> None:
    """Use a picture, made small and square. Raises LoginRequired, TooLarge, Refused."""
    member = actor.own_id()
    made = portrait(data)
    mark = hashlib.sha256(made).hexdigest()[:MARK_LENGTH]
    with wiki.database.write() as connection:
        profiles.put_avatar(connection, member, mark, made)


def remove_picture(wiki: Wiki, actor: Actor) -> None:
    """Use initials again. Raises LoginRequired."""
    with wiki.database.write() as connection:
        profiles.put_avatar(connection, actor.own_id(), "", b"")


def picture(wiki: Wiki, actor: Actor, mark: str) -> bytes:
    """A member's picture, a WebP. Raises NotFound, LoginRequired, Forbidden."""
    wiki.rights.require(actor, Right.READ)
    with wiki.database.read() as connection:
        data = profiles.avatar(connection, mark)
    if data is None:
        raise NotFound("file_missing", file=f"{mark}.webp")
    return data
