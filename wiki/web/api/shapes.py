"""The forms of JSON that go in and out: what is declared here is what is sent and described."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from wiki.domain.content.pages import Kind
from wiki.domain.notices.webhooks import CHOSEN, MOST_ADDRESS
from wiki.web.http.context import placed

LARGEST_NUMBER = 2**31 - 1


class Text(fields.String):
    """A text that can be written down: no half of a pair of surrogates, no zero byte."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValidationError("Not a text in Unicode.") from error
        if "\0" in text:
            raise ValidationError("Holds a zero byte.")
        return text


class Address(fields.String):
    """An address of the wiki, as others ask for it."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return placed(value)


def told(about: str) -> dict[str, str]:
    """Describe a field, as the document does."""
    return {"description": about}


# -- pages --


class MomentShape(Schema):
    """When a dialogue begins or ends."""

    start = fields.DateTime(format="iso", required=True)
    is_day = fields.Boolean(required=True, metadata=told("a whole day, no time is known"))


class ParticipantShape(Schema):
    """Somebody who takes part in a dialogue."""

    name = fields.String(required=True)
    role = fields.String(required=True)
    member = fields.String(required=True, metadata=told("their username here; may be empty"))
    organisation = fields.String(required=True)


class MetaShape(Schema):
    """A page's front matter, as values."""

    kind = fields.Enum(Kind, by_value=True, required=True)
    status = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    lang = fields.String(required=True)
    date = fields.Nested(MomentShape, allow_none=True)
    end = fields.Nested(MomentShape, allow_none=True)
    location = fields.String(required=True)
    perspective = fields.String(required=True)
    central_question = fields.String(required=True)
    participants = fields.List(fields.Nested(ParticipantShape), required=True)
    questions = fields.List(fields.String(), required=True)
    recording = fields.String(required=True)


class SummaryShape(Schema):
    """A page in a list."""

    path = fields.String(required=True)
    title = fields.String(required=True)
    blob = fields.String(required=True)
    revision = fields.String(required=True)
    updated = fields.DateTime(format="iso", required=True)
    excerpt = fields.String(required=True)
    meta = fields.Nested(MetaShape, required=True)


class PageShape(Schema):
    """A page with its text."""

    path = fields.String(required=True)
    title = fields.String(required=True)
    blob = fields.String(required=True, metadata=told("what `If-Match` names in a save"))
    revision = fields.String(required=True)
    meta = fields.Nested(MetaShape, required=True)
    text = fields.String(required=True, metadata=told("the whole file: front matter and Markdown"))
    html = fields.String(metadata=told("only where `html=yes` was asked"))


class TurnShape(Schema):
    """A turn of one speaker."""

    number = fields.Integer(required=True)
    speaker = fields.String(required=True)
    time = fields.String(required=True)
    said = fields.String(required=True, metadata=told("Markdown"))
    url = Address(required=True, metadata=told("the turn in the version that was read"))


class DialogueShape(PageShape):
    """A dialogue with its turns."""

    turns = fields.List(fields.Nested(TurnShape), required=True)


class SaveShape(Schema):
    """A page's new text."""

    text = Text(required=True, metadata=told("the whole file: front matter and Markdown"))
    summary = Text(load_default="", validate=validate.Length(max=2000))


class NewPageShape(Schema):
    """A new page; without a path its title gives one."""

    kind = fields.Enum(Kind, by_value=True, load_default=Kind.PAGE)
    title = Text(required=True, validate=validate.Length(min=1, max=1000))
    path = Text(load_default="", validate=validate.Length(max=1000))
    text = Text(load_default="")
    summary = Text(load_default="", validate=validate.Length(max=2000))
    fields_ = fields.Dict(
        keys=fields.String(),
        values=Text(),
        load_default=dict,
        data_key="fields",
        metadata=told("the kind's own fields, as its form has them: status, date, participants …"),
    )


