"""A transcript in the form of a dialogue: pasted or a file, looked at, put in, taken out."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from wiki.domain.errors import FieldError, Invalid
from wiki.i18n.errors import sentence
from wiki.services.access import rates
from wiki.services.editing import transcripts
from wiki.web.http import pace
from wiki.web.http.context import language, wiki

READ, PUT, UNDO = "transcript.read", "transcript.put", "transcript.undo"
_LABELS = 200


@dataclass(frozen=True, slots=True)
class State:
    """A transcript as the form shows it.

    `text` is the transcript, `look` what it holds, `put` what was put into the dialogue, `problem`
    a sentence; `has_changed` if the dialogue's text was changed by it.
    """

    text: str = ""
    look: transcripts.Look | None = None
    put: transcripts.Put | None = None
    problem: str = ""
    has_changed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """The dialogue's text and participants after a button was pressed, and what is to be shown."""

    text: str
    people: str
    state: State


def asks(action: str) -> bool:
    """Whether a button is about the transcript."""
    return action in (READ, PUT, UNDO)


def step(text: str, people: str) -> Step:
    """Tell what the button that was pressed makes of the dialogue."""
    action = request.form.get("do", "")
    given = request.form.get("transcript", "")
    try:
        given = _sent_file() or given
        pace.take(rates.previews, given)
        return _done(action, text, people, given)
    except Invalid as error:
        wrong = next(iter(error.fields), FieldError("transcript", error.code, error.values))
        said = sentence(language(), wrong.code, wrong.values)
        return Step(text, people, State(given, problem=said))


def _done(action: str, text: str, people: str, given: str) -> Step:
    if action == UNDO:
        block, added = request.form.get("put.text", ""), request.form.get("put.participants", "")
        out = transcripts.taken_out(text, people, _lines(block), _lines(added))
        return Step(*out, State(given, has_changed=True))
    if action == PUT:
        put = transcripts.put(text, people, given, _chosen())
        return Step(put.text, put.people, State(given, put=put, has_changed=True))
    return Step(text, people, State(given, transcripts.look(given, people, _chosen())))


def _sent_file() -> str:
    sent = request.files.get("transcript_file")
    data = sent.read() if sent and sent.filename else b""
    return transcripts.text_of(wiki(), data) if data else ""


def _chosen() -> dict[str, str]:
    """Read what was chosen for each label; a transcript that changed meanwhile has other labels."""
    form = request.form
    choices: dict[str, str] = {}
    for number in range(1, _LABELS + 1):
        label = form.get(f"label.{number}.name")
        if label is None:
            break
        choices[label] = form.get(f"label.{number}", transcripts.NEW)
    return choices


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
