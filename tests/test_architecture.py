"""ARCHITECTURE.md and CONTRIBUTING.md name what is there; rooms are as they say, not too full."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
WIKI = CHECKOUT / "wiki"
FLOORS = ("domain", "database", "services", "web")
DIVIDED = (*FLOORS, "store", "projections/search", "render", "commands")
ROOMS = [
    f"{floor}/{folder.name}"
    for floor in DIVIDED
    for folder in sorted((WIKI / floor).iterdir())
    if (folder / "__init__.py").exists()
]
MOST_FILES = 15
MADE = {"search_index/lost", "bench/report/"}
"""What a running wiki and `make bench` make."""

_WALK = re.compile(r"^A [^\n]+:\n\n((?:\d\. [^\n]+\n)+)", re.MULTILINE)
_NAMED = re.compile(r"`([\w.]+(?:/[\w.-]+)*/?)(?:\(\))?`")
_ROOM = re.compile(r"`(\w+)`")


def is_there(named: str) -> bool:
    """Whether a file, a folder or (`folder/module.name`) something in a module is there."""
    places = [base / named for base in (CHECKOUT, WIKI)]
    if any(place.exists() for place in places):
        return True
    path, *names = named.split(".")
    modules = [base / f"{path}.py" for base in (CHECKOUT, WIKI)]
    return any(module.exists() and defines(module, names) for module in modules)


def defines(module: Path, names: list[str]) -> bool:
    """Whether a module has a function, class or constant, or a class of it (`Class.name`) has."""
    body: list[ast.stmt] = ast.parse(module.read_text(encoding="utf-8")).body
    for name in names:
        found = [node for node in body if name in bound(node)]
        if not found:
            return False
        body = found[0].body if isinstance(found[0], ast.ClassDef) else []
    return bool(names)


def bound(node: ast.stmt) -> set[str]:
    """The names that a statement gives to something."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_what_is_named_is_there(page: str) -> None:
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    named = {name for name in _NAMED.findall(text) if "/" in name or name.endswith(".py")}
    short = {file.name for file in WIKI.rglob("*.py")}
    missing = [name for name in named - short - MADE if not is_there(name)]
    assert len(named) > 3
    assert missing == []


def test_each_walk_goes_down_and_enters_a_floor_once() -> None:
    text = (CHECKOUT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    walks = _WALK.findall(text)
    order = ["web", "services", "projections", "store database render analysis", "domain"]
    assert len(walks) == 3
    for walk in walks:
        entered = []
        for line in walk.splitlines():
            floors = {name.split("/")[0] for name in _NAMED.findall(line) if "/" in name}
            floors -= {"templates"}
            assert len(floors) == 1, line
            floor = floors.pop()
            entered.append(next(at for at, floors_ in enumerate(order) if floor in floors_.split()))
        assert entered == [0, 1, 2, 3, 4], walk


def test_a_name_that_is_gone_is_found() -> None:
    assert is_there("domain/access/rights.Rights.require")
    assert not is_there("domain/access/rights.Rights.gone")
    assert not is_there("domain/access/gone.py")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_uses(room: str) -> None:
    floor, _, name = room.rpartition("/")
    first, _, uses = (ast.get_docstring(module_of(WIKI / room)) or "").partition("\n\n")
    assert first.endswith(".")
    assert set(imported(floor, name)) <= set(_ROOM.findall(uses))


def module_of(folder: Path) -> ast.Module:
    """The module that a package is."""
    return ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))


def imported(floor: str, room: str) -> Iterator[str]:
    """The other rooms of its floor that a room imports from."""
    rooms = rooms_of(floor) - {room}
    package = f"wiki.{floor.replace('/', '.')}."
    for file in (WIKI / floor / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            inside = [name.removeprefix(package) for name in names if name.startswith(package)]
            yield from {name.split(".")[0] for name in inside} & rooms


def rooms_of(floor: str) -> set[str]:
    """The names of a floor's rooms."""
    return {room.rpartition("/")[2] for room in ROOMS if room.rpartition("/")[0] == floor}


@pytest.mark.parametrize("room", [*ROOMS, *DIVIDED])
def test_no_room_is_too_full(room: str) -> None:
    files = [file for file in (WIKI / room).glob("*.py") if file.name != "__init__.py"]
    assert len(files) <= MOST_FILES


def test_every_floor_has_its_rooms_in_order() -> None:
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "setup.cfg")
    for floor in DIVIDED:
        contract = config[f"importlinter:contract:rooms-of-{floor.rpartition('/')[2]}"]
        assert set(re.findall(r"\w+", contract["layers"])) >= rooms_of(floor)
        assert contract.getboolean("exhaustive", floor in ("commands", "render"))


def test_commits_that_blame_looks_through_have_their_subject_beside_them() -> None:
    lines = (CHECKOUT / ".git-blame-ignore-revs").read_text(encoding="utf-8").splitlines()
    commits = [at for at, line in enumerate(lines) if line and not line.startswith("#")]
    assert commits
    for at in commits:
        assert re.fullmatch(r"[0-9a-f]{40}", lines[at])
        assert re.fullmatch(r"# \S.{1,71}", lines[at - 1])