class SavedShape(Schema):
    """A save that stands, or the suggestion that it became."""

    path = fields.String()
    revision = fields.String()
    blob = fields.String()
    changed = fields.Boolean()
    merged = fields.List(fields.String(), metadata=told("revisions that it was merged with"))
    suggestion = fields.Integer(metadata=told("waits for an editor; nothing was published"))


class RenameShape(Schema):
    """A new place for a page."""

    new_path = Text(required=True, validate=validate.Length(min=1, max=1000))
    summary = Text(load_default="", validate=validate.Length(max=2000))


class RenamedShape(Schema):
    """A rename that stands."""

    path = fields.String(required=True)
    revision = fields.String(required=True)
    repaired = fields.List(fields.String(), required=True, metadata=told("pages with links to it"))


# -- lists --


class ListShape(Schema):
    """A part of a list; `next` is the `cursor` of the part after it, empty at the end."""

    next = fields.String(required=True)


class SummaryListShape(ListShape):
    """Pages."""

    items = fields.List(fields.Nested(SummaryShape), required=True)


class Cursor(Schema):
    """The place in a list from which to go on."""

    cursor = Text(load_default="", validate=validate.Length(max=100))


class StatusQuery(Cursor):
    """Questions of one status."""

    status = Text(load_default="", validate=validate.Length(max=60))


class At(Schema):
    """A page, now or as it was."""

    at = Text(load_default="", validate=validate.Length(max=64), metadata=told("a revision"))
    html = fields.String(load_default="no", validate=validate.OneOf(["yes", "no"]))


class TagShape(Schema):
    """A tag and on how many pages it is."""

    name = fields.String(required=True)
    count = fields.Integer(required=True)


class TagListShape(Schema):
    """All tags."""

    items = fields.List(fields.Nested(TagShape), required=True)


class PersonShape(Schema):
    """Somebody who is named in dialogues."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    member = fields.String(required=True)
    dialogues = fields.Integer(required=True)


class PersonListShape(ListShape):
    """People by name."""

    items = fields.List(fields.Nested(PersonShape), required=True)


class AppearanceShape(Schema):
    """A dialogue that names somebody, and how many turns are theirs."""

    dialogue = fields.Nested(SummaryShape, required=True)
    turns = fields.Integer(required=True)


class ProfileShape(ListShape):
    """A person with their dialogues."""

    person = fields.Nested(PersonShape, required=True)
    items = fields.List(fields.Nested(AppearanceShape), required=True)


# -- history --


class RevisionShape(Schema):
    """One commit as it touched one page."""

    revision = fields.String(attribute="commit", required=True)
    path = fields.String(required=True)
    blob = fields.String(required=True, metadata=told("empty where the page was deleted"))
    event = fields.String(attribute="event.value", required=True)
    when = fields.DateTime(format="iso", required=True)
    author = fields.String(attribute="author.name", required=True)
    message = fields.String(required=True)
    added = fields.Integer(required=True, allow_none=True)
    removed = fields.Integer(required=True, allow_none=True)


class RevisionListShape(ListShape):
    """A page's revisions, the newest first."""

    path = fields.String(required=True)
    count = fields.Integer(required=True)
    items = fields.List(fields.Nested(RevisionShape), required=True)


class DiffQuery(Schema):
    """Two revisions; without `to` the newest, without `from` the one before it."""

    start = Text(data_key="from", load_default="", validate=validate.Length(max=64))
    end = Text(data_key="to", load_default="", validate=validate.Length(max=64))


class OpShape(Schema):
    """Words that stayed, came or went."""

    change = fields.String(attribute="change.value", required=True)
    text = fields.String(required=True)


class BlockShape(Schema):
    """A paragraph and what happened to it."""

    fate = fields.String(attribute="fate.value", required=True)
    ops = fields.List(fields.Nested(OpShape), required=True)


