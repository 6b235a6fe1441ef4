"""A page with its discussion as one document, to be kept, sent or printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wiki.domain.access.rights import Actor
from wiki.domain.content.text import decode
from wiki.domain.members.members import FORMER
from wiki.domain.talk.comments import State
from wiki.engine import Wiki
from wiki.i18n.languages import translations
from wiki.render.slots import Labels
from wiki.services.pages import pages
from wiki.services.pages.pages import View
from wiki.services.talk import threads
from wiki.services.talk.threads import CommentView


@dataclass(frozen=True, slots=True)
class Whole:
    """A page, its Markdown, and every comment on it that can be read, thread by thread."""

    view: View
    text: str
    talk: Sequence[CommentView]


def read(wiki: Wiki, actor: Actor, path: str, labels: Labels | None = None) -> Whole:
    """The page at an address with its whole discussion.

    Raises Invalid, LoginRequired, Forbidden, NotFound, Gone.
    """
    view = pages.read(wiki, actor, path)
    text = decode(wiki.store.blob(view.blob)).text
    talk: list[CommentView] = []
    number, last = 1, 1
    while number <= last:
        screen = threads.show(wiki, actor, view.page, view.path, number=number, labels=labels)
        talk += [shown for shown in screen.items if shown.comment.state is State.LIVE]
        number, last = number + 1, screen.pages
    return Whole(view, text, talk)


def markdown(whole: Whole, language: str) -> str:
    """The page's own Markdown, and below it the discussion; answers are quoted deeper."""
    if not whole.talk:
        return whole.text.rstrip("\n") + "\n"
    head = f"---\n\n## {translations(language).gettext('Comments')}"
    said = [_comment(shown, language) for shown in whole.talk]
    return "\n\n".join((whole.text.rstrip("\n"), head, *said)) + "\n"


def _comment(shown: CommentView, language: str) -> str:
    comment = shown.comment
    nobody = translations(language).gettext("former member")
    called = nobody if comment.called == FORMER else comment.called
    words = shown.passage.words if shown.passage else ""
    quote = "\n".join(f"> {line}" for line in words.splitlines())
    head = f"**{called}** · {comment.created:%Y-%m-%d %H:%M} UTC"
    text = "\n\n".join(filter(None, (head, quote, comment.text)))
    deeper = "> " * shown.level
    return "\n".join((deeper + line).rstrip() for line in text.split("\n"))
