"""Saved searches: a member keeps a search, and is told of what is new in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.database.notices import notifications as told
from wiki.database.operation import setaside
from wiki.database.search import saved_searches
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.addresses import url_of
from wiki.domain.content.setaside import Item
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.members.members import Status
from wiki.domain.notices.notifications import Kind
from wiki.domain.search.query import Where
from wiki.domain.search.saved_searches import LONGEST, SavedSearch, address_of
from wiki.domain.search.search import NotReady, scope_of
from wiki.engine import Wiki
from wiki.projections.setaside import Trial
from wiki.services.notices.notifications import tell
from wiki.services.search.search import SearchForm, read

MOST = 50
"""Searches that one member may keep."""

PART = "saved"
BATCH = 10
TOPIC = "search:"


def save(wiki: Wiki, actor: Actor, fields: Mapping[str, str]) -> str:
    """Keep the search that these fields of the form ask; gives its query string.

    What it finds now is not new. Raises LoginRequired, and Invalid: nothing is asked for
    (`saved_search_empty`), too much (`saved_search_long`), what is gone (`saved_search_history`),
    or too many are kept (`saved_searches_full`).
    """
    member = actor.own_id()
    wiki.rights.require(actor, Right.READ)
    address = address_of(fields)
    query = read(asked(fields))
    if not address or query.is_empty:
        raise Invalid("saved_search_empty")
    if query.where is Where.HISTORY:
        raise Invalid("saved_search_history")
    if len(address) > LONGEST:
        raise Invalid("saved_search_long", most=LONGEST)
    with wiki.database.write() as connection:
        if saved_searches.find(connection, member, address) is None:
            if saved_searches.count(connection, member) >= MOST:
                raise Invalid("saved_searches_full", most=MOST)
            saved_searches.add(connection, member, address, wiki.clock())
    look(wiki, actor, fields)
    return address


def listing(wiki: Wiki, actor: Actor) -> list[SavedSearch]:
    """The searches that the actor keeps, the newest first. Raises LoginRequired."""
    member = actor.own_id()
    with wiki.database.read() as connection:
        return saved_searches.of_member(connection, member)


def look(wiki: Wiki, actor: Actor, fields: Mapping[str, str]) -> SavedSearch | None:
    """The actor looks at what this search finds: it is no longer new.

    Gives the saved search as it was before they looked, with how many hits were new; None if they
    do not keep it.
    """
    address = address_of(fields)
    if actor.id is None or not address:
        return None
    with wiki.database.read() as connection:
        saved = saved_searches.find(connection, actor.id, address)
    if saved is None or (saved.counted and not saved.new):
        return saved
    state = _state(wiki)
    marks = _marks(wiki, actor, fields)
    if marks is not None:
        with wiki.database.write() as connection:
            saved_searches.seen(connection, saved.id, marks, state)
            told.read_topic(connection, actor.id, topic_of(saved), wiki.clock())
    return saved


def remove(wiki: Wiki, actor: Actor, id: int) -> None:
    """The actor no longer keeps a search. Raises NotFound if it is not theirs."""
    member = actor.own_id()
    with wiki.database.write() as connection:
        if not saved_searches.remove(connection, member, [id]):
            raise NotFound("saved_search_missing")
        told.read_topic(connection, member, f"{TOPIC}{id}", wiki.clock())


def count_new(wiki: Wiki) -> bool:
    """Count the new hits of some saved searches, as far as the index changed; whether more wait."""
    state = _state(wiki)
    if not state:
        return False
    with wiki.database.read() as connection:
        waiting = saved_searches.uncounted(connection, state, BATCH)
    trial = Trial(wiki.store.git, wiki.clock)
    for search in waiting:
        item = Item(PART, "search", str(search.id), state)
        skip = partial(_skip, wiki, search, state)
        if not trial.of(item, partial(_count, wiki, search, state), skip):
            return False
    trial.settle(wiki.database, setaside.talk)
    return len(waiting) == BATCH


def _count(wiki: Wiki, saved: SavedSearch, state: str) -> bool:
    """Count what is new in one search; False without an index."""
    with wiki.database.read() as connection:
        member = members.get(connection, saved.member)
        counted = saved_searches.known(connection, saved.id)
    is_there = member is not None and member.status is Status.ACTIVE
    marks = _marks(wiki, member.actor, saved.fields) if member and is_there else frozenset()
    if marks is None:
        return False
    with wiki.database.write() as connection:
        if saved.counted:
            saved_searches.counted(connection, saved.id, len(marks - counted), state)
            _tell(wiki, connection, saved, len(marks - counted))
        else:
            saved_searches.seen(connection, saved.id, marks, state)
    return True


def _skip(wiki: Wiki, saved: SavedSearch, state: str, reason: str) -> bool:
    """Let a search that cannot be asked not hold up the others."""
    del reason
    with wiki.database.write() as connection:
        saved_searches.counted(connection, saved.id, saved.new, state)
    return True


def topic_of(kept: SavedSearch) -> str:
    """Return the topic that notifications about this search share."""
    return f"{TOPIC}{kept.id}"


def _tell(wiki: Wiki, connection: Connection, saved: SavedSearch, new: int) -> None:
    """Tell the member how much is new, if that is another number than they were told before."""
    if not new:
        told.read_topic(connection, saved.member, topic_of(saved), wiki.clock())
    elif new != saved.new:
        values = {
            "search": str(saved.id),
            "query": " · ".join(saved.fields.values())[:200],
            "count": str(new),
            "url": f"{url_of('search')}?{saved.address}",
        }
        topic = topic_of(saved)
        tell(wiki, connection, [saved.member], Kind.SAVED_SEARCH, values=values, topic=topic)


def asked(fields: Mapping[str, str]) -> SearchForm:
    """The search that these fields of the form ask."""
    return SearchForm(
        q=fields.get("q", ""),
        kind=fields.get("kind", ""),
        tag=fields.get("tag", ""),
        person=fields.get("person", ""),
        question=fields.get("question", ""),
        status=fields.get("status", ""),
        after=fields.get("from", ""),
        until=fields.get("to", ""),
        where=fields.get("in", ""),
    )


def _marks(wiki: Wiki, actor: Actor, fields: Mapping[str, str]) -> frozenset[int] | None:
    """A mark of each hit that the actor may see; None without an index."""
    if not wiki.rights.may(actor, Right.READ):
        return frozenset()
    try:
        return wiki.search.marks(read(asked(fields)), scope_of(wiki.rights, actor))
    except NotReady:
        return None


def _state(wiki: Wiki) -> str:
    """Return how far the index is, as one text; empty while there is none."""
    progress = wiki.search.progress
    return f"{progress.revision} {progress.change}" if progress.revision else ""
