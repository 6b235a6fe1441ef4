"""The front page: what this think tank is, its open questions, what comes, what was said last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.pages import Summary
from wiki.domain.errors import Forbidden, Gone, LoginRequired, NotFound, Unreadable
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.content import places
from wiki.services.pages import agenda, folders, pages, questions
from wiki.services.pages.pages import View
from wiki.services.talk import comments
from wiki.services.talk.comment_counts import filled_in

MOST_QUESTIONS = 6
MOST_DIALOGUES = 4
MOST_COMMENTS = 5


@dataclass(frozen=True, slots=True)
class Front:
    """The front page; `view` is the root's own page (`index`, `README`...), None if there is none.

    Where nobody asked or said anything yet, `folder` is what pages there are.
    """

    view: View | None
    questions: Sequence[Summary]
    coming: Sequence[Summary]
    held: Sequence[Summary]
    talk: Sequence[comments.Talk]
    folder: folders.FolderList | None = None


def read(wiki: Wiki, actor: Actor) -> Front:
    """The front page for this actor. Raises LoginRequired if the site is closed to them."""
    wiki.rights.require(actor, Right.READ)
    try:
        own = places.own_page(wiki, "")
        view = pages.read(wiki, actor, own.path) if own else None
    except (NotFound, Gone, Unreadable, LoginRequired, Forbidden):
        # What the page itself says of damage stands at its own address.
        view = None
    coming = agenda.coming(wiki, actor, MOST_DIALOGUES)
    ahead = {dialogue.path for dialogue in coming}
    with wiki.database.read() as connection:
        latest = catalogue.dialogues(
            connection,
            limit=2 * MOST_DIALOGUES,
            offset=0,
            sight=sight.of(wiki, actor),
        )
    front = Front(
        view=view,
        questions=filled_in(wiki, questions.open_ones(wiki, actor, MOST_QUESTIONS)),
        coming=coming,
        held=[found for found in latest if found.path not in ahead][:MOST_DIALOGUES],
        talk=comments.latest(wiki, actor, MOST_COMMENTS),
    )
    if front.questions or front.coming or front.held or front.talk:
        return front
    listed = folders.root(wiki, actor)
    return replace(front, folder=listed if listed.total else None)
