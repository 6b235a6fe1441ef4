"""The wiki in one process: it holds the store, the database and the projections, without logic."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from wiki import identity
from wiki.bell import Bell
from wiki.database.access import rules
from wiki.database.engine import identity as marks
from wiki.database.engine import progress
from wiki.database.engine.database import Database
from wiki.database.history import sealing
from wiki.database.history.ledger import PostgresLedger
from wiki.database.members import members, profiles
from wiki.database.operation import choices
from wiki.database.operation.lead import Lead
from wiki.domain.access.rights import DEFAULT_RIGHTS, Right, Rights, Role
from wiki.domain.content.conventions import Conventions, dialogues
from wiki.domain.content.links import Way
from wiki.domain.errors import Unavailable
from wiki.domain.members.members import Status
from wiki.domain.search.search import Site
from wiki.projections import export, follow, history
from wiki.projections.history import Much
from wiki.projections.search.deleted_text import (
    DeletedTextIndex,
    PastIndex,
    SharedDeletedTextIndex,
)
from wiki.projections.search.index import PresentIndex, SearchIndex, SharedSearchIndex
from wiki.render.drawings import FOLDER as DIAGRAMS
from wiki.render.drawings import is_drawn
from wiki.render.links import Others
from wiki.render.markdown import Renderer
from wiki.render.slots import nothing_drawn
from wiki.settings import Settings, agree, chosen_over, with_secret
from wiki.store.git.lock import Use
from wiki.store.rewriting import moving
from wiki.store.shared import pushing
from wiki.store.shared.store import SharedStore
from wiki.store.store import Store

PAGES = "pages"
LOCK = "wiki.lock"
UNFINISHED = "restore.unfinished"
"""Stands in a data folder as long as a restore is not finished there."""
WAITING = members.Wanted(status=Status.WAITING.value)
PATIENCE = 2.0
"""Seconds that a request waits while another thread brings the lists up to date."""
GLANCE = 0.1
"""Seconds between two looks at whether the worker has brought the lists up to date."""
REST = 5.0
"""Seconds before lists are tried again that could not be brought up to date, or made anew."""

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class People:
    """The opaque ids of members who were erased, and of those with a picture, its mark.

    `waiting` counts those who wait for approval; `has_admin`: somebody administers the site.
    """

    former: frozenset[str]
    pictures: Mapping[str, str]
    waiting: int
    has_admin: bool


@dataclass(eq=False)
class Wiki:
    """Everything that a service needs; one for each process, shared by its threads.

    `clock` gives the moment now, in UTC; `has_worker` tells whether there is one, and `wake` nudges
    it; `use` keeps a purge away; `lead` is for the worker of one of several nodes.
    """

    configured: Settings
    store: Store
    database: Database
    search: PresentIndex
    deleted_text: PastIndex
    renderer: Renderer
    clock: Callable[[], datetime] = _now
    wake: Callable[[], None] = lambda: None
    has_worker: Callable[[], bool] = lambda: False
    use: Use | None = None
    lead: Lead | None = None
    _followed: object = None
    _rest_until: float = 0.0
    _rights: tuple[object, Rights] | None = None
    _people: tuple[object, People] | None = None
    _settings: Settings | None = None
    logo: str = ""
    """The mark of the site's logo; empty for the wiki's own sign."""
    _mending: threading.Thread | None = None
    _keeping_up: tuple[threading.Thread | None, float] = (None, 0.0)
    _is_closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def settings(self) -> Settings:
        """The settings with what was chosen on the screen, as of when rights were last asked."""
        return self._settings or self.configured

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self.configured, self._settings, self._rights = settings, None, None

    @property
    def rights(self) -> Rights:
        """Say who may do what: settings of the site and rules by path, read again once changed."""
        version = self.database.generation()
        kept = self._rights
        if kept is not None and kept[0] == version:
            return kept[1]
        with self.database.read() as connection:
            settings = chosen_over(self.configured, choices.every(connection))
            self.logo = choices.logo_mark(connection)
            rights = Rights(site_rights(settings), tuple(rules.all_rules(connection)))
        self._settings = settings
        self._know_site(settings)
        self._rights = (version, rights)
        return rights

    def renew(self) -> bool:
        """Let the settings hold that were chosen meanwhile, in whichever process.

        While the database is away those hold that are known; gives whether it could be asked.
        """
        try:
            _ = self.rights
        except Unavailable:
            return False
        return True

    def _know_site(self, settings: Settings) -> None:
        self.search.site = self.deleted_text.site = _site(settings)
        self.renderer.dialogues = dialogues(settings.dialogues)
        self.renderer.others = Others(Way(settings.other_pictures), settings.secret_key.encode())
        drawn = partial(is_drawn, settings.data / DIAGRAMS)
        self.renderer.is_drawn = drawn if settings.mermaid_command else nothing_drawn

    @property
    def people(self) -> People:
        """Return what every screen must know of members; read again once something changed."""
        version = self.database.generation()
        kept = self._people
        if kept is not None and kept[0] == version:
            return kept[1]
        with self.database.read() as connection:
            people = People(
                former=frozenset(members.former(connection)),
                pictures=profiles.marks(connection),
                waiting=members.count(connection, WAITING),
                has_admin=members.administrators(connection) > 0,
            )
        self._people = (version, people)
        return people

    def know(self) -> None:
        """Look at what reading goes on with while the database is away."""
        self.database.version()
        _ = self.rights, self.people

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which dates without an offset are meant."""
        return ZoneInfo(self.settings.timezone)

    def refresh(self) -> None:
        """See what other nodes saved. Raises Unavailable (`node_apart`) where that is unknown."""
        try:
            self.store.refresh()
        except Unavailable as fault:
            raise Unavailable("node_apart") from fault

    @property
    def meant(self) -> Conventions:
        """What pages mean that do not say it."""
        return Conventions(self.zone, dialogues(self.settings.dialogues))

    def follow(self, *, has_committed: bool = False, only_little: bool = False) -> None:
        """Catch the SQL projections up if the branch moved since this process last looked.

        Costs microseconds when nothing moved; of many threads one does the work, others wait. Who
        `has_committed` spares it a look at how far they are. With `only_little` leaves to the
        worker, if there is one, what others did if that is much. Raises Unavailable
        (`lists_rebuilding`) then, and where another thread takes long.
        """
        if self._place() == self._followed:
            return
        if not self._lock.acquire(timeout=PATIENCE):
            raise Unavailable("lists_rebuilding")
        try:
            self._follow(has_committed, only_little=only_little and self.has_worker())
        except Much:
            self.wake()
            raise Unavailable("lists_rebuilding") from None
        finally:
            self._lock.release()

    def keep_up(self, *, only_little: bool = False) -> None:
        """Catch up as `follow` does, but leave lists as they are if that fails.

        It is logged, and tried again after some seconds; the worker tries too. With `only_little`
        raises Much where there is much to do.
        """
        with self._lock:
            try:
                self._follow(has_committed=False, only_little=only_little)
            except Much:
                raise
            except Exception as error:
                # Whatever it is, pages can be read without it; `/readyz` says how far lists lag.
                trace = None if isinstance(error, Unavailable) else error
                log.error("lists stay as they are for now: %s", error, exc_info=trace)
                self._rest_until = time.monotonic() + REST

    def keep_up_meanwhile(self) -> None:
        """Keep up for a reader, who goes on with lists as they are if that takes long.

        A push can make work for minutes: the worker does that, and where there is none a thread of
        its own. In this process everybody would wait for each step of it.
        """
        if self._place() == self._followed or time.monotonic() < self._rest_until:
            return
        thread, since = self._keeping_up
        if thread is None or not thread.is_alive():
            thread = threading.Thread(target=self._keep_up_with_worker, daemon=True)
            since = time.monotonic()
            thread.start()
            self._keeping_up = thread, since
        thread.join(max(0.0, since + PATIENCE - time.monotonic()))

    def _keep_up_with_worker(self) -> None:
        while not self._is_closing.is_set():
            seen = self.database.version()
            try:
                self.keep_up(only_little=self.has_worker())
                return
            except Much:
                self.wake()
                self._wait_for_worker(seen)

    def _wait_for_worker(self, seen: object) -> None:
        """Return when something changed, or when there is no worker any more."""
        while not self._is_closing.wait(GLANCE):
            if self.database.version() != seen or not self.has_worker():
                return

    def _follow(self, has_committed: bool, *, only_little: bool = False) -> None:
        place = self._place()
        if place != self._followed:
            follow.catch_up(
                self.store,
                self.database,
                self.meant,
                is_needed=has_committed,
                only_little=only_little,
            )
            self._followed = place

    def _place(self) -> object:
        """How far the branch is, and since when the server of lists was there.

        One that comes back, or takes the place of another, may not have what was followed last.
        """
        return self.store.stamp(), self.database.losses

    def mend(self) -> None:
        """Let projections that cannot be used be made anew, while pages are read without them.

        Raises Unavailable (`lists_rebuilding`) as long as there are none. Where the database is
        away nobody can look: who needs it finds out, and all else goes on.
        """
        try:
            self.database.heal()
            is_blank = self.database.is_blank()
        except Unavailable:
            return
        if not is_blank:
            return
        if self._mending is None or not self._mending.is_alive():
            self._mending = threading.Thread(target=self._rebuild, name="rebuild", daemon=True)
            self._mending.start()
        raise Unavailable("lists_rebuilding")

    def _rebuild(self) -> None:
        try:
            follow.catch_up(self.store, self.database, self.meant)
        except Exception:
            # Whatever it is: the next one who asks tries again.
            log.exception("the lists cannot be made anew")
            time.sleep(REST)

    def leads(self) -> bool:
        """Whether this node's worker does what only one of several does."""
        return self.lead is None or self.lead.held()

    def keep_people(self) -> None:
        """Note, durably, that there are people: a database without them is no longer believed."""
        marked = identity.read(self.settings.data)
        if marked is None or marked.people:
            return
        self.database.harden()
        identity.write(self.settings.data, replace(marked, people=True))

    def close(self) -> None:
        """Let go of files and connections; the wiki cannot be used afterwards."""
        self._is_closing.set()
        thread, _ = self._keeping_up
        if thread:
            thread.join(PATIENCE)
        if self.lead:
            self.lead.close()
        self.database.close()
        self.store.close()
        if self.use:
            self.use.end()


