"""Notifications written as a mail: plain text and HTML, in their member's language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wiki.domain.content.addresses import url_of
from wiki.domain.members.members import Member
from wiki.domain.notices.notifications import Bundle, Group, Item, Pace, bundled
from wiki.engine import Wiki
from wiki.i18n import mail_templates
from wiki.i18n.languages import LANGUAGES, translations
from wiki.services.notices import unsubscribing
from wiki.services.notices.mail_stops import WHERE
from wiki.services.notices.outbox import domain, link
from wiki.settings import Settings

MOST = 50
"""So many are told in one mail; the rest is on the site."""


@dataclass(frozen=True, slots=True)
class NotificationMail:
    """A mail of what a member was told, as the outbox keeps it."""

    subject: str
    text: str
    html: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Foot:
    """The links below a mail: stop following its page (or empty), stop its kinds, stop all."""

    page: str
    kinds: str
    all: str
    settings: str


def write(wiki: Wiki, member: Member, items: Sequence[Item], pace: Pace) -> NotificationMail:
    """The mail of what a member was told; `items`, at least one, as they may see them now."""
    settings = wiki.settings
    language = member.language if member.language in LANGUAGES else settings.language
    zone = member.timezone or settings.timezone
    newest = sorted(items, key=lambda item: item.notification.id, reverse=True)
    bundles = bundled(newest[:MOST])
    groups = sorted({item.notification.kind.group for item in items})
    values = {
        "site": settings,
        "member": member,
        "heading": _heading(language, zone, pace, bundles, len(items)),
        "pace": pace.value,
        "groups": groups,
        "bundles": bundles,
        "more": max(0, len(items) - MOST),
        "foot": _foot(settings, member, bundles, groups),
        "link": lambda path: link(settings, path),
        "page_link": lambda path: link(settings, url_of("page", path)),
    }
    return NotificationMail(
        subject=f"{settings.site_name}: {values['heading']}",
        text=mail_templates.as_text("notices/mail/news.txt", language, zone, **values),
        html=mail_templates.as_html("notices/mail/news.html", language, zone, **values),
        headers=_headers(settings, member, bundles, groups, pace),
    )


def _heading(language: str, zone: str, pace: Pace, bundles: Sequence[Bundle], number: int) -> str:
    """Return the mail's subject: the same for all mails about one page."""
    texts = translations(language)
    if pace is Pace.AT_ONCE and len(bundles) == 1:
        first = bundles[0].first
        return first.title or mail_templates.as_text(
            "notices/mail/sentence.txt", language, zone, item=first
        )
    many = texts.ngettext("%(num)s notification", "%(num)s notifications", number) % {"num": number}
    if pace is Pace.DAILY:
        return texts.gettext("The past day: %(many)s") % {"many": many}
    if pace is Pace.WEEKLY:
        return texts.gettext("The past week: %(many)s") % {"many": many}
    return many


def _foot(
    settings: Settings, member: Member, bundles: Sequence[Bundle], groups: Sequence[Group]
) -> Foot:
    first = bundles[0].first
    is_followed = len(bundles) == 1 and first.page and Group.WATCHED in groups
    told = first.notification
    page = unsubscribing.stop_page(settings, member, told.path, told.revision)
    return Foot(
        page=link(settings, page) if is_followed else "",
        kinds=link(settings, unsubscribing.stop_groups(settings, member, groups)),
        all=link(settings, unsubscribing.stop_groups(settings, member, Group)),
        settings=link(settings, WHERE),
    )


def _headers(
    settings: Settings,
    member: Member,
    bundles: Sequence[Bundle],
    groups: Sequence[Group],
    pace: Pace,
) -> dict[str, str]:
    """For mail programs: what it goes with (RFC 5322), which list (2919), how it stops (8058)."""
    host = domain(settings)
    stop = link(settings, unsubscribing.stop_groups(settings, member, groups))
    headers = {
        "Message-ID": f"<told-{bundles[0].first.notification.id}@{host}>",
        "List-Id": f"<{list_name(pace)}.notifications.{host}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "list",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if pace is Pace.AT_ONCE and len(bundles) == 1:
        above = [f"<{name}@{host}>" for name in _above(bundles[0])]
        headers |= {"In-Reply-To": above[-1], "References": " ".join(above)}
    return headers


def list_name(pace: Pace) -> str:
    """The first word of a mail's List-Id, by which mail programs can sort it."""
    return pace.value.replace("_", "-")


def pace_of(headers: Mapping[str, str]) -> Pace:
    """The pace that a mail with these headers was written for."""
    name = headers.get("List-Id", "").strip("<").partition(".")[0]
    return next((pace for pace in Pace if list_name(pace) == name), Pace.AT_ONCE)


def _above(bundle: Bundle) -> list[str]:
    """Return what a mail answers to, though it was never sent: its page, then the thread in it."""
    names = [f"page-{hashlib.sha256(bundle.first.key.encode()).hexdigest()[:32]}"]
    threads = {item.thread for item in bundle.items}
    if len(threads) == 1 and bundle.first.thread:
        names.append(f"thread-{bundle.first.thread}")
    return names
