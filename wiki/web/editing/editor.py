"""Writing: the editor, drafts, previews; a refused save shows its form again, filled."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from flask import Blueprint, Response, flash, jsonify, request
from markupsafe import Markup

from wiki.domain.content import attachments, text
from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Kind
from wiki.domain.editing import merge
from wiki.domain.errors import Unavailable, WikiError
from wiki.domain.numbers import whole
from wiki.i18n.errors import sentence
from wiki.render.slots import labels
from wiki.services.access import rates
from wiki.services.content import fields, places
from wiki.services.editing import (
    draft_files,
    drafts,
    minutes,
    newcomers,
    saving,
    submitting,
)
from wiki.services.editing.editor import Editor, open_page
from wiki.services.editing.saving import Conflicted, Deleted, Saved, Sent
from wiki.services.pages import pages, questions
from wiki.web.editing import dialogue_form, source_form, transcript_form
from wiki.web.editing.conflicts import conflict_page, deleted_page
from wiki.web.editing.saved import came_from, saved_page
from wiki.web.http import differences, forms, pace, sizes
from wiki.web.http.context import (
    actor,
    arg_number,
    gettext,
    language,
    number_of,
    page_url,
    see_other,
    wiki,
)

log = logging.getLogger(__name__)
blueprint = Blueprint("editing", __name__)

FIELD, WAS, HUNK = "field.", "was.", "hunk."
FIELDS = fields.NAMES[Kind.DIALOGUE]
"""All fields that a form can have: a dialogue has those of the other kinds too."""

Done = TypeVar("Done")


@blueprint.get("/edit/<path:path>")
def open_editor(path: str) -> Response:
    """The editor of a page, or (`section`) of one of its sections."""
    args = request.args
    shown = open_page(
        wiki(),
        actor(),
        path,
        section=arg_number("section"),
        converts=args.get("convert") == "yes",
        redirect=args.get("redirect") != "no",
    )
    draft = shown.draft
    if "put" in args and not shown.section:
        shown = replace(shown, text=attachments.put_into(shown.text, args["put"]))
    if draft and args.get("draft") == "yes":
        shown = _with_draft(shown)
    elif args.get("status") in shown.statuses and "status" in shown.fields:
        shown = replace(shown, fields={**shown.fields, "status": args["status"]})
    return editor_page(shown, draft_used=shown.draft is not draft or args.get("draft") == "yes")


def _again(problem: forms.Problem, path: str) -> Response:
    """The editor once more, with what was typed; or the page on which to choose."""
    if isinstance(problem.error, Conflicted):
        return conflict_page(problem, problem.error, summary())
    if isinstance(problem.error, Deleted):
        return deleted_page(problem, problem.error, summary())
    if problem.error and "ancestor" in request.form:
        # The text is from before theirs, the base is theirs: in an editor a save would undo them.
        # The plain page carries the text with its choices, as they were sent.
        raise problem.error
    return editor_page(typed_editor(path.strip("/")), in_editor(problem))


@blueprint.post("/edit/<path:path>")
@forms.refill(_again)
@sizes.takes_text
def save(path: str) -> Response:
    """Save an edit; `do` may ask for a preview, for the difference, or to go back."""
    action = request.form.get("do", "")
    if asks_for_form(action):
        return stepped_editor(typed_editor(path.strip("/")))
    if action == "preview":
        return editor_page(typed_editor(path.strip("/")), preview=_previewed(path))
    if action == "diff":
        return editor_page(typed_editor(path.strip("/")), difference=_difference(path))
    if action == "back":
        shown = replace(typed_editor(path.strip("/")), base=request.form.get("ancestor", ""))
        return editor_page(source_form.with_fields(shown))
    path = places.asked(path)
    count_save(sent_text())
    done = refuse_failures(lambda: submitting.submit(wiki(), actor(), path, sent()))
    return saved_page(done) if isinstance(done, Saved) else waits(done, path)


def count_save(text: str) -> None:
    """Count what is about to be saved. Raises TooFast."""
    pace.take(rates.edits, text)
    if newcomers.is_new(wiki(), actor()):
        pace.take(rates.newcomer_edits)


def sent_text() -> str:
    """The text in the form: of a section, else of the page."""
    return request.form.get("part") or source_form.whole()


def waits(suggestion: int | None, path: str = "") -> Response:
    """The answer to a suggestion that waits now; None if nothing was different."""
    if suggestion is None:
        flash(gettext("Nothing was different, so there is nothing to suggest."), "info")
        return see_other(page_url(path))
    said = gettext("Thank you. Your suggestion waits for an editor; you will be told.")
    flash(said, "done")
    return see_other(url_of("suggestion", suggestion))


@blueprint.post("/status/<path:path>")
def change_status(path: str) -> Response:
    """Give a question or a dialogue another status, by one button on its page."""
    pace.take(rates.edits)
    status = request.form.get("status", "")
    done = refuse_failures(lambda: submitting.change_status(wiki(), actor(), path, status))
    return saved_page(done) if isinstance(done, Saved) else waits(done, path)


@blueprint.post("/adopt/<path:path>")
def adopt(path: str) -> Response:
    """Make a dialogue of a page of minutes."""
    pace.take(rates.edits)
    adopted = refuse_failures(lambda: minutes.adopt(wiki(), actor(), path))
    flash(gettext("This page is a dialogue now. Look over its date and participants."), "done")
    return see_other(page_url(adopted))


@blueprint.post("/preview")
@sizes.takes_text
def preview() -> Response:
    """The HTML of the text in a form: a fragment, to be put beside it."""
    typed = sent_text()
    pace.take(rates.previews, typed)
    html = pages.preview(
        wiki(),
        actor(),
        text.normalise(typed),
        request.form.get("path", ""),
        labels(gettext, language()),
        held_addresses(request.form.get("draft", "")),
    )
    return Response(str(html), content_type="text/html; charset=utf-8")


@blueprint.post("/draft")
@blueprint.post("/draft/<path:path>")
@sizes.takes_text
def draft(path: str = "") -> Response:
    """Keep the form as a draft (JSON answer), or (`do=drop`) throw the draft away.

    `do=here` keeps nothing and only says that the member still has the editor open.
    """
    form = request.form
    if form.get("do") == "drop":
        drafts.drop(wiki(), actor(), path, form.get("draft", ""))
        draft_files.drop(wiki(), actor(), form.get("draft", ""))
        return see_other(url_of("edit", path) if path else url_of("new", kind=form.get("kind", "")))
    if form.get("do") == "here":
        return _kept_draft(drafts.stay(wiki(), actor(), path, base=form.get("base", "")))
    written = source_form.whole()
    pace.take(rates.drafts, written)
    carried = {
        name: value
        for name, value in form.items()
        if name not in ("csrf_token", "text", "front", "base", "back", "username", "password")
    }
    for prefix in ("", FIELD):
        lines = dialogue_form.given(prefix, ("participants", "questions"))
        carried |= {prefix + name: value for name, value in lines.items()}
    kept = drafts.keep(
        wiki(), actor(), path, base=form.get("base", ""), text=written, fields=carried
    )
    return _kept_draft(kept)


def held_addresses(draft: str) -> dict[str, str]:
    """Give the addresses of the files that wait beside one's draft, by their names."""
    found = draft_files.listing(wiki(), actor(), draft)
    return {one.name: url_of("draft_file", f"{draft}/{one.name}") for one in found}


