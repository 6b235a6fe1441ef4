"""Pages for members: kept once for all who may do the same, with slots for what is theirs alone.

A page is rendered with marks where the member's own things go (the account menu, the CSRF token,
the number that makes sure a comment is posted once); each request fills them. What cannot be a slot
makes the page somebody's own: the controls on one's own comments, so a page names the members
`own_for` whom it differs.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from flask import Flask, Response, g, make_response, render_template, request, session
from markupsafe import Markup

from wiki.domain.notices.watches import Held
from wiki.engine import Wiki
from wiki.web.http import cache, context

ACCOUNT, TOKEN, ONCE, FOLLOW = "account", "token", "once", "follow"
_LOT = secrets.token_hex(16)
"""What makes a mark of this process one: nobody who writes a text can know it."""

_MARK = f"\ue000{_LOT}{{}}\ue001"
_MARKS = re.compile(f"\ue000{_LOT}(account|token|once|follow:[^\ue001]*)\ue001")
_FLASHES = "_flashes"
PARTS = 1000

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Makers:
    """The makers of what fills a member's slots: their CSRF token, a fresh number, and by which
    watch they follow a page (its path, and the paths of the questions that it is about)."""

    token: Callable[[], str]
    once: Callable[[], str]
    held: Callable[[str, Sequence[str]], Held | None]


class MemberPages:
    """The kept pages of one process, and how they are filled."""

    def __init__(self, wiki: Wiki, pages: cache.Pages, endpoints: frozenset[str], make: Makers):
        self._wiki = wiki
        self._pages = pages
        self._endpoints = endpoints
        self._make = make
        self._made: dict[Key, str] = {}

    def answer(self) -> Response | None:
        """The kept page for this request, filled; None if it has to be made.

        From here on until `keep`, templates write marks instead of what is the member's own.
        """
        if not self._may_be_kept():
            return None
        version = request.environ[cache.VERSION]
        shared = self._key()
        for key in (shared, (*shared, str(context.actor().id))):
            page = self._pages.get(key, version)
            if page is not None and context.actor().id not in page.own_for:
                return self._filled(page.body.decode())
        g.slots = True
        return None

    def keep(self, answer: Response) -> Response:
        """Keep a page that was just made, and give it filled."""
        if not g.pop("slots", False):
            return answer
        body = answer.get_data(as_text=True)
        version = request.environ[cache.VERSION]
        is_good = answer.status_code == 200 and answer.mimetype == "text/html"
        if is_good and version == cache.version_of(self._wiki):
            own_for: frozenset[int | None] = g.get("own_for", frozenset())
            mine = context.actor().id in own_for
            key = (*self._key(), str(context.actor().id)) if mine else self._key()
            until = cache.until(self._wiki)
            kept = frozenset() if mine else own_for
            self._pages.put(key, cache.Page(version, until, [], "", body.encode(), own_for=kept))
        answer.set_data(self._fill(body))
        return answer

    def _may_be_kept(self) -> bool:
        return (
            request.method == "GET"
            and request.endpoint in self._endpoints
            and context.actor().is_member
            and _FLASHES not in session
            and not g.get("cautions")
        )

    def _key(self) -> Key:
        return (
            "member",
            request.full_path,
            request.host,
            context.language(),
            context.theme(),
            context.zone(),
            self._wiki.rights.signature(context.actor()),
        )

    def _filled(self, body: str) -> Response:
        answer = make_response(self._fill(body))
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.vary.update(("Cookie", "Accept-Language"))
        return answer

    def _fill(self, body: str) -> str:
        token = self._make.token()
        page = _MARKS.sub(self._member, body)
        return _MARKS.sub(lambda mark: token if mark[1] == TOKEN else self._make.once(), page)

    def _member(self, mark: re.Match[str]) -> str:
        """Give what is the member's own and holds marks itself: for their token, a number."""
        if mark[1] == ACCOUNT:
            return self._menu()
        return self._follow(mark[1]) if mark[1].startswith(FOLLOW) else mark[0]

    def _follow(self, mark: str) -> str:
        """The button with which the member follows a page, or no longer."""
        path, *questions = (unquote(part) for part in mark.partition(":")[2].split(","))
        held = self._make.held(path, questions)
        key = (mark, *((held.scope, held.path) if held else ()), context.language())
        return self._once(key, lambda: follow_button(path, held))

    def _menu(self) -> str:
        """The account menu, with a mark for its token; it changes with its member and the rules."""
        actor = context.actor()
        key = (
            str(actor.id),
            actor.name,
            str(context.unread()),
            str(context.waiting()),
            str(context.members_waiting()),
            context.language(),
            self._wiki.rights.signature(actor),
            str(hash(self._wiki.rights.rules)),
        )
        return self._once(key, lambda: render_template("macros/account.html"))

    def _once(self, key: Key, make: Callable[[], str]) -> str:
        """Return what is made for this key, with marks in it."""
        made = self._made.get(key)
        if made is None:
            g.slots = True
            made = make()
            g.pop("slots", None)
            if len(self._made) >= PARTS:
                self._made.clear()
            self._made[key] = made
        return made


def differs_for(members: Iterable[int | None]) -> None:
    """Say that this page looks different to these members than to others with their rights."""
    g.own_for = g.get("own_for", frozenset()) | frozenset(members)


def follow_button(path: str, held: Held | None) -> str:
    """The button to follow the page at a path, or no longer, with the state it is in."""
    return render_template("notices/watches/button.html", path=path, held=held)


def slot(name: str, value: object) -> object:
    """In templates: a mark while a page is made to be kept, else the value itself."""
    if g.get("slots"):
        return Markup(_MARK.format(name))
    return value() if callable(value) else value


def install(app: Flask, wiki: Wiki, endpoints: frozenset[str], make: Makers) -> None:
    """Keep the pages of these endpoints for members."""

    def follow(path: str, questions: Sequence[str]) -> Markup:
        if g.get("slots"):
            return Markup(_MARK.format(f"{FOLLOW}:{','.join(map(quote, [path, *questions]))}"))
        return Markup(follow_button(path, make.held(path, questions)))

    pages = MemberPages(wiki, app.extensions[cache.PAGES], endpoints, make)
    app.before_request(pages.answer)
    app.after_request(pages.keep)
    app.jinja_env.globals.update(
        slot=slot,
        follow_button=follow,
        csrf_token=lambda: slot(TOKEN, make.token),
    )
