"""A new page: its form, which can become another kind, and files that wait for it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, request

from wiki.domain.access.rights import Right
from wiki.domain.content import attachments, text
from wiki.domain.content.addresses import url_of
from wiki.domain.content.attachments import Shape
from wiki.domain.content.pages import STATUSES, Kind
from wiki.domain.editing.drafts import HeldFile, is_id
from wiki.domain.errors import Invalid
from wiki.render.slots import labels
from wiki.services.access import rates
from wiki.services.content import fields, files
from wiki.services.editing import creating, draft_files, drafts, submitting, templates
from wiki.services.editing.edit_or_suggest import suggests
from wiki.services.editing.saving import Saved
from wiki.services.pages import pages
from wiki.web.editing import dialogue_form, editor, start_form, transcript_form
from wiki.web.editing.saved import came_from, saved_page
from wiki.web.http import errors, forms, pace, sizes
from wiki.web.http.context import actor, gettext, language, placed, wiki

blueprint = Blueprint("new_page", __name__)

KIND, REMOVE = "kind", "file.remove"
"""Buttons that change the form: another kind, or without a file; a colon and which one follow."""


@blueprint.get("/new")
def new() -> Response:
    """The form for a new page of a kind; `path`, `title`, `questions` may be given."""
    args = request.args
    draft = drafts.new_one(wiki(), actor(), args["draft"]) if args.get("draft") else None
    if draft:
        values = {name: draft.fields[name] for name in editor.FIELDS if name in draft.fields}
        path, summary = draft.fields.get("path", ""), draft.fields.get("summary", "")
        kind = _kind(draft.fields.get("kind", ""))
        shown = creating.New(kind, path, draft.text, values, summary, args["draft"])
        waits = suggests(wiki(), actor(), path.strip("/ "), Right.CREATE)
        return _form(shown, kept=draft.updated, suggests=waits)
    kind = _kind(args.get("kind", ""))
    given = {name: args[name] for name in ("title", "questions") if args.get(name)}
    start = start_form.of_kind(args.get("from", ""), kind)
    if start:
        given = {**start.fields, **given}
    shown = creating.New(kind, args.get("path", ""), start.text if start else "", given)
    waits = suggests(wiki(), actor(), shown.path.strip("/ "), Right.CREATE)
    offered = drafts.new_ones(wiki(), actor())
    return _form(shown, offered=offered, suggests=waits, start=start.path if start else "")


def _again(problem: forms.Problem) -> Response:
    return _form(_typed(), problem)


@blueprint.post("/new")
@forms.refill(_again)
@sizes.takes_text
def create() -> Response:
    """Make a new page, or show its form with what a button changes in it."""
    typed, action = _typed(), request.form.get("do", "")
    word, _, which = action.partition(":")
    if word == KIND:
        return _form(replace(typed, kind=_kind(which)), changed=True)
    if word == REMOVE:
        draft_files.drop(wiki(), actor(), typed.draft, which)
        return _form(typed)
    if start_form.asks(action):
        step = start_form.step(typed)
        return _form(step.shown, start=step.start, asked=step.asked, changed=step.asked is None)
    if editor.asks_for_form(action):
        return _stepped(typed)
    if action == "preview":
        return _form(typed, preview=_previewed(typed))
    editor.count_save(typed.text)
    done = editor.refuse_failures(lambda: submitting.submit_new(wiki(), actor(), typed))
    return saved_page(done) if isinstance(done, Saved) else editor.waits(done)


def _previewed(shown: creating.New) -> str:
    pace.take(rates.previews, shown.text)
    words, held = labels(gettext, language()), editor.held_addresses(shown.draft)
    return pages.preview(wiki(), actor(), shown.text, "", words, held)


@blueprint.post("/new/files")
@forms.refill(_again)
@sizes.takes_file
def add_files() -> Response:
    """Keep files for the page that is being written, until it is there."""
    sent = [
        files.Sent(one.filename, one.read())
        for one in request.files.getlist("file")
        if one.filename
    ]
    for one in sent:
        pace.take_file(one.data)
    form = request.form
    draft, path = form.get("draft", ""), form.get("path", "")
    added = draft_files.add(wiki(), actor(), draft, path, sent)
    if errors.wants_json():
        return jsonify([_described(draft, one) for one in added])
    return _form(_typed())


@blueprint.get("/new/files")
def list_files() -> Response:
    """The files that wait beside one's draft (JSON)."""
    draft = request.args.get("draft", "")
    actor().own_id()
    return jsonify([_described(draft, one) for one in draft_files.listing(wiki(), actor(), draft)])


def _described(draft: str, file: HeldFile) -> dict[str, str | int]:
    """Tell what a file is and how a text shows it, as of one beside a page."""
    url = placed(url_of("draft_file", f"{draft}/{file.name}"))
    shape = attachments.shape_of(file.name)
    return {
        "name": file.name,
        "shape": shape.value,
        "bytes": file.bytes,
        "url": url,
        "small": url if shape is Shape.PICTURE else "",
        "markdown": attachments.markdown_of(file.name),
    }


def _stepped(shown: creating.New) -> Response:
    if not transcript_form.asks(request.form.get("do", "")):
        return _form(shown)
    step = transcript_form.step(shown.text, shown.fields.get("participants", ""))
    given = {**shown.fields, "participants": step.people}
    return _form(replace(shown, text=step.text, fields=given), transcript=step.state)


def _form(shown: creating.New, problem: forms.Problem | None = None, **values: Any) -> Response:
    statuses, names = STATUSES[shown.kind], fields.NAMES[shown.kind]
    if statuses and shown.fields.get("status") not in statuses:
        shown = replace(shown, fields={**shown.fields, "status": statuses[0]})
    if not is_id(shown.draft):
        shown = replace(shown, draft=secrets.token_urlsafe(12))
    carried = {name: value for name, value in shown.fields.items() if value and name not in names}
    defaults: dict[str, Any] = {"offered": (), "kept": None, "preview": "", "asked": None}
    defaults |= {"changed": False, "start": request.form.get("start", "")}
    defaults |= {"back": came_from(), "suggests": request.form.get("suggests") == "yes"}
    defaults["starts"] = templates.offered(wiki(), actor(), shown.kind, language())
    defaults["held"] = [
        _described(shown.draft, one) for one in draft_files.listing(wiki(), actor(), shown.draft)
    ]
    if shown.kind is Kind.DIALOGUE:
        defaults |= editor.of_dialogue(shown.fields, "")
    return forms.page(
        "editing/editing/new.html",
        problem,
        new=shown,
        names=names,
        statuses=statuses,
        carried=carried,
        **{**defaults, **values},
    )


def _typed() -> creating.New:
    form = request.form
    kind = _kind(form.get("kind") or request.args.get("kind", ""))
    given = dict.fromkeys(fields.NAMES[kind], "") | dialogue_form.given("", editor.FIELDS)
    if kind is Kind.DIALOGUE:
        action = form.get("do", "")
        lines = dialogue_form.without_removed(given["participants"], action, "")
        given["participants"] = lines
    given = {name: text.normalise(value) for name, value in given.items()}
    written, draft = text.normalise(form.get("text", "")), form.get("draft") or kind
    return creating.New(kind, form.get("path", ""), written, given, editor.summary(), draft)


def _kind(written: str) -> Kind:
    if written and written not in set(Kind):
        raise Invalid.field("kind", "kind_unknown", kind=written[:40])
    return Kind(written) if written else Kind.PAGE
