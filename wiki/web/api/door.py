"""The door for programs: who asks (a token, never a cookie), how often, how they are refused."""

from __future__ import annotations

import logging
import secrets

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from wiki.domain.errors import Forbidden, LoginRequired, WikiError
from wiki.domain.login.access_tokens import Bearer, Scope
from wiki.i18n.errors import field_sentences, sentence
from wiki.services.access import rates
from wiki.services.editing.saving import Conflicted, Deleted
from wiki.services.login import access_tokens
from wiki.services.members import terms
from wiki.web.http import errors, pace
from wiki.web.http.context import actor, language, wiki

log = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def install(blueprint: Blueprint) -> None:
    """Let nobody through to this blueprint's handlers but by the door."""
    blueprint.before_request(_enter)
    blueprint.register_error_handler(WikiError, refused)
    blueprint.register_error_handler(HTTPException, errors.http)
    blueprint.register_error_handler(Exception, failed)


def _enter() -> None:
    word = _word()
    bearer = access_tokens.bearer(wiki(), word) if word else None
    g.bearer = bearer
    if bearer:
        g.bearer_actor = bearer.actor
    pace.take(rates.programs)
    if request.method not in SAFE and terms.owes(wiki(), actor()):
        raise Forbidden("terms_asked")


def _word() -> str:
    """The token that is shown (RFC 6750); empty if none is. Raises LoginRequired."""
    header = request.headers.get("Authorization", "").strip()
    if not header:
        return ""
    scheme, _, word = header.partition(" ")
    if scheme.lower() != "bearer" or not word.strip():
        raise LoginRequired("token_wrong")
    return word.strip()


def bearer() -> Bearer | None:
    """Tell who shows a token; None for a reader without one."""
    found: Bearer | None = g.get("bearer")
    return found


def require(scope: Scope) -> None:
    """Pass if the token is good for this; reading what all may read needs none.

    Raises LoginRequired, Forbidden (`token_scope`).
    """
    shown = bearer()
    if shown is None:
        if scope is Scope.READ:
            return
        raise LoginRequired("token_needed")
    if scope not in shown.token.scopes:
        raise Forbidden("token_scope", scope=scope.value)


def refused(error: WikiError) -> Response:
    """The answer to what the wiki refuses."""
    status = errors.status_of(error)
    errors.note(status, error.code)
    text = sentence(language(), error.code, error.values)
    made = errors.problem(
        status, error.code, text, fields=field_sentences(language(), error), more=_texts(error)
    )
    errors.say_when(made, error)
    return made


def _texts(error: WikiError) -> dict[str, object]:
    """Give what a writer needs to settle a conflict: the three texts."""
    if isinstance(error, Conflicted):
        return {
            "base": {"blob": error.base, "text": _text(error.base)},
            "theirs": {"blob": error.theirs, "text": _text(error.theirs)},
            "mine": {"text": error.mine},
        }
    if isinstance(error, Deleted):
        return {"mine": {"text": error.mine}}
    return {}


def _text(blob: str) -> str:
    return wiki().store.blob(blob).decode(errors="replace") if blob else ""


def failed(error: Exception) -> Response:
    """The answer when the wiki itself failed: a number that also stands in the log."""
    if current_app.testing:
        raise error
    number = secrets.token_hex(4)
    log.error("failure %s in %s %s", number, request.method, request.path, exc_info=error)
    text = sentence(language(), "http_500", {"number": number})
    return errors.problem(500, "http_500", text)
