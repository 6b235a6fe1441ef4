"""The web application: the one place where everything meets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, request
from flask_wtf.csrf import generate_csrf

from wiki.domain import proxies
from wiki.engine import Wiki, open_wiki
from wiki.i18n.screen import templates
from wiki.services.talk.comments import new_nonce
from wiki.settings import Settings
from wiki.web.access import admin, groups, rights, rules
from wiki.web.api.blueprints import BLUEPRINTS as FOR_PROGRAMS
from wiki.web.content import drawings, files, other_pictures
from wiki.web.editing import editor, moves, new_page, offers, suggestions, undoing
from wiki.web.exchange import git, remotes
from wiki.web.exports import oai
from wiki.web.history import blame, figures, hiding, history
from wiki.web.http import (
    cache,
    context,
    counting,
    differences,
    errors,
    forms,
    fragments,
    language,
    login,
    safety,
    sizes,
    slots,
)
from wiki.web.login import (
    access_tokens,
    email_change,
    passkeys,
    password_reset,
    proof,
    second_factor,
)
from wiki.web.members import accounts, invitations, members, single_sign_on, terms
from wiki.web.moderation import cautions, moderation, reports
from wiki.web.notices import mail_choices, notifications, unsubscribing, watches, webhooks
from wiki.web.operation import compiled, health, placing
from wiki.web.operation import settings as site_settings
from wiki.web.pages import (
    crawlers,
    feeds,
    front,
    help,
    lists,
    pages,
    people,
    public_face,
    recent,
    views,
    whole_pages,
)
from wiki.web.search import saved_searches, search
from wiki.web.talk import closings, comments, mentions, premoderation

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HERE = Path(__file__).parent
BLUEPRINTS = (
    *FOR_PROGRAMS,
    access_tokens.blueprint,
    accounts.blueprint,
    admin.blueprint,
    blame.blueprint,
    cautions.blueprint,
    closings.blueprint,
    comments.blueprint,
    drawings.blueprint,
    editor.blueprint,
    email_change.blueprint,
    feeds.blueprint,
    files.blueprint,
    front.blueprint,
    git.blueprint,
    groups.blueprint,
    health.blueprint,
    help.blueprint,
    hiding.blueprint,
    history.blueprint,
    other_pictures.blueprint,
    premoderation.blueprint,
    invitations.blueprint,
    language.blueprint,
    lists.blueprint,
    mail_choices.blueprint,
    members.blueprint,
    mentions.blueprint,
    moderation.blueprint,
    moves.blueprint,
    new_page.blueprint,
    notifications.blueprint,
    oai.blueprint,
    offers.blueprint,
    pages.blueprint,
    passkeys.blueprint,
    password_reset.blueprint,
    people.blueprint,
    public_face.blueprint,
    proof.blueprint,
    recent.blueprint,
    remotes.blueprint,
    reports.blueprint,
    rights.blueprint,
    rules.blueprint,
    saved_searches.blueprint,
    search.blueprint,
    second_factor.blueprint,
    site_settings.blueprint,
    single_sign_on.blueprint,
    terms.blueprint,
    suggestions.blueprint,
    undoing.blueprint,
    unsubscribing.blueprint,
    views.blueprint,
    whole_pages.blueprint,
    watches.blueprint,
    webhooks.blueprint,
)
CACHED = frozenset(
    {
        "blame.show",
        "pages.show",
        "front.front",
        "help.show",
        "lists.show_questions",
        "lists.show_dialogues",
        "lists.show_agenda",
        "history.show",
        "recent.show",
    }
)
"""Endpoints whose pages are kept, for readers and for members who may do the same."""
FORM_OVERHEAD = 200_000


def create_app(settings: Settings, wiki: Wiki | None = None) -> Flask:
    """The application for the wiki in the settings' data folder (or for one that is open)."""
    wiki = wiki or open_wiki(settings)
    settings = wiki.settings
    app = Flask("wiki", template_folder=str(templates()), static_folder=str(HERE / "static"))
    app.config.update(configuration(settings))
    app.extensions[context.EXTENSION] = wiki
    compiled.install(app, settings.data)
    context.install(app)
    figures.install(app)
    differences.install(app)
    errors.install(app)
    safety.install(app, settings)
    app.before_request(follow)
    app.teardown_request(lambda _: wiki.database.end_request())
    cache.install(app, wiki, CACHED)
    placing.install(app, settings.prefix)
    counting.install(app, wiki)
    crawlers.install(app, wiki, settings.prefix)
    safety.trust_proxies(app, settings)
    login.install(app)
    forms.install(app)
    fragments.install(app)
    app.extensions[context.IDENTIFY] = login.current_actor
    app.before_request(notifications.look)
    held = watches.Follows().held
    makers = slots.Makers(token=generate_csrf, once=new_nonce, held=held)
    slots.install(app, wiki, CACHED, makers)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.wsgi_app = outermost(  # type: ignore[method-assign,assignment]
        health.Alive(app.wsgi_app), settings
    )
    return app


def outermost(inner: WSGIApplication, settings: Settings) -> WSGIApplication:
    """The application where the site has it: at its root, else under the path of BASE_URL."""
    if not settings.prefix:
        return inner
    return placing.Placed(inner, settings.prefix, proxies.read(settings.trusted_proxies))


def configuration(settings: Settings) -> dict[str, object]:
    """Flask's own settings, from ours."""
    # A form's text is percent-encoded: a byte may take three.
    form = 3 * settings.max_text_bytes + FORM_OVERHEAD
    is_secure = settings.base_url.startswith("https:")
    # No other site of the same domain can set a cookie of such a name (RFC 6265bis, 4.1.3.2).
    # That is for whole hosts: of a path any page of the host can set cookies, if over TLS.
    prefix = ("__Secure-" if settings.prefix else "__Host-") if is_secure else ""
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": f"{prefix}denktank",
        "SESSION_COOKIE_PATH": "/",
        login.DEVICE_COOKIE: f"{prefix}{login.DEVICE}",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": is_secure,
        "MAX_CONTENT_LENGTH": max(form, settings.max_file_bytes + FORM_OVERHEAD),
        "MAX_PUSH_LENGTH": settings.max_push_bytes + FORM_OVERHEAD,
        "MAX_FORM_MEMORY_SIZE": form,
        "MAX_FORM_PARTS": sizes.FIELDS,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": False,
    }


def follow() -> None:
    """Before a request: what other processes did becomes visible, commits and settings."""
    if request.endpoint in ("static", "health.alive"):
        return
    context.wiki().database.begin_request()
    # Who watches over the wiki is told how it is, whatever that is.
    if request.endpoint not in ("health.ready", "health.metrics"):
        context.wiki().mend()
    context.wiki().renew()
    if request.endpoint not in ("health.ready", "health.metrics"):
        context.wiki().refresh()
    context.wiki().keep_up_meanwhile()
