"""A page's links for who reads it: live, wanted, or a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import names
from wiki.domain.content.names import Lead, To
from wiki.engine import Wiki
from wiki.render.links import LinkState
from wiki.services.content import places

MOST = 400
"""Links of a page that are looked for one by one in git: each takes some milliseconds."""


def states(wiki: Wiki, actor: Actor, resolved: Mapping[str, Lead | None]) -> dict[str, LinkState]:
    """The state of each link for this reader: one to what they may not read is wanted."""
    may = wiki.rights.may
    return {
        target: LinkState(lead.path, to=lead.to)
        for target, lead in resolved.items()
        if lead and may(actor, Right.READ, lead.path)
    }


def waiting(source: str, targets: Collection[str], held: Mapping[str, str]) -> dict[str, LinkState]:
    """The state of links to files that wait for their page to be made, by their addresses."""
    found = ((target, _name_beside(source, target)) for target in targets if held)
    return {
        target: LinkState(name, to=To.FILE, address=held[name])
        for target, name in found
        if name in held
    }


def _name_beside(source: str, target: str) -> str:
    return names.beside(source, target).removeprefix(f"{source}/")


def without_database(
    wiki: Wiki, actor: Actor, source: str, targets: Collection[str]
) -> dict[str, LinkState]:
    """The state of links by their paths alone; names are not looked for, nor more than MOST."""
    found = {target: by_path(wiki, source, target) for target in sorted(targets)[:MOST]}
    return states(wiki, actor, found)


def by_path(wiki: Wiki, source: str, target: str, at: str = "") -> Lead | None:
    """The page or file at a path that a link may mean, now or in a commit."""
    for place in names.places(source, target):
        if not places.is_safe(place):
            continue
        there = places.look(wiki, place, at)
        if there is not None:
            return Lead(there.path, To.PAGE)
        if wiki.store.entry(place, at) is not None:
            return Lead(place, To.FILE)
    return None
