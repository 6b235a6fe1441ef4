"""Purging: something goes from the whole of history, on an administrator's decision.

For who runs the machine, while the wiki stands still. `look` says what would change; `purge` does
it, in the order that `projections/purging.py` explains.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wiki.database.engine.connection import Connection
from wiki.database.history import hiding, history
from wiki.database.members import members
from wiki.database.operation import purging as truth
from wiki.domain.access.rights import Role
from wiki.domain.content.paths import file_of
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.history.revisions import Part, trailers
from wiki.domain.members.members import Member
from wiki.domain.operation.purging import Task, Words, sentences
from wiki.engine import PAGES, Wiki
from wiki.i18n.languages import translations
from wiki.projections import lineage
from wiki.projections.purging import SEARCH, Intent, Tell, decide, finish
from wiki.services.content import drawings
from wiki.services.operation import nodes
from wiki.services.talk import anchors
from wiki.store.objects.reading import Reader
from wiki.store.rewriting import rewriting
from wiki.store.rewriting.rewriting import Survey

NAME_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """A purge that is wanted: the task for git, passages to take out of talk, its name in the log.

    `hidden` is what of it moderators had hidden, as (part, commit, path).
    """

    kind: str
    subject: str
    task: Task
    passages: tuple[str, ...] = ()
    hidden: tuple[tuple[str, str, str], ...] = ()

    @property
    def words(self) -> Words:
        """Return what goes from talk too."""
        return Words(self.task.words, self.passages, self.task.instead)


@dataclass(frozen=True, slots=True)
class Look:
    """The changes that a purge would make: in git, and by table how many rows people wrote.

    `left` are rows, by table, that hold the words and stay: names of accounts and of places.
    """

    wanted: Wanted
    survey: Survey
    rows: Counter[str]
    left: Counter[str]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to purge."""
        return not self.survey.written and not self.rows


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a purge, and what it could not reach.

    `commits` got a new id. `files` still hold the words: files that are no text, that somebody
    put in the data folder, or that differ from what was exported. `borrowed` are repositories
    that objects came from. `is_barred` is whether a push of the old history will be refused;
    `is_gone` is false if somebody pushed it again meanwhile. `nodes` have yet to notice.
    """

    commits: int
    rows: Counter[str]
    files: Sequence[str]
    borrowed: Sequence[str]
    is_barred: bool
    is_gone: bool
    nodes: Sequence[str]


def by_admin(wiki: Wiki, username: str) -> Member | None:
    """The administrator who decided; None for an empty name. Raises NotFound, Invalid."""
    if not username:
        return None
    with wiki.database.read() as connection:
        member = members.by_username(connection, username)
    if member is None:
        raise NotFound("member_missing", username=username)
    if member.role is not Role.ADMIN:
        raise Invalid("purge_by_admin", username=username)
    return member


# -- what is to go --


def of_revisions(wiki: Wiki, path: str, written: Sequence[str]) -> Wanted:
    """Want away what a page said in these revisions, wherever the very same text stands.

    Without any: in those whose text is hidden. What other revisions of the page say too stays.
    Raises NotFound, Invalid.
    """
    with wiki.database.read() as connection:
        pages = history.pages_at(connection, path)
        if not pages:
            raise NotFound("page_missing", path=path)
        rows = [
            revision
            for page in pages
            for revision in history.of_page(connection, page, limit=10**9)
        ]
        hidden = hiding.parts(connection, {revision.commit for revision in rows})
    is_hidden = {key for key, parts in hidden.items() if Part.TEXT in parts}
    if written:
        wanted = {_commit(wiki, revision) for revision in written}
        chosen = [revision for revision in rows if revision.commit in wanted]
        if missing := wanted - {revision.commit for revision in chosen}:
            raise NotFound("revision_missing", revision=sorted(missing)[0])
    else:
        chosen = [revision for revision in rows if (revision.commit, revision.path) in is_hidden]
    blobs = {revision.blob for revision in chosen} - {""}
    if not blobs:
        raise Invalid("purge_nothing")
    others = {revision.blob for revision in rows} - blobs - {""}
    instead = _instead(wiki)
    task = Task(texts={blob: f"{instead}\n".encode() for blob in blobs}, instead=instead)
    gone = tuple(
        (Part.TEXT.value, revision.commit, revision.path)
        for revision in rows
        if revision.blob in blobs and (revision.commit, revision.path) in is_hidden
    )
    return Wanted("revision", path, task, _only_in(wiki, blobs, others), gone)


def of_message(wiki: Wiki, written: Sequence[str]) -> Wanted:
    """Want away what was said of these revisions when they were saved. Raises NotFound."""
    commits = [_commit(wiki, one) for one in written]
    instead = _instead(wiki)
    said = {}
    for commit in commits:
        found = wiki.store.get(commit)
        assert found is not None
        kept = "\n".join(f"{key}: {value}" for key, value in trailers(found.message).items())
        said[commit] = f"{instead}\n\n{kept}\n" if kept else f"{instead}\n"
    with wiki.database.read() as connection:
        hidden = hiding.parts(connection, commits)
    gone = tuple(
        (Part.MESSAGE.value, *key) for key, parts in hidden.items() if Part.MESSAGE in parts
    )
    return Wanted("message", commits[0][:10], Task(messages=said, instead=instead), hidden=gone)


def of_author(wiki: Wiki, username: str) -> Wanted:
    """The name of a member, also of one who was erased, as author and committer of revisions.

    Raises NotFound.
    """
    with wiki.database.read() as connection:
        member = members.by_username(connection, username) or members.had(connection, username)
    if member is None:
        raise NotFound("member_missing", username=username)
    name = f"member-{member.uid[:NAME_DIGITS]}"
    return Wanted("author", member.uid, Task(author=member.uid, name=name))


def of_words(wiki: Wiki, words: Iterable[str], instead: str = "") -> Wanted:
    """Whole words, case-exact, in every text, message and name of history. Raises Invalid."""
    wanted_words = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
    if not wanted_words:
        raise Invalid("purge_nothing")
    task = Task(words=wanted_words, instead=instead or _instead(wiki))
    if Words(wanted_words).stand_in(task.instead):
        raise Invalid("purge_instead")
    return Wanted("text", f"text ({len(wanted_words)})", task)


def of_files(wiki: Wiki, files: Iterable[str]) -> Wanted:
    """Files (a page with its `.md`), all that they ever were, and copies of it elsewhere."""
    named = frozenset(file.strip("/") for file in files)
    folders = sorted({file.rpartition("/")[0] or "/" for file in named})
    return Wanted("file", " ".join(folders)[:250], Task(files=named, instead=_instead(wiki)))


def _commit(wiki: Wiki, written: str) -> str:
    commit = wiki.store.resolve(written)
    if commit is None:
        raise NotFound("revision_missing", revision=written[:64])
    return commit


def _instead(wiki: Wiki) -> str:
    # No bracket of Markdown, and no list where it stands in front matter.
    return f"({translations(wiki.settings.language).gettext('removed')})"


def _only_in(wiki: Wiki, gone: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """The sentences that stand only in what goes, as they are written and as they read."""
    source = anchors.source(wiki)

    def said(blob: str) -> set[str]:
        text = wiki.store.blob(blob).decode("utf-8", "replace")
        return sentences(text) | sentences(source.plain(blob))

    unique = {sentence for blob in gone for sentence in said(blob)}
    for blob in others:
        if not unique:
            break
        unique -= said(blob)
    return tuple(sorted(unique))


# -- doing it --


def look(wiki: Wiki, wanted: Wanted, tell: Tell) -> Look:
    """Find what the purge would change. Raises StoreError in a shallow clone."""
    survey = rewriting.survey(wiki.store.git, Reader(wiki.store.git), wanted.task, tell)
    if wanted.task.files and not survey.gone:
        raise NotFound("file_missing", file=sorted(wanted.task.files)[0])
    words = wanted.words
    with wiki.database.read() as connection:
        if not words.marks:
            return Look(wanted, survey, Counter(), Counter())
        rows, left = truth.with_words(connection, words), truth.left(connection, words)
    return Look(wanted, survey, rows, left)


def purge(wiki: Wiki, look: Look, by: Member | None, reason: str, tell: Tell) -> Result:
    """Do it, for good. The wiki must have been opened alone, and is closed by this.

    Raises Invalid without a reason, Conflict if history changed since the look.
    """
    if not reason.strip():
        raise Invalid("reason_missing")
    wanted, git = look.wanted, wiki.store.git
    reader = Reader(git, wiki.store.seal)
    rewritten = rewriting.rewrite(git, reader, look.survey, tell)
    with wiki.database.read() as connection:
        births = list(truth.births(connection))
        moved = list(_anchors(wiki, connection, wanted.words, rewritten.blobs))
    pages = {
        born: lineage.born(rewritten.commits[commit], path)
        for born, commit, path in births
        if commit in rewritten.commits
    }
    intent = Intent(
        act=secrets.token_hex(8),
        at=wiki.clock().isoformat(),
        by=by.id if by else None,
        subject=wanted.subject[:250],
        reason=reason.strip(),
        detail={"what": wanted.kind, "revisions": str(len(rewritten.commits))},
        moves=rewritten.moves,
        barred=look.survey.first,
        commits=rewritten.commits,
        blobs=rewritten.blobs,
        pages=pages,
        words=wanted.task.words,
        passages=wanted.passages,
        instead=wanted.task.instead,
        anchors=tuple(moved),
        hidden=wanted.hidden,
    )
    decide(wiki.store, intent, look.survey.refs)
    drawings.forget(wiki.settings.data)
    others = nodes.others(wiki)
    wiki.database.close()
    wiki.store.close()
    done = finish(wiki.settings, tell)
    left = sorted({*look.survey.binary, *_holding(wiki.settings.data, wanted)} - {""})
    return Result(
        len(rewritten.commits), look.rows, left, done.borrowed, done.is_barred, done.is_gone, others
    )


def _anchors(
    wiki: Wiki, connection: Connection, words: Words, blobs: Mapping[str, str]
) -> Iterator[tuple[int, str, int | None, int | None]]:
    """Comments about passages of texts that are written anew: where those words stand now.

    A passage that is gone leaves a comment on the page.
    """
    source = anchors.source(wiki)
    for quote in truth.anchored(connection):
        before = wiki.store.entry(file_of(quote.path), at=quote.revision)
        if before is None or before.blob not in blobs:
            continue
        said = words.replaced(quote.words)
        text = source.plain(blobs[before.blob], quote.path)
        starts = list(_all(text, said))
        if starts:
            start = min(starts, key=lambda at: abs(at - quote.start))
            yield quote.comment, said, start, start + len(said)
        else:
            yield quote.comment, "", None, None


def _all(text: str, part: str) -> Iterator[int]:
    at = text.find(part) if part else -1
    while at != -1:
        yield at
        at = text.find(part, at + 1)


def _holding(data: Path, wanted: Wanted) -> Iterator[str]:
    """Files of the data folder, but for the databases and git's objects, that hold the words."""
    words = wanted.words
    marks = [mark.encode() for mark in words.marks]
    if not marks:
        return
    for file in data.rglob("*"):
        inside = file.relative_to(data)
        if (
            not file.is_file()
            or file.is_symlink()
            or inside.parts[:3] == (PAGES, ".git", "objects")
        ):
            continue
        if inside.parts[0] == "wiki.db" or inside.parts[0] == SEARCH:
            continue
        content = file.read_bytes()
        if any(mark in content for mark in marks) and words.stand_in(
            content.decode("latin-1") + content.decode("utf-8", "ignore")
        ):
            yield str(inside)
