"""Git over HTTP: clone, fetch and push at `/git`, by git's own program.

Who asks shows an access token, as the password of a member's name or alone. Refusals are plain
text, which git prints as it is.
"""

from __future__ import annotations

import base64
import binascii
import logging
import secrets
import shutil
import tempfile
from typing import IO

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Forbidden, Invalid, LoginRequired, NotFound, WikiError
from wiki.domain.login.access_tokens import PREFIX, Bearer
from wiki.i18n.errors import sentence
from wiki.services.access import rates
from wiki.services.exchange import git_door
from wiki.services.exchange.git_door import FETCH, PUSH, Asked
from wiki.services.login import access_tokens
from wiki.services.members import terms
from wiki.web.http import errors, forms, pace, sizes
from wiki.web.http.context import actor, base_url, gettext, language, wiki

log = logging.getLogger(__name__)

blueprint = Blueprint("git", __name__)
PLAIN = "text/plain; charset=utf-8"
REALM = 'Basic realm="Denktank", charset="UTF-8"'
ANYBODY = ("", "git", "token", "oauth2", "x-token")
"""Names that may stand before a token instead of the member's own: programs send some."""
LONGEST = 500


@blueprint.before_request
def _enter() -> None:
    bearer = _bearer()
    g.git_bearer = bearer
    if bearer:
        g.bearer_actor = bearer.actor
    pace.take(rates.programs)


def _bearer() -> Bearer | None:
    """Tell who shows a token; None for nobody. Raises LoginRequired."""
    header = request.headers.get("Authorization", "").strip()
    if not header:
        return None
    scheme, _, rest = header.partition(" ")
    name, word = "", rest.strip()
    if scheme.lower() == "basic":
        name, word = _pair(word)
    elif scheme.lower() != "bearer":
        raise LoginRequired("git_login")
    if name.startswith(PREFIX):
        name, word = "", name
    bearer = access_tokens.bearer(wiki(), word)
    if name.lower() not in (*ANYBODY, bearer.actor.username.lower()):
        raise LoginRequired("token_wrong")
    return bearer


def _pair(written: str) -> tuple[str, str]:
    """A name and a password (RFC 7617). Raises LoginRequired."""
    try:
        name, _, word = base64.b64decode(written[:LONGEST], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise LoginRequired("token_wrong") from None
    return name, word


@blueprint.get("/git")
@blueprint.get("/git/")
def about() -> Response:
    """Say to a person what this address is for."""
    base = base_url()
    words: tuple[str, ...] = (
        gettext("This address is for git: git clone %(url)s") % {"url": base + url_of("git")},
        gettext("Log in with your username and, as password, an access token: %(url)s")
        % {"url": base + url_of("account_tokens")},
    )
    if wiki().settings.git_public:
        without = gettext("Without an account: git clone %(url)s")
        words = (*words, without % {"url": base + url_of("git_public")})
    return Response("\n".join(words) + "\n", content_type=PLAIN)


@blueprint.get("/git/info/refs")
def begin() -> Response:
    """Tell what there is to fetch, or that one may push."""
    service = request.args.get("service", "")
    if service == PUSH:
        _owe_nothing()
    return _answer(service, begins=True)


@blueprint.post("/git/git-upload-pack")
@forms.signed
@sizes.takes_text
def fetch() -> Response:
    """Give what a client does not have yet."""
    return _answer(FETCH, begins=False)


@blueprint.post("/git/git-receive-pack")
@forms.signed
@sizes.takes_push
def push() -> Response:
    """Take in what a member pushes, if all of it is good."""
    _owe_nothing()
    return _answer(PUSH, begins=False)


@blueprint.get("/git-public")
@blueprint.get("/git-public/")
def about_public() -> Response:
    """Say to a person what this address is for."""
    if not wiki().settings.git_public:
        raise NotFound("git_public_off")
    words = gettext("This address is for git: git clone %(url)s")
    said = words % {"url": base_url() + url_of("git_public")}
    return Response(said + "\n", content_type=PLAIN)


@blueprint.get("/git-public/info/refs")
def begin_public() -> Response:
    """Tell what there is to fetch of what everybody may read."""
    return _answer(request.args.get("service", ""), begins=True, is_public=True)


@blueprint.post("/git-public/git-upload-pack")
@forms.signed
@sizes.takes_text
def fetch_public() -> Response:
    """Give what a client does not have yet of what everybody may read."""
    return _answer(FETCH, begins=False, is_public=True)


def _owe_nothing() -> None:
    if terms.owes(wiki(), actor()):
        raise Forbidden(forms.TERMS_ASKED)


def _answer(service: str, *, begins: bool, is_public: bool = False) -> Response:
    # A browser that knows a password here sends it along, but no other site can make it send
    # this type (Fetch, "CORS-safelisted request-header"): that stands in for a token in a form.
    if not begins and request.mimetype != f"application/x-{service}-request":
        raise Invalid("git_type")
    body = _body()
    try:
        git_request = Asked(
            service=service,
            begins=begins,
            body=body,
            type=request.mimetype,
            encoding=request.headers.get("Content-Encoding", "").lower(),
            protocol=request.headers.get("Git-Protocol", ""),
            language=language(),
            address=request.remote_addr or "",
        )
        if is_public:
            answered = git_door.serve_public(wiki(), git_request)
        else:
            answered = git_door.serve(wiki(), g.git_bearer, actor(), git_request)
    finally:
        # Git has a handle of its own.
        body.close()
    answer = Response(answered.pieces, status=answered.status)
    for name, value in answered.headers:
        answer.headers[name] = value
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _body() -> IO[bytes]:
    """Put what was sent in a file that git can read."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed once git has it)
    try:
        shutil.copyfileobj(request.stream, file)
    except BaseException:
        file.close()
        raise
    return file


@blueprint.errorhandler(WikiError)
def refused(error: WikiError) -> Response:
    """Say why not, in words that git prints."""
    status = errors.status_of(error)
    errors.note(status, error.code)
    answer = _plain(status, sentence(language(), error.code, error.values))
    errors.say_when(answer, error)
    if status == 401:
        answer.headers["WWW-Authenticate"] = REALM
    return answer


@blueprint.errorhandler(HTTPException)
def wrong(error: HTTPException) -> Response:
    """Say so where the request itself is wrong."""
    status = error.code or 500
    return _plain(status, sentence(language(), f"http_{status}"))


@blueprint.errorhandler(Exception)
def failed(error: Exception) -> Response:
    """Say so where the wiki itself failed, with a number that also stands in the log."""
    if current_app.testing:
        raise error
    number = secrets.token_hex(4)
    log.error("failure %s in %s %s", number, request.method, request.path, exc_info=error)
    return _plain(500, sentence(language(), "http_500", {"number": number}))


def _plain(status: int, words: str) -> Response:
    answer = Response(words + "\n", status=status, content_type=PLAIN)
    answer.headers["Cache-Control"] = "no-store"
    return answer
