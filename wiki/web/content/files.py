"""Attachments: sent so that nothing in them can act on our pages, and added by a form."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint, Response, flash, jsonify, request, send_from_directory
from werkzeug.datastructures import FileStorage

from wiki.domain.content.addresses import url_of
from wiki.services.content import files
from wiki.services.editing import draft_files
from wiki.services.pages import everything
from wiki.web.http import errors, forms, pace, sizes
from wiki.web.http.context import HOUSE_STYLE, actor, arg_number, gettext, placed, see_other, wiki

blueprint = Blueprint("files", __name__)

POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


_ITSELF = frozenset({"document", "iframe", "frame", "embed", "object"})
"""What a browser says (Sec-Fetch-Dest) when it would show a file as a page of its own."""


@blueprint.get("/files/<path:file>")
def show(file: str) -> Response:
    """An attachment, or its version (`at`), or a smaller picture (`width`)."""
    return sent_file(file)


def sent_file(file: str) -> Response:
    """Answer with an attachment for whoever asks now."""
    sent = files.read(wiki(), actor(), file, request.args.get("at", ""))
    if width := arg_number("width"):
        sent = files.narrow(wiki(), sent, width)
    return _sent_as(sent, file.rpartition("/")[2])


def _sent_as(sent: files.File, name: str) -> Response:
    """Answer with a file that bears this name when it is saved, or 304 (RFC 9110, 13).

    What a browser could run is sent as a download; so is an SVG that is to be a page of its own.
    """
    answer = Response(sent.data, content_type=sent.type)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-cache"
    is_page = request.headers.get("Sec-Fetch-Dest") in _ITSELF
    if sent.type == files.SVG:
        answer.headers["Vary"] = "Sec-Fetch-Dest"
    if not sent.is_shown or (sent.type == files.SVG and is_page):
        answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.set_etag(sent.blob)
    # A player can only go to a place in a file of which it may ask a part.
    answer.make_conditional(request, accept_ranges=True, complete_length=len(sent.data))
    return answer


@blueprint.get("/new/files/<path:file>")
def show_waiting(file: str) -> Response:
    """A file that waits beside one's draft: `<draft>/<name>`."""
    draft, _, name = file.partition("/")
    return _sent_as(draft_files.read(wiki(), actor(), draft, name), name)


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
    """Put files beside the page."""
    sent = [_sent(one) for one in request.files.getlist("file") if one.filename]
    for one in sent:
        pace.take_file(one.data)
    added = files.add_all(wiki(), actor(), path, sent, request.form.get("summary", ""))
    if errors.wants_json():
        return _as_json(path, added)
    names = ", ".join(file.rpartition("/")[2] for file in added)
    flash(gettext("Beside the page now: %(names)s. Put it in the text.") % {"names": names}, "done")
    return see_other(url_of("upload", added[0].rpartition("/")[0]))


def _as_json(path: str, some: Collection[str] = ()) -> Response:
    """The files beside a page, or some of them: what each is, and how a text shows it."""
    found = {one.file: one for one in files.beside(wiki(), actor(), path).files}
    return jsonify([_described(found[file]) for file in some or found if file in found])


def _described(file: files.Listed) -> dict[str, str | int]:
    url = placed(url_of("file", file.file))
    small = placed(url_of("file", file.file, width=files.WIDTHS[0]))
    return {
        "name": file.name,
        "shape": file.shape.value,
        "bytes": file.bytes,
        "url": url,
        "small": small if file.shape == "picture" else "",
        "markdown": file.markdown,
    }


def _sent(storage: FileStorage) -> files.Sent:
    return files.Sent(storage.filename or "", storage.read())


def _form(path: str, problem: forms.Problem | None = None) -> Response:
    if errors.wants_json():
        return _as_json(path)
    found = files.beside(wiki(), actor(), path)
    return forms.page("content/files/upload.html", problem, path=found.path, files=found.files)


def _whole(problem: forms.Problem, path: str) -> Response:
    return _attachment(path, problem)


@blueprint.get("/file/<path:path>")
def attachment(path: str) -> Response:
    """All about one file: where it is used, its versions, and what can be done with it."""
    return _attachment(path)


@blueprint.post("/file/<path:path>")
@forms.refill(_whole)
@sizes.takes_file
def change(path: str) -> Response:
    """Give the file a new version (`file`), delete it, or put a version back (`revision`)."""
    form = request.form
    do = form.get("do", "")
    if do == "delete":
        files.delete(wiki(), actor(), path, form.get("summary", ""))
        flash(gettext("The file is deleted. Its versions stand here."), "done")
    elif do == "restore":
        files.restore(wiki(), actor(), path, form.get("revision", ""))
        flash(gettext("The file is as it was then."), "done")
    else:
        storage = request.files.get("file")
        sent = _sent(storage) if storage and storage.filename else None
        pace.take_file(sent.data if sent else b"")
        files.replace(wiki(), actor(), path, sent, form.get("summary", ""))
        flash(gettext("The file has a new version."), "done")
    return see_other(url_of("attachment", path))


def _attachment(path: str, problem: forms.Problem | None = None) -> Response:
    found = files.whole(wiki(), actor(), path)
    used = everything.using(wiki(), actor(), found.listed.file)
    return forms.page("content/files/attachment.html", problem, found=found, used=used)
