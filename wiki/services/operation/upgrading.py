"""An upgrade foretold: what this version does to a data folder at its next start; only read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wiki import identity
from wiki.database.engine.migrations.standing import Standing, standing
from wiki.domain.content.conventions import Conventions, dialogues
from wiki.domain.errors import Unavailable
from wiki.engine import PAGES
from wiki.projections import follow, sentences
from wiki.projections.search.postgresql import shared_index
from wiki.projections.search.storage import fields, folder
from wiki.settings import Settings
from wiki.store.git import maintenance

COMMITS_A_SECOND, FILES_A_SECOND = 1_500, 200
"""How fast history is followed, and pages are indexed, on a machine with two cores."""
STEP_SECONDS = 1.0
SEARCH, LOST = "search", "lost"


@dataclass(frozen=True, slots=True)
class Part:
    """A projection whose rows have another format than this version's; `found` 0: there is none."""

    name: str
    found: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The work of the next start.

    `first` are the projections that are made before a page is shown, `later` those that the worker
    makes while the wiki runs; both with about how many seconds that takes.
    """

    database: Standing
    first: Sequence[Part]
    later: Sequence[Part]
    commits: int
    files: int
    seconds: float
    seconds_later: float

    @property
    def is_needed(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.database.steps or self.first or self.later)


def plan(settings: Settings) -> Plan:
    """Compare the data folder with this version.

    Raises Unavailable if its database is away, or lost.
    """
    database = standing(settings.database_url, settings.data)
    if not database.step and identity.read(settings.data):
        raise Unavailable("database_lost", folder=str(settings.data))
    git = settings.data / PAGES / ".git"
    commits, files = maintenance.extent(git) if git.exists() else (0, 0)
    meant = Conventions(ZoneInfo(settings.timezone), dialogues(settings.dialogues))
    first = _other(database.formats, follow.formats(meant))
    indexed, version = _indexed(settings, database)
    wanted = {sentences.NAME: sentences.FORMAT, SEARCH: version, LOST: version}
    # What there is none of, the worker makes in any version.
    later = [part for part in _other({**database.formats, **indexed}, wanted) if part.found]
    seconds = len(database.steps) * STEP_SECONDS
    return Plan(
        database=database,
        first=first,
        later=later,
        commits=commits,
        files=files,
        seconds=seconds + (commits / COMMITS_A_SECOND if first else 0),
        seconds_later=sum(_later(part.name, commits, files) for part in later),
    )


def _indexed(settings: Settings, found: Standing) -> tuple[Mapping[str, int], int]:
    """The versions of the search indexes, and this version's, of the engine that is set."""
    if settings.searches_in_database:
        kept = {SEARCH: found.indexes.get("now", 0), LOST: found.indexes.get("lost", 0)}
        return kept, shared_index.version()
    index = settings.data / "search_index"
    versions = {SEARCH: folder.version_of(index), LOST: folder.version_of(index / LOST)}
    return versions, fields.VERSION


def _other(found: Mapping[str, int], wanted: Mapping[str, int]) -> list[Part]:
    parts = (Part(name, found.get(name, 0), format) for name, format in wanted.items())
    return [part for part in parts if part.found != part.wanted]


def _later(name: str, commits: int, files: int) -> float:
    return files / FILES_A_SECOND if name == SEARCH else commits / COMMITS_A_SECOND