def _kept_draft(draft: drafts.Kept) -> Response:
    return jsonify(
        saved_at=draft.saved_at.isoformat(),
        others=[writer.name or writer.username for writer in draft.others],
        stale=draft.stale,
        saved_by=draft.saved_by,
    )


def sent() -> Sent:
    """Read the edit form."""
    form = request.form
    given = dialogue_form.given(FIELD, FIELDS)
    was = {name: form[WAS + name] for name in FIELDS if WAS + name in form}
    return Sent(
        text=source_form.whole(),
        base=form.get("base"),
        summary=summary(),
        part=form.get("part"),
        section=number_of(form.get("section", ""), 0),
        fields=fields.changed(given, was),
        ancestor=form.get("ancestor"),
        choices=_choices(),
        restores=form.get("restores") == "yes",
        converts=form.get("convert") == "yes",
        may_be_body=source_form.may_be_body(),
    )


def _choices() -> dict[int, merge.Choice]:
    choices = {}
    for name, value in request.form.items():
        number = whole(name.removeprefix(HUNK)) if name.startswith(HUNK) else None
        if number is not None and value in set(merge.Take):
            typed = text.normalise(request.form.get(f"{name}.text", ""))
            choices[number] = merge.Choice(merge.Take(value), typed, _parts(f"{name}."))
    return choices


def _parts(prefix: str) -> dict[int, merge.Take]:
    """Read what was chosen for each part of a conflict."""
    return {
        number: merge.Take(value)
        for name, value in request.form.items()
        if name.startswith(prefix)
        and (number := whole(name.removeprefix(prefix))) is not None
        and value in set(merge.Take)
    }