def site_rights(settings: Settings) -> dict[Right, Role]:
    """The role that each right needs on the whole site, with the settings applied."""
    rights = dict(DEFAULT_RIGHTS)
    rights[Right.READ] = Role[settings.read.upper()]
    rights[Right.COMMENT] = Role[settings.comment.upper()]
    if settings.newcomers_suggest:
        rights[Right.EDIT] = rights[Right.CREATE] = Role.EDITOR
    return rights


def use(data: Path, *, alone: bool = False) -> Use:
    """That somebody uses the wiki in a data folder, until this is ended or the process dies.

    Raises Unavailable: `wiki_in_use` if `alone` is not possible, `wiki_purging` if somebody else
    is alone.
    """
    data.mkdir(parents=True, exist_ok=True)
    try:
        return Use(data / LOCK, alone=alone)
    except BlockingIOError:
        code = "wiki_in_use" if alone else "wiki_purging"
        raise Unavailable(code, folder=str(data)) from None


def open_wiki(settings: Settings, *, alone: bool = False) -> Wiki:
    """The wiki in the settings' data folder; what is missing there is made.

    A purge that was killed is finished, or taken back, first. `alone`: nobody else may have it
    open. Raises Unavailable as `use` does, and for a restore that was broken off.
    """
    if (settings.data / UNFINISHED).exists():
        raise Unavailable("restore_unfinished", folder=str(settings.data))
    agree(settings)
    # Git is told folders from elsewhere than where we stand.
    settings = with_secret(replace(settings, data=settings.data.resolve()))
    held = use(settings.data, alone=alone)
    try:
        if moving.is_begun(settings.data / PAGES / ".git"):
            from wiki.projections import purging  # rare, and slow to load

            held.end()
            held = use(settings.data, alone=True)
            purging.go_on(settings)
            if not alone:
                held.share()
        return _opened(settings, held)
    except BaseException:
        held.end()
        raise


