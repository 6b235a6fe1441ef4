"""New members on pages: few links to other sites at a time, and not too many pages in an hour."""

from __future__ import annotations

from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from wiki.database.history import history
from wiki.database.talk import premoderation
from wiki.domain.access.rights import Actor, Role
from wiki.domain.content.links import outward
from wiki.domain.errors import Invalid, Unreadable
from wiki.engine import Wiki
from wiki.services.content import contents

NEW = 3
"""Who wrote fewer versions of pages than this, and fewer comments that can be read, is new."""

_known: WeakKeyDictionary[Wiki, set[int]] = WeakKeyDictionary()
"""Those who were found not to be new: they never are again."""


def is_new(wiki: Wiki, actor: Actor) -> bool:
    """Whether this is a member of whom nothing much is known yet."""
    established = _known.setdefault(wiki, set())
    if actor.role > Role.MEMBER or actor.id is None or actor.id in established:
        return False
    with wiki.database.read() as connection:
        wrote = history.count_by(connection, actor.uid)
        said = premoderation.approved(connection, actor.id, NEW)
    if wrote < NEW and said < NEW:
        return True
    established.add(actor.id)
    return False


def check_links(wiki: Wiki, actor: Actor, text: str, base: str = "") -> None:
    """Pass unless a new member adds too many links to other sites to the page with this blob.

    Raises Invalid (field `text`).
    """
    own = urlsplit(wiki.settings.base_url).hostname or ""
    most = wiki.settings.new_member_links
    links = outward(text, own)
    if links <= most or not is_new(wiki, actor):
        return
    if links - outward(_text(wiki, base), own) > most:
        raise Invalid.field("text", "page_links", most=most)


def _text(wiki: Wiki, blob: str) -> str:
    """Give what the page said; a blob that cannot be read is refused where it is saved."""
    try:
        return contents.read(wiki, blob).text if blob else ""
    except Unreadable:
        return ""
