"""The house holds together: what is packed, what is documented, what starts from a wheel."""

from __future__ import annotations

import ast
import configparser
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parents[1]


def test_every_folder_of_modules_is_a_package():
    # what setuptools finds by itself is what has an __init__.py
    folders = {file.parent for file in (CHECKOUT / "wiki").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_library_is_declared():
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "setup.cfg")
    lines = config["options"]["install_requires"].splitlines()
    declared = {re.split(r"[><=\[]", line)[0].lower() for line in lines if not line.startswith("#")}
    known = packages_distributions()
    for file in (CHECKOUT / "wiki").rglob("*.py"):
        for name in imported(ast.parse(file.read_text(encoding="utf-8"))):
            owners = {owner.lower() for owner in known.get(name, ())}
            assert name in sys.stdlib_module_names or owners & declared, f"{file}: {name}"


def imported(tree: ast.AST) -> set[str]:
    """The top-level names of what a module imports, other than itself and what only types need."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found - {"wiki", "_typeshed"}


def locked(name: str) -> dict[str, str]:
    """The version that a file of requirements/ pins of each package, all of them with hashes."""
    text = (CHECKOUT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^(\S+)==(\S+)[^\n]*\\\n +--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\w", text, re.MULTILINE))
    return {canonicalize_name(package): version for package, version in pins}


@pytest.mark.parametrize(
    ("name", "extras"),
    [("run", ()), ("serve", ("postgres",)), ("develop", ("postgres", "test", "dev"))],
)
def test_the_lock_has_everything_that_is_declared(name: str, extras: tuple[str, ...]):
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "setup.cfg")
    lines = config["options"]["install_requires"].splitlines()
    for extra in extras:
        lines += config["options.extras_require"][extra].splitlines()
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        lines += tomllib.load(file)["build-system"]["requires"]
    lock = locked(name)
    declared = [Requirement(line) for line in lines if line and not line.startswith("#")]
    missing = [
        str(asked)
        for asked in declared
        if not asked.specifier.contains(lock.get(canonicalize_name(asked.name), "0"))
    ]
    assert not missing, "make lock"
    assert lock.items() <= locked("develop").items()


def test_settings_page_agrees_with_the_table():
    from wiki.commands.settings import page

    assert (CHECKOUT / "docs" / "settings.md").read_text(encoding="utf-8") == page()


def test_every_folder_of_the_design_is_in_a_fresh_clone():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=CHECKOUT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    folders = {name.split("/")[0] for name in tracked if "/" in name}
    expected = "wiki templates frontend pages search_index bench tests docs".split()
    assert set(expected) <= folders


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what git tracks (and what is new)."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        here, there = CHECKOUT / name, source / name
        if here.is_symlink() or here.is_file():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(here, there, follow_symlinks=False)
    out = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", out, source])
    return next(out.glob("*.whl"))


def run(command: list[object], **options: Any) -> None:
    """Run a command; its output is shown if it fails."""
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_wheel_contains_what_is_not_python(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "wiki/templates/base.html",
        "wiki/templates/http/errors/error.html",
        "wiki/static/css/tokens.css",
        "wiki/i18n/nl/errors.po",
        "wiki/starter/index.md",
    ):
        assert part in names
    assert any(name.startswith("wiki/database/engine/migrations/versions/") for name in names)


@pytest.mark.slow
def test_wheel_starts_outside_the_checkout(wheel: Path, tmp_path: Path):
    home = tmp_path / "venv"
    venv.create(home)
    pip = [sys.executable, "-m", "pip", "--python", home / "bin" / "python"]
    run([*pip, "install", "--quiet", "--no-compile", wheel], cwd=tmp_path)
    data = tmp_path / "wiki"
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DENKTANK_", "PYTHON"))
    }
    command = [home / "bin" / "denktank", "serve", "--data", data, "--port", "0"]
    started = subprocess.Popen(
        [str(word) for word in command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "DENKTANK_WORKERS": "1", "PYTHONUNBUFFERED": "1"},
    )
    # Leaving the block closes the pipe.
    with started as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split(": ", 1)[1].strip()
            assert "Denktank" in fetch(address + "/")
            assert 'href="/wiki/vragen/' in fetch(address + "/questions")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0


def fetch(address: str, seconds: float = 60) -> str:
    """The page at an address, once it answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.read().decode()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
