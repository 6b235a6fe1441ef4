"""A new page: a question, a dialogue or a plain page, from the fields of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import sections
from wiki.domain.content import text as texts
from wiki.domain.content.pages import STATUSES, Kind
from wiki.domain.content.paths import check, file_of, path_slug, without_suffix
from wiki.domain.errors import Conflict, FieldError, Invalid
from wiki.domain.history.revisions import Event
from wiki.engine import Wiki
from wiki.services.content import commits, fields, files
from wiki.services.editing import draft_files, drafts, saving
from wiki.services.editing.draft_files import Held
from wiki.store.store import Change, Stale

FOLDERS: Mapping[Kind, str] = {
    Kind.QUESTION: "vragen/",
    Kind.DIALOGUE: "gesprekken/",
    Kind.PAGE: "",
}
"""Where new pages go whose path was not typed."""

UNNAMED = "pagina"
"""The path of a page whose title has no letter or digit."""


@dataclass(frozen=True, slots=True)
class New:
    """A form for a new page, as sent; `path` may be empty: then the title gives it.

    `draft` is the id of its draft, beside which its files wait.
    """

    kind: Kind
    path: str
    text: str
    fields: Mapping[str, str]
    summary: str = ""
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page that can be made: its whole text, and its path, which may be `typed` or found."""

    text: str
    path: str
    typed: bool

    def paths(self) -> Iterator[str]:
        """The paths to try, one after the other."""
        yield self.path
        if not self.typed:
            yield from (f"{self.path}-{number}" for number in range(2, 1000))


def prepared(wiki: Wiki, new: New) -> Prepared:
    """Return the path and the text that the form makes.

    Raises Invalid with every field that is wrong, TooLarge.
    """
    whole = compose(new)
    saving.check_text(wiki, whole)
    wrong = [*_title(new, whole), *fields.check(whole)]
    if wrong:
        raise Invalid("fields_wrong", fields=_once(wrong))
    typed = bool(new.path.strip("/ "))
    path = (
        _typed(wiki, new.path)
        if typed
        else FOLDERS[new.kind] + (path_slug(_named(new, whole)) or UNNAMED)
    )
    return Prepared(whole, path, typed)


def create(wiki: Wiki, actor: Actor, new: New) -> saving.Saved:
    """Make the page.

    Raises LoginRequired, Forbidden; Invalid with every field that is wrong, TooLarge; Conflict if
    the path that was typed is taken or has a twin, or has a file of the same name beside it. A path
    made from the title gets a number then.
    """
    wiki.rights.require(actor, Right.CREATE, new.path.strip("/ "))
    page = prepared(wiki, new)
    held = draft_files.contents(wiki, actor, new.draft)
    for path in page.paths():
        try:
            made = _commit(wiki, actor, new, page.text, path, held)
        except (Conflict, Stale) as error:
            if page.typed:
                raise _taken(error, path) from error
            continue
        if new.draft:
            drafts.drop(wiki, actor, "", new.draft)
            draft_files.drop(wiki, actor, new.draft)
        return saving.Saved(path, made.revision, listed=made.listed)
    raise Conflict("path_taken", path=page.path)


def compose(new: New) -> str:
    """The text of the new page: what was written, with the fields in its front matter."""
    text = texts.normalise(new.text)
    given = {name: value for name, value in new.fields.items() if value.strip()}
    if "status" in fields.NAMES[new.kind] and not given.get("status"):
        given["status"] = STATUSES[new.kind][0]
    ordered = {name: given[name] for name in ("title",) if name in given}
    if new.kind is not Kind.PAGE:
        ordered["kind"] = new.kind.value
    ordered |= {name: given[name] for name in fields.NAMES[new.kind] if name in given}
    return fields.apply(text, ordered)


def _commit(
    wiki: Wiki, actor: Actor, new: New, whole: str, path: str, held: Sequence[Held]
) -> commits.Made:
    """Make the page and the files beside it, all or none."""
    file = file_of(check(path))
    wiki.rights.require(actor, Right.CREATE, path)
    beside = {f"{path}/{one.file.name}": one for one in held}
    changes = [Change(name, one.data) for name, one in beside.items()]
    with wiki.store.locked():
        if wiki.store.shown(file):
            raise Conflict("path_taken", path=path)
        for name, one in beside.items():
            if wiki.store.entry(name):
                raise Conflict("file_taken", path=path, name=one.file.name)
        return commits.commit(
            wiki,
            actor,
            Event.CREATE,
            [Change(file, texts.encode(whole)), *changes],
            expect=dict.fromkeys([file, *beside]),
            summary=new.summary,
            trailers=files.called({name: one.file.given for name, one in beside.items()}),
        )


def _taken(error: Exception, path: str) -> Exception:
    return error if isinstance(error, Conflict) else Conflict("path_taken", path=path)


def _title(new: New, whole: str) -> list[FieldError]:
    if new.path.strip("/ ") or _named(new, whole):
        return []
    return [FieldError("title", "title_missing", {})]


def _named(new: New, whole: str) -> str:
    """Give the title of the new page: of its form, its text, or the first heading in that."""
    first = (section.title for section in sections.sections(whole))
    title = new.fields.get("title", "").strip() or fields.title_of(whole)
    return title or next(first, "")


def _typed(wiki: Wiki, path: str) -> str:
    """A typed path as the page's path: the last part a slug, known folders as they are."""
    check(path.strip("/ "))
    done: list[str] = []
    parts = path.strip("/ ").split("/")
    for part in parts[:-1]:
        folder = "/".join([*done, part])
        exists = next(iter(wiki.store.list(folder + "/")), None) is not None
        done.append(part if exists else path_slug(part) or part)
    done.append(path_slug(without_suffix(parts[-1])) or parts[-1])
    return "/".join(done)


def _once(wrong: list[FieldError]) -> list[FieldError]:
    """The errors, one for each field."""
    return list({error.field: error for error in reversed(wrong)}.values())[::-1]