def adopt_database(settings: Settings) -> None:
    """Let the data folder bear the mark of whatever wiki its database holds now."""
    database = Database.open(settings.database_url, settings.data)
    try:
        with database.write() as connection:
            mark = marks.ensure(connection)
        identity.forget_reached(settings.data)
        identity.write(settings.data, identity.Identity(mark))
    finally:
        database.close()


def _database(settings: Settings) -> Database:
    """The database of the wiki in the settings' data folder, and of no other.

    Raises Unavailable (`shared_pages_sqlite`) if several nodes are to share a file.

    Both bear its mark. A folder without one (new, or older than marks) gets the database's; but a
    database on a server that has a mark and people is some other folder's.
    """
    data = settings.data
    marked = identity.read(data)
    database = Database.open(settings.database_url, data, marked.mark if marked else "")
    try:
        if settings.shared_pages and database.is_file:
            raise Unavailable("shared_pages_sqlite")
        with database.read() as connection:
            mark, has_people = marks.get(connection), members.any_ever(connection)
        is_taken = mark and has_people and not database.is_file
        # A node that joins finds people there.
        if marked is None and is_taken and not settings.shared_pages:
            raise Unavailable("database_taken", folder=str(data))
        if marked and marked.people and not has_people:
            raise Unavailable("database_lost", folder=str(data))
        if not mark:
            with database.write() as connection:
                mark = marks.ensure(connection)
        identified = identity.Identity(mark, has_people)
        if identified != marked:
            database.harden()
            identity.write(data, identified)
    except BaseException:
        database.close()
        raise
    return database


