"""Names in links: a page, a file or a folder, looked for in one order everywhere.

A link on a page is kept as its *target*: a path from the root, as `[text](path)` gives it, or
what stands in `[[...]]`. What it leads to depends on the page it stands on, its *source*:

1. the page at that path, or that folder's own page (`index`, `readme`, `home`, `_index`), or the
   page that a symbolic link there leads to;
2. the file there, or beside the source (`a/b/x.png` for `x.png` on `a/b`);
3. the page or file at that path from the source's folder, then from the root;
4. a folder without a page of its own;
5. the page, then the file, whose name (and as many folders above it as are written) it is; the
   nearest to the source first;
6. a page's alias, then its title, then a page that only sends its readers on.

Rendering, backlinks, wanted pages and renames all ask `resolve`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile

from wiki.domain.content.paths import INDEXES, fold, folder_of, index_rank, without_suffix

_APART = re.compile(r"[\s_-]+")
_REMEMBERED = 1 << 14
"""Targets whose folded forms are kept: most are named by many links, or more than once by one."""


class To(StrEnum):
    """The thing that a link leads to."""

    PAGE = "page"
    FILE = "file"
    FOLDER = "folder"


class Rank(StrEnum):
    """How a page came by a name, the best way first."""

    NAME = "1"
    ALIAS = "2"
    TITLE = "3"
    STUB = "4"


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a link leads. `settled`: no page elsewhere can change that, only what is there."""

    path: str
    to: To
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A name of a page, folded: its path (a folder's own page: the folder's), alias or title."""

    path: str
    said: str
    rank: str


@dataclass(frozen=True, slots=True)
class Known:
    """The pages, files and folders that there are, as far as they were asked for.

    `pages` by `stem`, `files` and `folders` by their folded path; names and files by `key`.
    `symlinks` by `stem`: paths of symbolic links, each with the page that it leads to.
    """

    pages: dict[str, list[str]]
    files: dict[str, list[str]]
    folders: dict[str, str]
    named: dict[str, list[Named]]
    called: dict[str, list[str]]
    symlinks: dict[str, dict[str, str]] = field(default_factory=dict)


def after_move(existing: Known, moved: Mapping[str, str], old: str, *, leaves_stub: bool) -> Known:
    """Return what there will be when pages and files went to other paths, `old` being the page.

    The page leaves one behind that sends its readers on, unless told otherwise.
    """
    new = moved[old]
    there = {stem(new): existing.pages.get(stem(new), [])} | existing.pages
    pages = {at: [path for path in paths if path not in (old, new)] for at, paths in there.items()}
    pages[stem(new)].append(new)
    if leaves_stub:
        pages.setdefault(stem(old), []).append(old)
    named = {at: [one for one in names if one.path != new] for at, names in existing.named.items()}
    for names in named.values():
        names[:] = [_renamed(one, old, new) for one in names]
    named.setdefault(key(stem(new)), []).append(Named(new, stem(new), Rank.NAME))
    files = {at: [moved.get(f, f) for f in found] for at, found in existing.files.items()}
    files = {at: [f for f in found if fold(f) == at] for at, found in files.items()}
    for file in moved.values():
        if file != new:
            files.setdefault(fold(file), []).append(file)
    called = {at: [moved.get(f, f) for f in found] for at, found in existing.called.items()}
    symlinks = {
        at: {path: page for path, page in links.items() if leaves_stub or page != old}
        for at, links in existing.symlinks.items()
    }
    return Known(pages, files, existing.folders, named, called, symlinks)


def _renamed(one: Named, old: str, new: str) -> Named:
    if one.path != old:
        return one
    return replace(one, rank=Rank.STUB) if one.rank == Rank.NAME else replace(one, path=new)


@lru_cache(_REMEMBERED)
def stem(path: str) -> str:
    """A page's path, folded: that of its folder if it is the folder's own page."""
    return fold(_whole(path))


def _whole(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    bare = without_suffix(name)
    return folder if bare.lower() in INDEXES else folder + slash + bare


@lru_cache(_REMEMBERED)
def key(words: str) -> str:
    """The last part of a path or title, folded; blanks, dashes and underscores are one."""
    return dashed(fold(words.rpartition("/")[2]))


def dashed(folded: str) -> str:
    """A folded text with a dash for each run of blanks, dashes and underscores."""
    return _APART.sub("-", folded).strip("-") or folded


def beside(source: str, target: str) -> str:
    """Where a file is expected that is not there: beside the page if only its name is given."""
    rest = _rest(source, target)
    return target if "/" in rest else f"{source}/{rest}"


def names_of(
    path: str, aliases: Iterable[str], title: str, *, is_stub: bool
) -> Iterator[tuple[str, str, str]]:
    """Every name that a page has, as (key, folded, rank)."""
    whole = _whole(path)
    if whole:
        yield key(whole), fold(whole), Rank.STUB if is_stub else Rank.NAME
    if is_stub:
        return
    for alias in aliases:
        yield key(alias), fold(alias), Rank.ALIAS
    yield key(title), fold(title), Rank.TITLE


def places(source: str, target: str) -> tuple[str, ...]:
    """The paths at which a target may be, the first one first."""
    folder, rest = folder_of(source), _rest(source, target)
    near = f"{folder}/{target}" if folder and rest == target else ""
    return tuple(dict.fromkeys(filter(None, (target, f"{source}/{rest}", near, rest))))


def resolve(source: str, target: str, existing: Known) -> Lead | None:
    """Where a target leads from the page at `source`; None if nothing is there yet."""
    return at_path(target, existing.pages.get(stem(target), ())) or elsewhere(
        source, target, existing
    )


def elsewhere(source: str, target: str, existing: Known) -> Lead | None:
    """Where a target leads at whose path no page is."""
    linked = _linked(target, existing)
    if linked is not None:
        return linked
    file = _file(target, existing)
    if file is not None:
        return Lead(file, To.FILE)
    _, *others = places(source, target)
    own = f"{source}/{_rest(source, target)}"
    for place in others:
        # Beside a page lie its files; a page there is not meant by its bare name.
        # Few places are asked for twice: remembering them would push out targets that are.
        pages = existing.pages.get(fold(_whole(place))) if place != own else None
        page = at_path(place, pages) if pages else None
        page = page or (_linked(place, existing) if place != own else None)
        if page is not None:
            return Lead(page.path, To.PAGE)
        file = _file(place, existing) if existing.files else None
        if file is not None:
            return Lead(file, To.FILE)
    for place in (target, *others) if existing.folders else ():
        folder = existing.folders.get(fold(place))
        if folder is not None:
            return Lead(folder, To.FOLDER)
    return _by_name(source, target, existing)


def at_path(target: str, pages: Collection[str]) -> Lead | None:
    """The page at a target's path, of the pages with its stem: no other can take its place.

    Case and Unicode form matter last.
    """
    if target in pages:
        return Lead(target, To.PAGE, settled=True)
    ranked = [(rank, path) for path in pages if (rank := _rank(target, path)) is not None]
    return Lead(min(ranked)[1], To.PAGE, settled=True) if ranked else None


def _by_name(source: str, target: str, existing: Known) -> Lead | None:
    words = _rest(source, target)
    if index_rank(words) >= 0:
        # Every folder has one: the name alone says nothing.
        return None
    called = key(words)
    whole = fold(words)
    loose = _loose(whole)
    fitting = [one for one in existing.named.get(called, ()) if _fits(one, loose)]
    files = [file for file in existing.called.get(called, ()) if _ends(fold(file), whole)]
    if not files and len(fitting) <= 1:
        # Most names are one page's only: nothing needs to be measured for those.
        return Lead(fitting[0].path, To.PAGE) if fitting else None
    near = _Nearness(folder_of(source))
    if len(fitting) > 1:
        fitting.sort(
            key=lambda one: (one.rank, not _ends(one.said, whole), *near.of(one.path), one.path)
        )
    if files and not (fitting and fitting[0].rank == Rank.NAME):
        return Lead(min(files, key=lambda file: (*near.of(file), file)), To.FILE)
    return Lead(fitting[0].path, To.PAGE) if fitting else None


def _fits(one: Named, loose: str) -> bool:
    said = _loose(one.said)
    return said == loose if one.rank in (Rank.ALIAS, Rank.TITLE) else _ends(said, loose)


@lru_cache(_REMEMBERED)
def _loose(folded: str) -> str:
    return "/".join(dashed(part) for part in folded.split("/"))


def _ends(path: str, end: str) -> bool:
    return path == end or path.endswith("/" + end)


def _rest(source: str, target: str) -> str:
    """The target as it reads from the source's folder, if it lies in it."""
    folder = folder_of(source)
    inside = target.removeprefix(folder + "/") if folder else target
    return inside or target


def _rank(place: str, path: str) -> tuple[int, int] | None:
    if place in (path, without_suffix(path)):
        return 0, len(path)
    index, folder = index_rank(path), folder_of(path)
    if index >= 0 and folder == place:
        return 1, index
    if fold(path) == fold(place):
        return 2, 0
    return (3, index) if index >= 0 and fold(folder) == fold(place) else None


def _linked(place: str, existing: Known) -> Lead | None:
    found = existing.symlinks.get(stem(place)) if existing.symlinks else None
    link = at_path(place, found.keys()) if found else None
    return Lead(found[link.path], To.PAGE) if found and link else None


def _file(place: str, existing: Known) -> str | None:
    found = existing.files.get(fold(place), ())
    return place if place in found else min(found, default=None)


class _Nearness:
    """How far paths are from a folder: steps up and down, then how deep they lie."""

    def __init__(self, folder: str) -> None:
        self.parts = folder.split("/") if folder else []

    def of(self, path: str) -> tuple[int, int]:
        """The distance of a path, smaller is nearer."""
        parts = path.split("/")[:-1]
        same = zip(self.parts, parts, strict=False)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], same))
        return len(self.parts) + len(parts) - 2 * common, len(parts)
