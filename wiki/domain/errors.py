"""Everything that can be refused, as one tree of errors.

An error carries a code and values, never a sentence: `i18n/errors.py` turns the code into the
reader's language, `web/http/errors.py` turns the class into an HTTP status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class WikiError(Exception):
    """A request that the wiki refuses; `code` names why, `values` fill the sentence."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values: dict[str, object] = values


@dataclass(frozen=True, slots=True)
class FieldError:
    """One form field that is wrong, and why."""

    field: str
    code: str
    values: Mapping[str, object]


class Invalid(WikiError):
    """400: what was sent is not well formed; `fields` says which form fields and why."""

    def __init__(self, code: str, *, fields: Sequence[FieldError] = (), **values: object) -> None:
        super().__init__(code, **values)
        self.fields = tuple(fields)

    @classmethod
    def field(cls, field: str, code: str, **values: object) -> Invalid:
        """An error about one form field."""
        return cls(code, fields=(FieldError(field, code, values),), **values)


class LoginRequired(WikiError):
    """401: nobody is logged in and the action needs a member."""


class Forbidden(WikiError):
    """403: this member may not do this here."""


class NotFound(WikiError):
    """404: no such thing, or none that this reader may know of."""


class Conflict(WikiError):
    """409: the thing changed meanwhile, or its name is taken."""


class Gone(WikiError):
    """410: the page was deleted; its history remains."""


class TooLarge(WikiError):
    """413: larger than the site's limit."""


class Refused(WikiError):
    """422: well formed, but the wiki will not take this content."""


class TooFast(WikiError):
    """429: too many tries; `seconds` says how long to wait."""


class Unavailable(WikiError):
    """503: a part of the wiki is not ready; trying again helps."""


class Unreadable(Unavailable):
    """503: a text, or what leads to it, cannot be read from the disk.

    It is missing where it is named, cut off, or changed; `why` is the fault in one word.
    """

    def __init__(self, object: str, why: str) -> None:
        super().__init__("object_damaged", object=object, why=why)
        self.object = object
        self.why = why