def refuse_failures(action: Callable[[], Done]) -> Done:
    """Run a save; any failure becomes Unavailable, so that the form comes back with its text."""
    try:
        return action()
    except WikiError:
        raise
    except Exception as error:
        log.exception("a save failed")
        raise Unavailable("save_failed") from error


# -- forms, as they open and as they come back --


def editor_page(shown: Editor, problem: forms.Problem | None = None, **values: Any) -> Response:
    """The editor, as it opens or as it comes back."""
    problems = [sentence(language(), code) for code in shown.problems]
    defaults: dict[str, Any] = {"preview": "", "difference": None, "draft_used": False}
    defaults |= {"turned": False, "back": came_from()}
    if shown.kind is Kind.DIALOGUE and shown.names:
        defaults |= of_dialogue(shown.fields, FIELD)
    return forms.page(
        "editing/editing/edit.html",
        problem,
        shown=shown,
        problems=problems,
        **{**defaults, **values},
    )


def asks_for_form(action: str) -> bool:
    """Whether a button only changes the form that it stands in."""
    return dialogue_form.asks(action) or transcript_form.asks(action) or source_form.asks(action)


def stepped_editor(shown: Editor) -> Response:
    """The editor after a button that changes the form: rows, a transcript, fields or source."""
    if source_form.asks(request.form.get("do", "")):
        return editor_page(source_form.turned(shown), turned=True)
    if not transcript_form.asks(request.form.get("do", "")):
        return editor_page(shown)
    step = transcript_form.step(shown.text, shown.fields.get("participants", ""))
    given = {**shown.fields, "participants": step.people}
    return editor_page(replace(shown, text=step.text, fields=given), transcript=step.state)


def typed_editor(path: str) -> Editor:
    """The editor as it was sent; nothing is read, so it can be shown to who may not read."""
    form = request.form
    given = dialogue_form.given(FIELD, FIELDS)
    if "participants" in given:
        action = form.get("do", "")
        lines = dialogue_form.without_removed(given["participants"], action, FIELD)
        given["participants"] = lines
    written = source_form.whole()
    section = number_of(form.get("section", ""), 0)
    return Editor(
        path=path,
        title=given.get("title") or path,
        kind=source_form.kind_of(given),
        base=form.get("base", ""),
        text=written,
        fields=given,
        was={name: form[WAS + name] for name in FIELDS if WAS + name in form},
        section=section,
        part=text.normalise(form.get("part", "")),
        converting=form.get("convert") == "yes",
        suggests=form.get("suggests") == "yes",
        summary=summary(),
        as_source=not section and source_form.needs_source(written, given),
    )


def _with_draft(shown: Editor) -> Editor:
    draft = shown.draft
    if draft is None:
        return shown
    given = {
        name: draft.fields.get(FIELD + name, shown.fields.get(name, "")) for name in shown.names
    }
    was = {name: draft.fields.get(WAS + name, shown.was.get(name, "")) for name in shown.names}
    section = number_of(draft.fields.get("section", ""), 0)
    return replace(
        shown,
        base=draft.base,
        text=draft.text,
        fields=given,
        was=was,
        section=section,
        part=draft.fields.get("part", ""),
        as_source=shown.as_source or draft.fields.get("source") == "yes",
    )


def in_editor(problem: forms.Problem) -> forms.Problem:
    """The problem with the names that the editor's fields have."""
    shown = dialogue_form.given(FIELD, FIELDS)
    renamed = [
        (FIELD + name if name in shown else "text" if name in FIELDS else name, said)
        for name, said in problem.fields
    ]
    return replace(problem, fields=renamed)


def _previewed(path: str) -> str:
    typed = sent_text()
    pace.take(rates.previews, typed)
    return pages.preview(wiki(), actor(), text.normalise(typed), path, labels(gettext, language()))


def _difference(path: str) -> Markup:
    pace.take(rates.previews, sent_text())
    old, new = saving.difference(wiki(), actor(), path, sent())
    return Markup() if old == new else differences.words(old, new)


def of_dialogue(given: Mapping[str, str], prefix: str) -> dict[str, Any]:
    """Give what the form of a dialogue shows beside its values."""
    chosen = [path for path in given.get("questions", "").split("\n") if path.strip()]
    action = request.form.get("do", "")
    return {
        "rows": dialogue_form.rows(given.get("participants", ""), prefix, action),
        "picker": questions.picker(wiki(), actor(), chosen),
        "transcript": transcript_form.State(text=request.form.get("transcript", "")),
    }


def summary() -> str:
    """What the writer says of the change."""
    return " ".join(request.form.get("summary", "").split())
