"""The public part as a repository of its own, which anybody clones at `/git-public`.

A clone of the wiki holds every version of every page, so it is for few. This one holds the files
that everybody may read, as they are now and as they were while that was so: the worker adds a
commit when they change. As soon as something is closed, hidden, purged or goes where it is closed,
the whole mirror is made anew, and until then nobody gets the old one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from wiki.database.history import hiding, history
from wiki.domain.access.rights import ANONYMOUS, Right
from wiki.domain.content.paths import page_of
from wiki.domain.errors import NotFound, Unavailable, Unreadable
from wiki.domain.history.revisions import Part
from wiki.engine import Wiki
from wiki.keeping import PRIVATE, keep
from wiki.services.access import sight
from wiki.store.git import mirror
from wiki.store.git.mirror import Step
from wiki.store.objects.versions import Entry

log = logging.getLogger(__name__)

FOLDER, NOTE = "public.git", "denktank.mirror"
MOST = 500
"""Commits that are looked at for what was moved; after more the mirror is made anew."""
SOON = 10
"""Seconds after which one asks again while the mirror is made."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a mirror was made of: a commit of the wiki, and all that decides what is public."""

    source: str
    closed: str


def folder_of(wiki: Wiki) -> Path:
    """Where the mirror is."""
    return wiki.settings.data / FOLDER


def catch_up(wiki: Wiki) -> bool:
    """Let the mirror follow; whether there is more to do, which is never. For the worker."""
    git = folder_of(wiki)
    if not wiki.settings.git_public:
        mirror.drop(git)
        return False
    now, was = _now(wiki), _note(git)
    if now == was or not now.source:
        return False
    hidden = _hidden(wiki)
    files = [entry for entry in _files(wiki, now.source) if entry.blob not in hidden]
    commit = wiki.store.get(now.source)
    assert commit is not None
    when = datetime.fromtimestamp(commit.committed, UTC)
    step = Step(files, lambda blob: _read(wiki, blob), when, f"Pages as of {when:%Y-%m-%d}\n")
    has_all = mirror.files_of(git) <= {entry.file for entry in files}
    goes_on = was is not None and has_all and _keeps_its_past(wiki, now, was)
    mirror.write(git, wiki.store.branch, step, goes_on=goes_on)
    keep(git / NOTE, json.dumps(asdict(now)), PRIVATE)
    return False


def require(wiki: Wiki) -> Path:
    """The mirror, if all in it is public. Raises NotFound, Unavailable (`git_public_made`)."""
    if not wiki.settings.git_public or sight.of(wiki, ANONYMOUS).is_empty:
        raise NotFound("git_public_off")
    git = folder_of(wiki)
    now, was = _now(wiki), _note(git)
    if was is None or (now != was and not _is_harmless(wiki, now, was)):
        wiki.wake()
        raise Unavailable("git_public_made", seconds=SOON)
    return git


def _is_harmless(wiki: Wiki, now: Made, was: Made) -> bool:
    """Whether what the mirror lacks is only what came: nothing in it can have been closed."""
    return sight.of(wiki, ANONYMOUS).is_whole and _may_go_on(wiki, now, was)


def _keeps_its_past(wiki: Wiki, now: Made, was: Made) -> bool:
    """Whether all that the mirror ever held is public still: what was moved may be closed now."""
    if not _may_go_on(wiki, now, was):
        return False
    if sight.of(wiki, ANONYMOUS).is_whole:
        return True
    wiki.follow()
    came = [commit.id for commit in islice(wiki.store.log(was.source, now.source), MOST + 1)]
    if len(came) > MOST:
        return False
    with wiki.database.read() as connection:
        return not any(one.came_from for one in history.of_commits(connection, came))


def _may_go_on(wiki: Wiki, now: Made, was: Made) -> bool:
    return now.closed == was.closed and wiki.store.reachable(was.source)


def _now(wiki: Wiki) -> Made:
    seen = sight.of(wiki, ANONYMOUS)
    with wiki.database.read() as connection:
        hidden = sorted((*key, *sorted(parts)) for key, parts in hiding.every(connection).items())
    told = json.dumps([seen.hidden, seen.shown, hidden])
    return Made(wiki.store.head(), hashlib.sha256(told.encode()).hexdigest())


def _note(git: Path) -> Made | None:
    try:
        return Made(**json.loads((git / NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _files(wiki: Wiki, at: str) -> Iterator[Entry]:
    """Every file that everybody may read, but those that are the repository's own."""
    for entry in wiki.store.list(at=at):
        is_apart = any(part.startswith(".") for part in entry.file.split("/"))
        path = page_of(entry.file) or entry.file
        if not is_apart and wiki.rights.may(ANONYMOUS, Right.READ, path):
            yield entry


def _hidden(wiki: Wiki) -> frozenset[str]:
    """The texts that moderators hid, by blob."""
    with wiki.database.read() as connection:
        keys = [key for key, parts in hiding.every(connection).items() if Part.TEXT in parts]
    found = (wiki.store.entry(f"{path}.md", at=commit) for commit, path in keys)
    return frozenset(entry.blob for entry in found if entry)


def _read(wiki: Wiki, blob: str) -> bytes | None:
    try:
        return wiki.store.blob(blob)
    except Unreadable:
        log.warning("%s is damaged, and left out of the public mirror", blob)
        return None
