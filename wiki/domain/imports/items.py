"""Items of an export, whatever wiki it is of: people, versions of files, remarks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from wiki.domain.content.paths import SUFFIX


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wrote there; `key` is their id in the export.

    `email` is compared with those of members and kept nowhere.
    """

    key: str
    name: str = ""
    login: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one file; without `data` it was deleted.

    `thing` and `version` are ids in the export: the same two never come in twice. `by` is the key
    of a person, empty for nobody who is known. `came_from` is the file that it was until then.
    """

    thing: str
    version: str
    file: str
    when: datetime
    by: str
    data: bytes | None
    message: str = ""
    came_from: str = ""

    @property
    def is_page(self) -> bool:
        """Whether it is a page; any other file is an attachment."""
        return self.file.endswith(SUFFIX)


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on the page that `thing` became; `answers` is the id of another, or empty."""

    id: str
    thing: str
    by: str
    when: datetime
    text: str
    answers: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that does not come along: what it is there, and the code of the reason."""

    what: str
    code: str
    values: tuple[tuple[str, object], ...] = ()


@dataclass(slots=True)
class Report:
    """The outcome of an import or, tried dry, what it would be.

    `known` counts versions and remarks that came in before; `people` gives, for each writer, the
    member that they are here, empty for one who has no account. `lost` counts what pages lose in
    their text, by what it is.
    """

    pages: int = 0
    revisions: int = 0
    files: int = 0
    comments: int = 0
    known: int = 0
    people: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)

    def leave(self, what: str, code: str, **values: object) -> None:
        """Note that something does not come along."""
        self.left_out.append(LeftOut(what, code, tuple(values.items())))
