"""Attachments: sent so that nothing in them can act on our pages, and added by a form."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, send_from_directory

from wiki.domain.content.addresses import url_of
from wiki.services.content import files
from wiki.web.http import forms, pace, sizes
from wiki.web.http.context import HOUSE_STYLE, actor, gettext, see_other, wiki

blueprint = Blueprint("files", __name__)

POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


@blueprint.get("/files/<path:file>")
def show(file: str) -> Response:
    """An attachment; what a browser could run is sent as a download."""
    return sent_file(file)


def sent_file(file: str) -> Response:
    """Answer with an attachment for whoever asks now, or 304 if they have it (RFC 9110, 13)."""
    found = files.read(wiki(), actor(), file)
    answer = Response(found.data, content_type=found.type)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-cache"
    if not found.is_shown:
        answer.headers.set("Content-Disposition", "attachment", filename=file.rpartition("/")[2])
    answer.set_etag(found.blob)
    # A player can only go to a place in a file of which it may ask a part.
    answer.make_conditional(request, accept_ranges=True, complete_length=len(found.data))
    return answer


@blueprint.get("/house.css")
def house_style() -> Response:
    """The site's own style, over ours: `house.css` in the data folder."""
    return send_from_directory(wiki().settings.data.absolute(), HOUSE_STYLE, max_age=0)


def _again(problem: forms.Problem, path: str) -> Response:
    return _form(path, problem)


@blueprint.get("/upload/<path:path>")
def upload_form(path: str) -> Response:
    """The files beside a page, and a form to add one."""
    return _form(path)


@blueprint.post("/upload/<path:path>")
@forms.refill(_again)
@sizes.takes_file
def upload(path: str) -> Response:
    """Put a file beside the page."""
    sent = request.files.get("file")
    name, data = (sent.filename or "", sent.read()) if sent else ("", b"")
    pace.take_file(data)
    added = files.add(wiki(), actor(), path, name, data, request.form.get("summary", ""))
    flash(gettext("The file is there; put it in the text with its address."), "done")
    return see_other(url_of("upload", added.file.rpartition("/")[0]))


def _form(path: str, problem: forms.Problem | None = None) -> Response:
    found = files.beside(wiki(), actor(), path)
    return forms.page("content/files/upload.html", problem, path=found.path, names=found.files)
