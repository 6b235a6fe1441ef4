"""Git over HTTP: who may clone, fetch and push, and how much of it goes on at a time.

A clone holds every page in every version. So it is for those who may read all of that: every page,
and what moderators hid. What a push brings is looked at by `services/exchange/pushing.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from wiki.database.history import hiding
from wiki.domain.access.rights import ANONYMOUS, Actor, Right
from wiki.domain.errors import Forbidden, LoginRequired, NotFound, Unavailable
from wiki.domain.login.access_tokens import Bearer, Scope
from wiki.engine import Wiki
from wiki.services.access import journal, sight
from wiki.services.exchange import public_mirror
from wiki.services.exchange.pushing import Push
from wiki.store.branch import http_backend
from wiki.store.branch.http_backend import Answered

FETCH, PUSH = "git-upload-pack", "git-receive-pack"
SECONDS = 120.0
"""In which git has to have answered."""
AT_ONCE = 2
"""Requests for which one process lets git work at the same time: its other threads serve pages."""
PATIENCE = 10.0
BUSY = 10
_TURNS = threading.BoundedSemaphore(AT_ONCE)
_PUBLIC_TURNS = threading.BoundedSemaphore(1)
"""Apart: who has no account keeps no member waiting."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a client of git: `service` is one of git's two, `begins` its first question.

    `body` is what it sends, in a file; `language` and `address` are the client's.
    """

    service: str
    begins: bool
    body: IO[bytes]
    type: str = ""
    encoding: str = ""
    protocol: str = ""
    language: str = "en"
    address: str = ""


def serve(wiki: Wiki, bearer: Bearer | None, actor: Actor, git_request: Asked) -> Answered:
    """Let git answer, if who asks may have that.

    Raises NotFound, LoginRequired, Forbidden; Unavailable (`git_busy`), StoreError.
    """
    if git_request.service not in (FETCH, PUSH):
        raise NotFound("git_unknown")
    pushes = git_request.service == PUSH
    if pushes:
        require_push(wiki, bearer, actor)
    else:
        require_clone(wiki, actor)
    if not _TURNS.acquire(timeout=PATIENCE):
        raise Unavailable("git_busy", seconds=BUSY)
    try:
        push = Push(wiki, actor, git_request.language, git_request.address)
        answered = http_backend.run(
            wiki.store.git,
            wiki.store.branch,
            _request(wiki, actor, git_request),
            push.answer if pushes else _none,
            SECONDS,
        )
        answered.pieces.afterwards(_TURNS.release)
    except BaseException:
        _TURNS.release()
        raise
    if not git_request.begins and not pushes:
        journal.note("git-fetch", member=actor.id, place=journal.place(wiki, git_request.address))
    return answered


def serve_public(wiki: Wiki, git_request: Asked) -> Answered:
    """Let git answer from the mirror of what everybody may read; nothing is pushed there.

    Raises NotFound, Forbidden (`git_public_push`), Unavailable (`git_busy`), StoreError.
    """
    if git_request.service == PUSH:
        raise Forbidden("git_public_push")
    if git_request.service != FETCH:
        raise NotFound("git_unknown")
    git = public_mirror.require(wiki)
    if not _PUBLIC_TURNS.acquire(timeout=PATIENCE):
        raise Unavailable("git_busy", seconds=BUSY)
    try:
        request = _request(wiki, ANONYMOUS, git_request)
        answered = http_backend.run(git, wiki.store.branch, request, _none, SECONDS)
        answered.pieces.afterwards(_PUBLIC_TURNS.release)
    except BaseException:
        _PUBLIC_TURNS.release()
        raise
    return answered


def _request(wiki: Wiki, actor: Actor, git_request: Asked) -> http_backend.Asked:
    return http_backend.Asked(
        method="GET" if git_request.begins else "POST",
        path="/" + ("info/refs" if git_request.begins else git_request.service),
        query=f"service={git_request.service}" if git_request.begins else "",
        type=git_request.type,
        encoding=git_request.encoding,
        protocol=git_request.protocol,
        body=git_request.body,
        who=actor.username,
        pushes=git_request.service == PUSH,
        most_bytes=wiki.settings.max_push_bytes,
    )


def _none(question: Mapping[str, Any]) -> Mapping[str, Any]:
    raise AssertionError(question)


def require_clone(wiki: Wiki, actor: Actor) -> None:
    """Pass for who may read all that a clone holds. Raises LoginRequired, Forbidden."""
    if not actor.is_member and not wiki.settings.git_anonymous:
        raise LoginRequired("git_login")
    if not sight.of(wiki, actor).is_whole:
        raise _closed(actor, "git_not_every_page")
    with wiki.database.read() as connection:
        is_hidden = bool(hiding.every(connection))
    if is_hidden and not sight.of(wiki, actor, Right.MODERATE).is_whole:
        raise _closed(actor, "git_hidden_versions")


def _closed(actor: Actor, code: str) -> Forbidden | LoginRequired:
    return Forbidden(code) if actor.is_member else LoginRequired("git_login")


def require_push(wiki: Wiki, bearer: Bearer | None, actor: Actor) -> None:
    """Pass for a member whose token is good for editing. Raises LoginRequired, Forbidden."""
    if bearer is None:
        raise LoginRequired("git_login")
    if Scope.EDIT not in bearer.token.scopes:
        raise Forbidden("git_scope")
    # Who pushes sees what the branch holds: git compares with it.
    require_clone(wiki, actor)
