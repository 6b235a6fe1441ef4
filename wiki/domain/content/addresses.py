"""Where everything is on the site: one name for each address that templates, scripts and mail use.

`url_of("comment_edit", 7)` gives `/comment/7/edit`; `url_of("page", "vragen/één", at="1a2b")`
gives `/wiki/vragen/%C3%A9%C3%A9n?at=1a2b`. The patterns are written as the routes of the web are,
and a test holds each against them; mail and feeds need no web to know them.

They begin at the root of the wiki. A wiki may itself stand under a path of a site, its *prefix*:
then the last layer of the web puts that in front (`wiki/web/operation/placing.py`), and nothing
else needs to know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

RULES: Mapping[str, str] = {
    "front": "/",
    "account": "/account",
    "account_caution_seen": "/account/cautions/<int:id>/seen",
    "account_confirm": "/account/confirm/<token>",
    "account_email": "/account/email",
    "account_email_undo": "/account/email/undo/<token>",
    "account_erase": "/account/erase",
    "account_export": "/account/export",
    "account_login_remove": "/account/logins/<int:id>/remove",
    "account_login_tie": "/account/logins/tie",
    "account_logins": "/account/logins",
    "account_notifications": "/account/notifications",
    "account_notifications_resume": "/account/notifications/resume",
    "account_page": "/account/page",
    "account_passkey_options": "/account/passkeys/options",
    "account_passkey_remove": "/account/passkeys/<int:id>/remove",
    "account_passkeys": "/account/passkeys",
    "account_password": "/account/password",
    "account_picture": "/account/picture",
    "account_prove": "/account/prove",
    "account_prove_code": "/account/prove/code",
    "account_prove_passkey": "/account/prove/passkey",
    "account_prove_passkey_options": "/account/prove/passkey/options",
    "account_reset": "/account/reset",
    "account_reset_choose": "/account/reset/<token>",
    "account_search_delete": "/account/searches/<int:id>/delete",
    "account_searches": "/account/searches",
    "account_second_factor": "/account/second-factor",
    "account_second_factor_begin": "/account/second-factor/begin",
    "account_second_factor_codes": "/account/second-factor/codes",
    "account_second_factor_off": "/account/second-factor/off",
    "account_second_factor_setup": "/account/second-factor/setup",
    "account_session_end": "/account/sessions/<int:id>/end",
    "account_sessions": "/account/sessions",
    "account_sessions_end": "/account/sessions/end",
    "account_token_end": "/account/tokens/<int:id>/end",
    "account_tokens": "/account/tokens",
    "account_watches": "/account/watches",
    "account_watches_choices": "/account/watches/choices",
    "admin": "/admin",
    "admin_audit": "/admin/audit",
    "admin_checklist": "/admin/checklist",
    "admin_group": "/admin/groups/<int:id>",
    "admin_group_join": "/admin/groups/<int:id>/join",
    "admin_group_leave": "/admin/groups/<int:id>/leave",
    "admin_group_remove": "/admin/groups/<int:id>/remove",
    "admin_groups": "/admin/groups",
    "admin_health": "/admin/health",
    "admin_held": "/admin/held",
    "admin_held_approve": "/admin/held/<int:id>/approve",
    "admin_held_decline": "/admin/held/<int:id>/decline",
    "admin_invitation_renew": "/admin/invitations/<int:id>/renew",
    "admin_invitation_revoke": "/admin/invitations/<int:id>/revoke",
    "admin_invitations": "/admin/invitations",
    "admin_member": "/admin/members/<username>",
    "admin_member_approve": "/admin/members/<username>/approve",
    "admin_member_groups": "/admin/members/<username>/groups",
    "admin_member_link": "/admin/members/<username>/link",
    "admin_member_refuse": "/admin/members/<username>/refuse",
    "admin_member_reinstate": "/admin/members/<username>/reinstate",
    "admin_member_role": "/admin/members/<username>/role",
    "admin_member_second_factor_reset": "/admin/members/<username>/second-factor/reset",
    "admin_member_sessions_end": "/admin/members/<username>/sessions/end",
    "admin_member_suspend": "/admin/members/<username>/suspend",
    "admin_member_warn": "/admin/members/<username>/warn",
    "admin_logo": "/admin/logo",
    "admin_members": "/admin/members",
    "admin_outbox": "/admin/outbox",
    "admin_outbox_drop": "/admin/outbox/<int:id>/drop",
    "admin_outbox_retry": "/admin/outbox/<int:id>/retry",
    "admin_outbox_retry_all": "/admin/outbox/retry",
    "admin_outbox_test": "/admin/outbox/test",
    "admin_remote_remove": "/admin/remotes/<int:id>/remove",
    "admin_remote_sync": "/admin/remotes/<int:id>/sync",
    "admin_remote_token": "/admin/remotes/<int:id>/token",
    "admin_remotes": "/admin/remotes",
    "admin_report": "/admin/reports/<int:id>",
    "admin_report_reopen": "/admin/reports/<int:id>/reopen",
    "admin_reports": "/admin/reports",
    "admin_rights": "/admin/rights",
    "admin_rule": "/admin/rules/<int:id>",
    "admin_rule_preview": "/admin/rules/preview",
    "admin_rule_remove": "/admin/rules/<int:id>/remove",
    "admin_rule_undo": "/admin/rules/undo/<int:id>",
    "admin_rules": "/admin/rules",
    "admin_settings": "/admin/settings",
    "admin_terms": "/admin/terms",
    "admin_webhook": "/admin/webhooks/<int:id>",
    "admin_webhook_again": "/admin/webhooks/deliveries/<int:id>/again",
    "admin_webhook_remove": "/admin/webhooks/<int:id>/remove",
    "admin_webhooks": "/admin/webhooks",
    "adopt": "/adopt/<path:path>",
    "agenda": "/agenda",
    "agenda_file": "/agenda.ics",
    "alive": "/healthz",
    "api": "/api",
    "api_comment": "/api/v1/comment/<int:id>",
    "api_document": "/api/openapi.json",
    "api_file": "/api/v1/files/<path:path>",
    "api_me": "/api/v1/me",
    "api_page": "/api/v1/pages/<path:path>",
    "api_root": "/api/v1/",
    "api_suggestion": "/api/v1/suggestions/<int:id>",
    "api_webhook": "/api/v1/webhooks/<int:id>",
    "attachment": "/file/<path:path>",
    "avatar": "/avatars/<mark>.webp",
    "blame": "/blame/<path:path>",
    "close": "/close/<path:path>",
    "comment": "/comment/<int:id>",
    "comment_delete": "/comment/<int:id>/delete",
    "comment_draft": "/comment-draft/<path:path>",
    "comment_edit": "/comment/<int:id>/edit",
    "comment_hide": "/comment/<int:id>/hide",
    "comment_history": "/comment/<int:id>/history",
    "comment_reopen": "/comment/<int:id>/reopen",
    "comment_report": "/comment/<int:id>/report",
    "comment_resolve": "/comment/<int:id>/resolve",
    "comment_show": "/comment/<int:id>/show",
    "comments": "/comments/<path:path>",
    "delete": "/delete/<path:path>",
    "dialogues": "/dialogues",
    "diagram": "/diagrams/<digest>.svg",
    "diff": "/diff/<path:path>",
    "draft": "/draft/<path:path>",
    "draft_file": "/new/files/<path:file>",
    "draft_files": "/new/files",
    "draft_new": "/draft",
    "edit": "/edit/<path:path>",
    "export": "/export/<path:path>",
    "feed_folder": "/feed/folder/<path:path>",
    "feed_folder_json": "/feed/json/folder/<path:path>",
    "feed_member": "/feed/member/<username>",
    "feed_member_json": "/feed/json/member/<username>",
    "feed_page": "/feed/page/<path:path>",
    "feed_page_json": "/feed/json/page/<path:path>",
    "feed_site": "/feed/site.atom",
    "feed_site_json": "/feed/site.json",
    "file": "/files/<path:path>",
    "git": "/git",
    "git_public": "/git-public",
    "git_push": "/git/git-receive-pack",
    "hide": "/hide/<path:path>",
    "help": "/help",
    "history": "/history/<path:path>",
    "house_style": "/house.css",
    "language": "/language",
    "login": "/login",
    "login_passkey": "/login/passkey",
    "login_passkey_options": "/login/passkey/options",
    "login_provider": "/login/provider",
    "login_provider_callback": "/login/provider/callback",
    "login_provider_join": "/login/provider/join",
    "login_second": "/login/second",
    "logo": "/logo/<mark>.png",
    "logout": "/logout",
    "logout_provider": "/logout/provider",
    "manifest": "/manifest.webmanifest",
    "member": "/members/<username>",
    "member_erase": "/members/<username>/erase",
    "member_report": "/members/<username>/report",
    "member_undo": "/members/<username>/undo",
    "members": "/members",
    "mentions": "/suggest/members",
    "offers": "/suggest/links",
    "metrics": "/metrics",
    "new": "/new",
    "notification": "/notifications/<int:id>",
    "notifications": "/notifications",
    "oai": "/oai",
    "opensearch": "/opensearch.xml",
    "other_picture": "/picture/<path:path>",
    "page": "/wiki/<path:path>",
    "pages": "/pages",
    "people": "/people",
    "person": "/people/<slug>",
    "preview": "/preview",
    "questions": "/questions",
    "raw": "/raw/<path:path>",
    "ready": "/readyz",
    "recent": "/recent",
    "register": "/register",
    "register_done": "/register/done",
    "rename": "/rename/<path:path>",
    "reopen": "/reopen/<path:path>",
    "report": "/report/<path:path>",
    "report_site": "/report",
    "restore": "/restore/<path:path>",
    "search": "/search",
    "setup": "/setup/<token>",
    "sitemap": "/sitemap.xml",
    "status": "/status/<path:path>",
    "suggest": "/suggest",
    "suggestion": "/suggestions/<int:id>",
    "suggestion_accept": "/suggestions/<int:id>/accept",
    "suggestion_decline": "/suggestions/<int:id>/decline",
    "suggestion_edit": "/suggestions/<int:id>/edit",
    "suggestion_withdraw": "/suggestions/<int:id>/withdraw",
    "suggestions": "/suggestions",
    "tag": "/tags/<path:path>",
    "tags": "/tags",
    "terms": "/terms",
    "theme": "/theme",
    "trash": "/trash",
    "undo": "/undo/<path:path>",
    "unsubscribe": "/unsubscribe/<token>",
    "upload": "/upload/<path:path>",
    "views": "/views",
    "views_page": "/views/<path:path>",
    "watch": "/watch/<path:path>",
}

_PLACE = re.compile(r"<(?:(?P<kind>int|path):)?\w+>")


@dataclass(frozen=True, slots=True)
class Pattern:
    """An address with at most one place in it: what stands around it, and its sort of value."""

    before: str
    after: str
    kind: str
    """`int`, `path` (keeps its slashes), `text`; empty if the address has no place."""

    def filled(self, values: tuple[object, ...]) -> str:
        """The address with this value in its place, percent-encoded as RFC 3986 wants it."""
        if len(values) != bool(self.kind):
            raise TypeError(f"{self.before} takes {int(bool(self.kind))} values: {values}")
        if not values:
            return self.before
        if self.kind == "int":
            return f"{self.before}{int(str(values[0]))}{self.after}"
        safe = "/" if self.kind == "path" else ""
        return self.before + _quoted(str(values[0]), safe) + self.after


@lru_cache(maxsize=4096)
def _quoted(text: str, safe: str) -> str:
    """The text percent-encoded; kept, because a list names one page or member many times."""
    return quote(text, safe)


def _pattern(rule: str) -> Pattern:
    place = _PLACE.search(rule)
    if not place:
        return Pattern(rule, "", "")
    return Pattern(rule[: place.start()], rule[place.end() :], place["kind"] or "text")


_PATTERNS = {name: _pattern(rule) for name, rule in RULES.items()}


_CONTENT = ("/wiki/", "/raw/", "/files/")
_EXACT = frozenset(
    found.before for found in _PATTERNS.values() if not found.kind and found.before != "/"
)
_BEGINNINGS = tuple(
    found.before
    for found in _PATTERNS.values()
    if found.kind and not found.after and not found.before.startswith(_CONTENT)
)


_OF_FILES = {"static", "robots.txt", "favicon.ico"}
OWN = frozenset(rule.split("/")[1] for rule in RULES.values() if rule != "/") | _OF_FILES
"""What the addresses of the wiki begin with."""


def prefix_of(base: str) -> str:
    """The path under which a wiki with this public address stands; empty if it has none."""
    return urlsplit(base).path.rstrip("/")


def within(path: str, prefix: str) -> str:
    """The path from the root of the wiki, whether or not a proxy took the prefix away.

    A prefix that is called as something of the wiki, such as `/wiki`, may be either: it is taken
    for the prefix if something of the wiki follows.
    """
    if not prefix or not f"{path}/".startswith(f"{prefix}/"):
        return path
    rest = path[len(prefix) :]
    is_sure = _first(prefix) not in OWN or not rest.strip("/") or _first(rest) in OWN
    return (rest or "/") if is_sure else path


def _first(path: str) -> str:
    return path.split("/", 2)[1]


def is_screen(path: str) -> bool:
    """Whether the site itself shows something at a path such as `/agenda` or `/tags/water`."""
    if not path.startswith("/"):
        return False
    return path.rstrip("/") in _EXACT or path.startswith(_BEGINNINGS)


def url_of(name: str, /, *values: object, **query: object) -> str:
    """The address with this name, from the root of the site.

    What is empty is left out of the query; `from_` and `for_` stand for Python's own words.
    Raises KeyError for a name that is not known, TypeError or ValueError for what does not fit.
    """
    path = _PATTERNS[name].filled(values)
    if not query:
        return path
    given = [(field.rstrip("_"), str(value)) for field, value in query.items() if value]
    asked = "&".join(f"{field}={quote(value, safe='')}" for field, value in given)
    return f"{path}?{asked}" if asked else path
