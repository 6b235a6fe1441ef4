"""Pages as schema.org describes things: questions with answers, dialogues as events, persons.

Only what stands on the page for everybody is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Kind, Moment
from wiki.domain.members.members import FORMER
from wiki.domain.talk.comments import State, excerpt
from wiki.services.pages.pages import View
from wiki.services.talk.threads import Threads
from wiki.web.http.context import base_url, page_url, wiki

Data = dict[str, Any]
CONTEXT = "https://schema.org"
MOST_ANSWERS = 10
LONGEST = 500
STATUS: Mapping[str, str] = {"cancelled": "EventCancelled"}


def of_page(view: View, talk: Threads | None) -> Data | None:
    """Describe what the page is about; None if neither question nor dialogue, or if it is old."""
    if view.then or view.meta.redirect:
        return None
    if view.meta.kind is Kind.QUESTION:
        return _question(view, talk)
    if view.meta.kind is Kind.DIALOGUE and view.meta.date:
        return _event(view)
    return None


def of_person(name: str, address: str, work: str = "") -> Data:
    """Somebody with a page of their own."""
    person = _person(name, work)
    return {"@context": CONTEXT, **person, "url": base_url() + address}


def _question(view: View, talk: Threads | None) -> Data:
    answers = [
        {
            "@type": "Answer",
            "text": excerpt(shown.comment.text, LONGEST),
            "url": base_url() + url_of("comment", shown.comment.id),
            "dateCreated": shown.comment.created.isoformat(),
            **_by(shown.comment.called, shown.comment.username),
        }
        for shown in (talk.items if talk else ())
        if shown.html and shown.level == 0 and shown.comment.state is State.LIVE
    ]
    question: Data = {
        "@type": "Question",
        "name": view.title,
        "text": _lead(view) or view.title,
        "url": base_url() + page_url(view.path),
        "answerCount": talk.count if talk else 0,
    }
    if answers:
        question["suggestedAnswer"] = answers[:MOST_ANSWERS]
    return {"@context": CONTEXT, "@type": "QAPage", "mainEntity": question}


def _event(view: View) -> Data:
    meta = view.meta
    event: Data = {
        "@context": CONTEXT,
        "@type": "Event",
        "name": view.title,
        "url": base_url() + page_url(view.path),
        "startDate": _moment(meta.date),
        "eventStatus": f"{CONTEXT}/{STATUS.get(meta.status, 'EventScheduled')}",
        "organizer": {
            "@type": "Organization",
            "name": wiki().settings.site_name,
            "url": base_url() + url_of("front"),
        },
    }
    if meta.end:
        event["endDate"] = _moment(meta.end)
    if meta.location:
        event["location"] = {"@type": "Place", "name": meta.location, "address": meta.location}
    if lead := _lead(view):
        event["description"] = lead
    if meta.participants:
        event["performer"] = [_person(one.name, one.role) for one in meta.participants]
    if view.questions:
        event["about"] = [
            {"@type": "Question", "name": one.title, "url": base_url() + page_url(one.path)}
            for one in view.questions
        ]
    return event


def _lead(view: View) -> str:
    return view.summary.excerpt if view.summary else ""


def _person(name: str, work: str = "") -> Data:
    person = {"@type": "Person", "name": name}
    return {**person, "jobTitle": work} if work else person


def _by(name: str, username: str) -> Data:
    return {} if username == FORMER else {"author": _person(name)}


def _moment(moment: Moment | None) -> str:
    if moment is None:
        return ""
    if moment.is_day:
        return moment.start.date().isoformat()
    start = moment.start
    return (start if start.tzinfo else start.replace(tzinfo=wiki().zone)).isoformat()
