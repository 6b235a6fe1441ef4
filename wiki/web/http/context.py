"""Everything that handlers and templates ask for: the wiki, the actor, the language, an answer."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
)

from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Unreadable
from wiki.domain.members.members import FORMER
from wiki.domain.numbers import whole
from wiki.engine import Wiki
from wiki.i18n import languages, screen
from wiki.services.access import moderators
from wiki.services.content import places
from wiki.services.editing import suggestions
from wiki.services.login import provider
from wiki.services.moderation import cautions

EXTENSION = "denktank"
HOUSE_STYLE = "house.css"
IDENTIFY = "denktank-identify"
LANGUAGE_COOKIE = "language"
THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")


def wiki() -> Wiki:
    """The wiki that this process serves."""
    return cast(Wiki, current_app.extensions[EXTENSION])


def actor() -> Actor:
    """The person who makes this request; `ANONYMOUS` if nobody is logged in."""
    identify = cast(Callable[[], Actor], current_app.extensions[IDENTIFY])
    return identify()


def language() -> str:
    """The reader's language: their choice, else their browser's, else the site's."""
    chosen: str | None = g.get("language")
    if chosen is None:
        chosen = g.language = languages.choose(
            request.headers.get("Accept-Language", ""),
            request.cookies.get(LANGUAGE_COOKIE, ""),
            g.get("member_language", "") or "",
            wiki().settings.language,
        )
    return chosen


def zone() -> str:
    """The name of the time zone in which the reader sees times: their own, else the site's."""
    return g.get("member_timezone") or wiki().settings.timezone


def theme() -> str:
    """`auto`, `light` or `dark`, as the reader chose."""
    chosen = request.cookies.get(THEME_COOKIE) or g.get("member_theme") or "auto"
    return chosen if chosen in THEMES else "auto"


def gettext(text: str) -> str:
    """The text in the reader's language."""
    return languages.translations(language()).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """The text for this number in the reader's language."""
    return languages.translations(language()).ngettext(one, many, number)


def called(name: str) -> str:
    """A name as the reader sees it: who was erased is a former member."""
    return gettext("former member") if name == FORMER else name


def picture_of(uid: str) -> str:
    """The address of a member's own picture; empty if they have none."""
    mark = wiki().people.pictures.get(uid) if uid else None
    return url_of("avatar", mark) if mark else ""


def may(right: str, path: str = "") -> bool:
    """Whether the reader has the right on this page (the empty path is the site)."""
    return wiki().rights.may(actor(), Right(right), path)


def moderates() -> bool:
    """Whether the reader moderates the site or some folder of it."""
    return actor().is_member and moderators.is_one(wiki(), actor())


def respond(template: str, status: int = 200, **values: Any) -> Response:
    """An HTML answer made from a template and these values."""
    return make_response(render_template(template, **values), status)


def see_other(url: str) -> Response:
    """A redirect that answers a POST: 303."""
    return cast(Response, redirect(url, 303))


def back_to(target: str | None, fallback: str = "/") -> str:
    """A place on this site to go back to; the fallback if the target leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(char) < 32 for char in target):
        return fallback
    return target


def number_of(written: str, otherwise: int = 1) -> int:
    """The whole number above zero in an address or a field; `otherwise` for anything else."""
    return whole(written) or otherwise


def page_number() -> int:
    """Which page of a list the address asks for."""
    return number_of(request.args.get("page", ""))


def arg_number(name: str) -> int:
    """The whole number above zero that the address has under a name; 0 if it has none."""
    return number_of(request.args.get(name, ""), 0)


def page_url(path: str, **query: str) -> str:
    """The address of a page."""
    return url_of("page", path, **query)


def report_url() -> str:
    """The address where what the reader looks at is reported: the page, else the site."""
    here = request.full_path.rstrip("?")
    before, _, path = request.path.partition(url_of("page", ""))
    if before or not path:
        return url_of("report_site", from_=here)
    return url_of("report", path, from_=here)


def has_page(path: str) -> bool:
    """Whether there is a page of this path for the reader: nothing leads to one that is not."""
    try:
        return bool(path) and may("read", path) and places.look(wiki(), path) is not None
    except Unreadable:
        # What is damaged costs its own page, not the foot of every other.
        return False


def placed(address: str) -> str:
    """An address from the root of the wiki as others ask for it, for what is not HTML."""
    return request.script_root + address


def base_url() -> str:
    """The site's own address, without a slash at its end; the one asked for if none is set."""
    return (wiki().settings.base_url or request.host_url).rstrip("/")


