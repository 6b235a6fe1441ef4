"""The column beside plain pages: the nearest `_sidebar` page, and the tree of the folder."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from wiki.database.content import leads
from wiki.database.engine.connection import Connection
from wiki.database.pages import folders
from wiki.domain.access.rights import Actor, Right
from wiki.domain.access.sight import Sight
from wiki.domain.content.paths import SIDEBARS, ancestors, file_of, folder_of, index_rank
from wiki.domain.errors import Unreadable
from wiki.domain.pages.folders import Leaf
from wiki.engine import Wiki
from wiki.projections.catalogue import name_of
from wiki.render import pieces
from wiki.render.links import page_url
from wiki.render.slots import Labels
from wiki.services.access import sight
from wiki.services.content import contents, linking
from wiki.services.content.places import Place
from wiki.services.pages import including
from wiki.shelf import Shelf

HANDFUL = 7
"""A site with more plain pages than this has a tree beside them."""
MOST = 60
"""Folders and pages that one level of the tree shows; the folder itself lists the others."""
_DEEPEST = 8
_PREFIX = "side:"


@dataclass(frozen=True, slots=True)
class Level:
    """One folder of the tree: the folders in it, one of them opened perhaps, then its pages."""

    path: str
    folders: Sequence[Twig]
    pages: Sequence[Leaf]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Twig:
    """A folder in the tree; `inside` is what lies in it, if the page that is read does too."""

    path: str
    inside: Level | None = None

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Sidebar:
    """The column beside a page.

    `path` is the page that says what `html` shows, or the one to write; `tree` is None on a small
    site; `current` is the page, or the folder, that is read.
    """

    path: str
    html: Markup
    tree: Level | None
    current: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.html and self.tree is None


def beside(
    wiki: Wiki, actor: Actor, path: str, labels: Labels, *, is_folder: bool = False
) -> Sidebar:
    """Give the column beside the page at a path, or beside a folder's list, for this actor."""
    folder = path if is_folder else folder_of(path)
    # A folder's own page is the folder in the tree.
    current = folder if index_rank(path) >= 0 and not is_folder else path
    seen = sight.of(wiki, actor)
    place = _nearest(wiki, actor, folder)
    with wiki.database.read() as connection:
        html = _html(wiki, connection, actor, place, labels, seen) if place else Markup()
        tree = _tree(wiki, connection, folder, seen)
    own = f"{folder}/{SIDEBARS[0]}" if folder else SIDEBARS[0]
    return Sidebar(place.path if place else own, html, tree, current)


def _tree(wiki: Wiki, connection: Connection, folder: str, seen: Sight) -> Level | None:
    """The tree beside all that lies in a folder; kept as long as nothing changes."""
    state = (wiki.database.version(), wiki.store.stamp(), wiki.settings.data)
    cached = _SHELF.get((state, seen, folder))
    if cached is None:
        has_tree = folders.has_more_than(connection, HANDFUL, sight=seen)
        opened = [*ancestors(f"{folder}/")][:_DEEPEST] if folder else []
        cached = (_level(connection, "", opened, seen) if has_tree else None,)
        _SHELF.put((state, seen, folder), cached)
    return cached[0]


_SHELF: Shelf[Hashable, tuple[Level | None]] = Shelf(200)
"""Trees that one process keeps: of about 20 kB each, for who sees the same."""


def _nearest(wiki: Wiki, actor: Actor, folder: str) -> Place | None:
    """The nearest folder's sidebar page that the actor may read, from this one up to the root."""
    for at in _upwards(folder):
        for name in SIDEBARS:
            path = f"{at}/{name}" if at else name
            entry = wiki.store.entry(file_of(path))
            if entry is not None and wiki.rights.may(actor, Right.READ, path):
                return Place(path, entry.blob)
    return None


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder_of(folder)
    yield ""


def _html(
    wiki: Wiki, connection: Connection, actor: Actor, place: Place, labels: Labels, seen: Sight
) -> Markup:
    try:
        shown = contents.show(wiki, place.blob, place.path)
    except Unreadable:
        # Its own address says what is the matter; the pages beside it are whole.
        return Markup()
    resolved = leads.of_page(connection, place.path, shown.targets, sight=seen)
    is_named = shown.title != name_of(place.path)
    is_said = any(heading.text == shown.title for heading in shown.headings)
    # What a page has as its title stands above its text; here nothing else shows it.
    title = Markup("<h2>{}</h2>\n").format(shown.title) if is_named and not is_said else Markup()
    html = pieces.inner(shown.html, _PREFIX, page_url(place.path))
    links = linking.states(wiki, actor, resolved)
    whole = including.expand(wiki, actor, place.path, html, links, labels)
    return title + wiki.renderer.fill(whole, links, labels)


def _level(connection: Connection, folder: str, opened: Sequence[str], seen: Sight) -> Level:
    inside = folders.children(connection, folder, MOST + 1, sight=seen)
    pages = folders.leaves(connection, folder, MOST + 1, sight=seen)
    shown = inside[:MOST]
    next_one = opened[0] if opened else ""
    if next_one and next_one not in shown:
        shown.append(next_one)
    twigs = [
        Twig(path, _level(connection, path, opened[1:], seen) if path == next_one else None)
        for path in shown
    ]
    return Level(folder, twigs, pages[:MOST], max(len(inside), len(pages)) > MOST)
