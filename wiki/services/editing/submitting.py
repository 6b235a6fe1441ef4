"""Where it is chosen what becomes of a text that somebody sends: it is published, or it waits."""

from __future__ import annotations

from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.pages import STATUSES
from wiki.domain.errors import Invalid
from wiki.engine import Wiki
from wiki.services.content import contents, places
from wiki.services.editing import creating, newcomers, saving, suggestions
from wiki.services.editing.edit_or_suggest import suggests
from wiki.services.editing.saving import Saved, Sent


def submit(wiki: Wiki, actor: Actor, path: str, sent: Sent) -> Saved | int | None:
    """Save an edit, or keep it as a suggestion for who may not publish it.

    Gives the number of a suggestion, None if nothing was different in it. Raises as
    `saving.save` and `suggestions.suggest`.
    """
    path = places.asked(path)
    if suggests(wiki, actor, path, Right.EDIT if sent.base else Right.CREATE):
        return suggestions.suggest(wiki, actor, path, sent)
    newcomers.check_links(wiki, actor, sent.part or sent.text, sent.base or "")
    return saving.save(wiki, actor, path, sent)


def submit_new(wiki: Wiki, actor: Actor, new: creating.New) -> Saved | int:
    """Make a page, or keep it as a suggestion: gives its number. Raises as those two do."""
    if suggests(wiki, actor, new.path.strip("/ "), Right.CREATE):
        return suggestions.suggest_new(wiki, actor, new)
    newcomers.check_links(wiki, actor, new.text)
    return creating.create(wiki, actor, new)


def change_status(wiki: Wiki, actor: Actor, path: str, status: str) -> Saved | int | None:
    """Give the page at a path a status of its kind; a suggestion for who may not publish.

    Raises as `submit` does; Invalid (field `status`) for a status it cannot have.
    """
    wiki.rights.require_any(actor, (Right.EDIT, Right.SUGGEST), places.asked(path))
    place = places.find(wiki, actor, path)
    content = contents.read(wiki, place.blob, place.path)
    if status not in STATUSES[content.meta.kind]:
        known = ", ".join(STATUSES[content.meta.kind])
        raise Invalid.field("status", "status_unknown", status=status[:40], known=known)
    sent = Sent(text=content.text, base=place.blob, fields={"status": status})
    return submit(wiki, actor, place.path, sent)