def _opened(settings: Settings, held: Use) -> Wiki:
    with ExitStack() as failed:
        database = _database(settings)
        failed.callback(database.close)
        with database.read() as connection:
            followed, _ = progress.get(connection, history.NAME)
        store = _store(settings, database, followed)
        failed.callback(store.close)
        _trust(store, database)
        site = _site(settings)
        search, lost = _indexes(settings, database, site)
        bell = Bell(settings.data)
        wiki = Wiki(
            configured=settings,
            store=store,
            database=database,
            search=search,
            deleted_text=lost,
            renderer=Renderer(),
            wake=bell.ring,
            has_worker=bell.is_heard,
            use=held,
            lead=Lead(database) if settings.shared_pages else None,
        )
        wiki.keep_up()
        wiki.know()
        failed.pop_all()
    return wiki


def _store(settings: Settings, database: Database, followed: str) -> Store:
    """The store in the data folder: the whole truth, or one node's copy of the ledger."""
    if not settings.shared_pages:
        return Store.open(settings.data / PAGES, witness=followed)
    store = SharedStore.enter(settings.data / PAGES, PostgresLedger.of(database), export.settle)
    module = "wiki.commands.serving.hook"
    pushing.install(store.git, [sys.executable, "-m", module, str(settings.data)])
    return store


def _site(settings: Settings) -> Site:
    zone = ZoneInfo(settings.timezone)
    return Site(settings.language, zone, dialogues(settings.dialogues))


def _indexes(settings: Settings, database: Database, site: Site) -> tuple[PresentIndex, PastIndex]:
    """The indexes of what is there and of what was deleted, by the engine that is set."""
    if settings.searches_in_database:
        shared = SharedDeletedTextIndex.open(database, site)
        return SharedSearchIndex.open(database, site), shared
    folder = settings.data / "search_index"
    return SearchIndex.open(folder, site), DeletedTextIndex.open(folder / "lost", site)


def _trust(store: Store, database: Database) -> None:
    """Let the store know the wiki's own commits; those of before there were seals are believed."""
    with database.read() as connection:
        sealed = sealing.get(connection)
    if sealed is None:
        with database.write() as connection:
            sealing.begin(connection, store.head())
            sealed = sealing.get(connection)
    assert sealed is not None
    store.trust(*sealed)
