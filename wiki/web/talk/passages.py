"""Passages that comments are about, marked on the page, with a link beside each."""

from __future__ import annotations

from wiki.domain.content.addresses import url_of
from wiki.render import anchors
from wiki.render.anchors import Mark, Words
from wiki.services.talk.threads import Threads
from wiki.web.http.context import called, gettext


def marked(html: str, talk: Threads) -> str:
    """A page's HTML, its slots not filled yet, with the passages of its talk marked."""
    label = gettext("Comment by %(name)s on this passage")
    marks = [
        Mark(
            id=one.comment,
            start=one.start,
            end=one.end,
            href=f"#comment-{one.comment}" if one.is_shown else url_of("comment", one.comment),
            label=label % {"name": called(one.called)},
        )
        for one in talk.marks
    ]
    return anchors.mark(html, marks, Words(gettext("%(number)s more"), "#comments"))