def static_urls(folder: str, root: str) -> Callable[[str], str]:
    """A function that gives a static file's address, with a mark of its content for browsers."""

    def static(file: str) -> str:
        path = f"{folder}/{file}"
        try:
            stamp = os.stat(path).st_mtime_ns  # noqa: PTH116 (fifteen times a page: half the cost)
        except OSError:
            # A file that is missing costs a picture or a font, not the page.
            stamp = 0
        return _static(root, path, file, stamp)

    return static


@lru_cache(maxsize=512)
def _static(root: str, path: str, file: str, stamp: int) -> str:
    address = f"{root}/{quote(file)}"
    if not stamp:
        return address
    # The time is part of the key: a file may change under a running wiki.
    return f"{address}?v={hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]}"


def csp_nonce() -> str:
    """The nonce with which this page may add a style: the editor needs one."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return cast(str, g.csp_nonce)


def now() -> datetime:
    """The moment of this request, in UTC; the same during the whole request."""
    if "now" not in g:
        g.now = wiki().clock()
    return cast(datetime, g.now)


def unread() -> int:
    """Count the notifications that wait for the actor."""
    return int(g.get("unread", 0))


def waiting(page: str = "") -> int:
    """Count the suggestions that wait for the reader's decision; about one page, if asked."""
    return suggestions.waiting(wiki(), actor(), page)


class Site:
    """The settings as templates read them: those that hold now."""

    def __getattr__(self, name: str) -> Any:
        return getattr(wiki().settings, name)


def needs_setup() -> bool:
    """Whether nobody administers the site yet."""
    return not wiki().people.has_admin


def members_waiting() -> int:
    """Count the people who wait for the reader's approval."""
    return wiki().people.waiting if may(Right.ADMINISTER.value) else 0


def logo() -> str:
    """The address of the site's logo; empty if it has the wiki's own sign."""
    return url_of("logo", wiki().logo) if wiki().logo else ""


def install(app: Flask) -> None:
    """Give the templates what they may always use."""
    settings = app.extensions[EXTENSION].settings
    screen.install(app.jinja_env, language, zone, now)
    app.jinja_env.globals.update(
        site=Site(),
        logo=logo,
        needs_setup=needs_setup,
        members_waiting=members_waiting,
        may=may,
        moderates=moderates,
        page_url=page_url,
        has_page=has_page,
        report_url=report_url,
        base_url=base_url,
        static=static_urls(app.static_folder or "", app.static_url_path or ""),
        csp_nonce=csp_nonce,
        former_member=FORMER,
        picture_of=picture_of,
        suggestions_waiting=waiting,
        provider_name=provider.label(settings),
    )
    app.jinja_env.filters["called"] = called
    app.context_processor(_variables)


def house_file() -> Path:
    """Where a site puts its own style; there need not be one."""
    return wiki().settings.data.absolute() / HOUSE_STYLE


def _variables() -> dict[str, Any]:
    return {
        "house_style": url_of("house_style") if house_file().is_file() else "",
        "actor": actor(),
        "lang": language(),
        "theme": theme(),
        "unread": unread(),
        "cautions": cautions.waiting(wiki(), actor()) if g.get("cautions") else [],
        "now": now(),
        "active": "",
    }
