"""Dialogues: what their front matter has to say."""

from __future__ import annotations

from datetime import datetime, timedelta

from wiki.domain.content.pages import STATUSES, Kind, Meta
from wiki.domain.errors import FieldError
from wiki.domain.pages import recordings

LENGTH = timedelta(hours=2)
"""How long a dialogue without an end is taken to last."""


def over_at(meta: Meta) -> datetime | None:
    """The moment from which a dialogue has been: its end, else some time after it began.

    Of a day that is the next midnight. None if it has no date.
    """
    if meta.date is None:
        return None
    last = meta.end if meta.end and meta.end.start >= meta.date.start else None
    moment = last or meta.date
    if moment.is_day:
        return moment.start + timedelta(days=1)
    return moment.start if last else moment.start + LENGTH


def check(meta: Meta) -> list[FieldError]:
    """List what is wrong with a dialogue's fields, each with the form field and a code."""
    wrong = [FieldError("title", "title_missing", {})] if not meta.title.strip() else []
    if meta.status not in STATUSES[Kind.DIALOGUE]:
        known = ", ".join(STATUSES[Kind.DIALOGUE])
        wrong.append(
            FieldError("status", "status_unknown", {"status": meta.status, "known": known})
        )
    if meta.date is None:
        code = "date_unreadable" if "date_unreadable" in meta.problems else "date_missing"
        wrong.append(FieldError("date", code, {}))
    if meta.end is None and "end_unreadable" in meta.problems:
        wrong.append(FieldError("end", "end_unreadable", {}))
    if meta.date and meta.end and _ends_early(meta):
        wrong.append(FieldError("end", "end_before_date", {}))
    for number, participant in enumerate(meta.participants, 1):
        if not participant.name.strip():
            wrong.append(FieldError("participants", "participant_unnamed", {"number": number}))
    if meta.recording and not recordings.address(meta.recording, "a"):
        wrong.append(FieldError("recording", "recording_not_link", {}))
    return wrong


def _ends_early(meta: Meta) -> bool:
    assert meta.date is not None
    assert meta.end is not None
    if meta.date.is_day or meta.end.is_day:
        return meta.end.start.date() < meta.date.start.date()
    if (meta.date.start.tzinfo is None) != (meta.end.start.tzinfo is None):
        return meta.end.start.replace(tzinfo=None) < meta.date.start.replace(tzinfo=None)
    return meta.end.start < meta.date.start