class DiffShape(Schema):
    """The differences between two revisions of a page."""

    path = fields.String(required=True)
    before = fields.Nested(RevisionShape, allow_none=True, required=True)
    after = fields.Nested(RevisionShape, required=True)
    blocks = fields.List(fields.Nested(BlockShape), required=True)


class ChangeListShape(ListShape):
    """Changes of all pages, the latest first."""

    items = fields.List(fields.Nested(RevisionShape), required=True)


# -- search --


class SearchQuery(Schema):
    """A search, with the fields of the search form."""

    q = Text(load_default="", validate=validate.Length(max=1000))
    kind = Text(load_default="", validate=validate.Length(max=60))
    tag = Text(load_default="", validate=validate.Length(max=200))
    person = Text(load_default="", validate=validate.Length(max=200))
    question = Text(load_default="", validate=validate.Length(max=1000))
    status = Text(load_default="", validate=validate.Length(max=60))
    after = Text(data_key="from", load_default="", validate=validate.Length(max=20))
    until = Text(data_key="to", load_default="", validate=validate.Length(max=20))
    where = Text(data_key="in", load_default="", validate=validate.Length(max=20))
    sort = Text(load_default="", validate=validate.Length(max=20))
    cursor = Text(load_default="", validate=validate.Length(max=9))


class HitShape(Schema):
    """Something that was found."""

    kind = fields.String(required=True)
    path = fields.String(required=True)
    title = fields.String(required=True)
    number = fields.Integer(required=True, metadata=told("of a turn or comment; 0 for a page"))
    revision = fields.String(required=True)
    url = Address(required=True)
    snippets = fields.List(fields.String(), required=True)


class ResultsShape(ListShape):
    """The results of a search."""

    total = fields.Integer(required=True)
    ready = fields.Boolean(required=True, metadata=told("false while the index is being built"))
    corrected = fields.String(required=True)
    items = fields.List(fields.Nested(HitShape), required=True)


# -- talk --


class CommentShape(Schema):
    """A comment on a page."""

    id = fields.Integer(required=True)
    path = fields.String(required=True)
    revision = fields.String(required=True)
    thread = fields.Integer(required=True)
    parent = fields.Integer(required=True, allow_none=True)
    author = fields.String(required=True)
    text = fields.String(required=True, metadata=told("Markdown; empty if it was taken away"))
    state = fields.String(required=True)
    passage = fields.String(required=True, metadata=told("the words that it is about"))
    created = fields.DateTime(format="iso", required=True)
    edited = fields.DateTime(format="iso", required=True, allow_none=True)


class CommentListShape(ListShape):
    """Comments on a page, thread by thread."""

    items = fields.List(fields.Nested(CommentShape), required=True)


class NewCommentShape(Schema):
    """A comment, or an answer to one."""

    text = Text(required=True)
    parent = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(min=1, max=LARGEST_NUMBER),
    )
    anchor = Text(
        load_default="", metadata=told("the words that it is about, as the page marks them")
    )


class ChangeCommentShape(Schema):
    """Another text for one's own comment."""

    text = Text(required=True)


# -- suggestions, files, watches --


class SuggestionShape(Schema):
    """A suggestion that an editor decides on."""

    id = fields.Integer(required=True)
    path = fields.String(required=True)
    base = fields.String(required=True)
    author = fields.String(required=True)
    text = fields.String(required=True)
    summary = fields.String(required=True)
    state = fields.String(required=True)
    created = fields.DateTime(format="iso", required=True)


class SuggestionListShape(ListShape):
    """Suggestions, the newest first."""

    items = fields.List(fields.Nested(SuggestionShape), required=True)


class FileListShape(Schema):
    """The files beside a page, by name."""

    path = fields.String(required=True)
    items = fields.List(fields.String(), required=True)


class FileShape(Schema):
    """A file that was put beside a page."""

    path = fields.String(attribute="file", required=True)
    blob = fields.String(required=True)
    type = fields.String(required=True)


class WatchShape(Schema):
    """A page, question or folder that one follows."""

    path = fields.String(required=True)
    scope = fields.String(required=True)


class WatchListShape(Schema):
    """The pages, questions and folders that one follows."""

    items = fields.List(fields.Nested(WatchShape), required=True)


class WatchQuery(Schema):
    """A path, and how much of it to follow."""

    scope = fields.String(
        load_default="", validate=validate.OneOf(["", "page", "question", "folder"])
    )


# -- webhooks --


class NewWebhookShape(Schema):
    """An address that is to be told of things."""

    name = Text(required=True, validate=validate.Length(min=1, max=100))
    address = Text(required=True, validate=validate.Length(min=1, max=MOST_ADDRESS))
    events = fields.List(
        fields.String(validate=validate.OneOf([event.value for event in CHOSEN])),
        required=True,
        validate=validate.Length(min=1),
    )
    closed = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata=told("also of pages that not everybody may read"),
    )


class TurnWebhookShape(Schema):
    """Whether a webhook hears of things."""

    active = fields.Boolean(required=True, truthy={True}, falsy={False})


class WebhookShape(Schema):
    """An address that is told of things."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    closed = fields.Boolean(required=True)
    active = fields.Boolean(required=True)
    made = fields.DateTime(format="iso", required=True)
    failing = fields.DateTime(format="iso", required=True, allow_none=True)


class MadeWebhookShape(Schema):
    """The number of a new webhook, and its secret, which is told this once."""

    id = fields.Integer(required=True)
    secret = fields.String(required=True)


class WebhookListShape(Schema):
    """All webhooks, by name."""

    items = fields.List(fields.Nested(WebhookShape), required=True)


class DeliveryShape(Schema):
    """One message to a webhook."""

    id = fields.Integer(required=True)
    message = fields.String(required=True, metadata=told("what it has as `webhook-id`"))
    event = fields.String(required=True)
    path = fields.String(required=True)
    made = fields.DateTime(format="iso", required=True)
    due = fields.DateTime(
        format="iso",
        required=True,
        allow_none=True,
        metadata=told("when it is tried next; none once it arrived or was given up"),
    )
    tries = fields.Integer(required=True)
    status = fields.Integer(required=True, metadata=told("the last answer's; 0 without one"))
    problem = fields.String(required=True, metadata=told("why it did not arrive; empty if it did"))
    arrived = fields.DateTime(format="iso", required=True, allow_none=True)


class DeliveryListShape(ListShape):
    """What a webhook was sent, the newest first."""

    items = fields.List(fields.Nested(DeliveryShape), required=True)


# -- other answers --


class SpotShape(Schema):
    """The place of a comment."""

    id = fields.Integer(required=True)
    path = fields.String(required=True)


class SuggestedShape(Schema):
    """The number of a suggestion that waits now; none if nothing was different."""

    suggestion = fields.Integer(required=True, allow_none=True)


class SuggestShape(Schema):
    """A text that is proposed for a page."""

    path = Text(required=True, validate=validate.Length(min=1, max=1000))
    text = Text(required=True, metadata=told("the whole file: front matter and Markdown"))
    base = Text(
        required=True,
        validate=validate.Length(max=64),
        metadata=told("the blob that it started from; empty for a page that is not there"),
    )
    summary = Text(load_default="", validate=validate.Length(max=2000))


class DeclineShape(Schema):
    """The reason why a suggestion is not published."""

    reason = Text(required=True, validate=validate.Length(min=1, max=2000))


class DeleteQuery(Schema):
    """The reason why a page is deleted."""

    summary = Text(load_default="", validate=validate.Length(max=2000))


class MeShape(Schema):
    """The member who asks, and the scopes of the token."""

    username = fields.String(required=True, metadata=told("empty without a token"))
    name = fields.String(required=True)
    role = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    expires = fields.DateTime(format="iso", required=True, allow_none=True)
