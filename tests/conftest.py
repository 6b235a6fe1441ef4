"""A wiki in a fresh folder, its people, and browsers that are not real, for every test."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.fixtures import postgres, scratch
from wiki.domain.access.rights import Actor, Role
from wiki.settings import Settings

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("wiki", deadline=None)
hypothesis.settings.load_profile("wiki")

PASSWORD = "correct horse battery"
IN_CI = os.environ.get("CI") == "true"
_MARKS = {"browser": "browser", "postgres_server": "postgres"}
"""Fixtures, and the mark of each test that asks for one."""
_LONG = {"slow", "browser"}
"""The marks of tests that take more than a few seconds."""
_number = itertools.count(1)


scratch.choose()
# Processes that tests start would each compile the wiki anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What is imported comes to stay. To look for garbage among it took a quarter of the time.
gc.disable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark what needs a browser or PostgreSQL by what it asks for, and begin with long files.

    So neither process ends with a long file while the other has nothing left to do.
    """
    for item in items:
        for fixture, mark in _MARKS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
    yield
    long = {item.path for item in items if _LONG & {mark.name for mark in item.iter_markers()}}
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """From here on look for garbage, among what tests make."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that would be skipped fails: what the machine lacks is to be installed there."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, although CI=true: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """Who reads waits for the lists as long as it takes: how busy a machine is, is no test."""
    from wiki import engine

    engine.PATIENCE = 60.0


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server; without one the test is skipped."""
    programs = postgres.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.server(programs) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_blank(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database that holds an empty wiki: to copy one is faster than to make one."""
    from wiki.engine import open_wiki

    data = tmp_path_factory.mktemp("blank") / "wiki"
    with fresh(postgres_server) as url:
        open_wiki(Settings(data=data, database_url=url)).close()
        yield url.rpartition("/")[2]


@pytest.fixture(scope="session")
def postgres_copy(postgres_server: str, postgres_blank: str) -> Iterator[Callable[[], str]]:
    """Makes a database that holds an empty wiki, and gives its URL."""
    with contextlib.ExitStack() as made:
        yield lambda: made.enter_context(fresh(postgres_server, postgres_blank))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres_server")
    with fresh(server, request.getfixturevalue("postgres_blank")) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh database on PostgreSQL."""
    with fresh(postgres_server) as url:
        yield url


@pytest.fixture
def another_url(postgres_server: str) -> Iterator[str]:
    """The URL of another one."""
    with fresh(postgres_server) as url:
        yield url


@contextlib.contextmanager
def fresh(postgres_server: str, template: str = "template1") -> Iterator[str]:
    """The URL of a database that nobody else has, gone afterwards.

    Those of a whole run would be gigabytes, in files that take long to remove.
    """
    import psycopg

    name = f"wiki{next(_number)}"
    plain = postgres_server.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield f"{postgres_server}/{name}"
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with every default, in a fresh folder."""
    return Settings(data=tmp_path / "wiki", secret_key="only for tests")


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an empty wiki: to copy it is faster than to make one."""
    from wiki.engine import open_wiki

    data = tmp_path_factory.mktemp("blank") / "wiki"
    open_wiki(Settings(data=data)).close()
    return data


@pytest.fixture
def wiki(settings: Settings, blank: Path) -> Iterator[Any]:
    """An empty wiki."""
    from wiki.engine import open_wiki

    if not settings.database_url and not settings.data.exists():
        shutil.copytree(blank, settings.data, ignore=shutil.ignore_patterns("secret_key"))
    opened = open_wiki(settings)
    yield opened
    opened.close()


@pytest.fixture
def app(wiki: Any) -> Any:
    """The web application on the empty wiki."""
    from wiki.app import create_app

    made = create_app(wiki.settings, wiki)
    made.testing = True
    return made


@pytest.fixture
def client(app: Any) -> Any:
    """A browser in which nobody is logged in."""
    return app.test_client()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Passwords cost milliseconds instead of tens of them; how they are kept stays the same."""
    from argon2 import PasswordHasher

    from wiki.services.login import passwords

    kept, passwords._hasher = passwords._hasher, PasswordHasher(1, 8, 1)
    yield
    passwords._hasher = kept


@pytest.fixture(scope="session", autouse=True)
def _quick_starts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each application compiles its addresses and templates anew; hundreds are made here."""
    from flask import Flask
    from jinja2 import FileSystemBytecodeCache
    from werkzeug.routing import Rule

    compile_rule = Rule.compile
    compiled: dict[object, tuple[Any, ...]] = {}

    def compile_once(rule: Rule) -> None:
        assert rule.map is not None
        converters = frozenset(rule.map.converters.items())
        key = rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults)
        known = compiled.get((key, converters))
        if known is None:
            compile_rule(rule)
            builds = rule._build.__func__, rule._build_unknown.__func__
            known = rule._parts, rule._trace, rule._converters, rule.arguments, builds
            compiled[key, converters] = known
            return
        rule._parts, rule._trace, rule._converters, arguments, builds = known
        rule.arguments = set(arguments)
        rule._build, rule._build_unknown = (build.__get__(rule, None) for build in builds)

    folder = tmp_path_factory.mktemp("templates")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", compile_once)
        patch.setitem(Flask.jinja_options, "bytecode_cache", FileSystemBytecodeCache(str(folder)))
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_tables() -> Iterator[None]:
    """What all steps make of an empty database on SQLite is made once, and copied after that."""
    from sqlalchemy import Engine, inspect

    from wiki.database.engine import database
    from wiki.database.engine.migrations import upgrade

    made = sqlite3.connect(":memory:", check_same_thread=False)

    def upgrade_once(engine: Engine) -> None:
        if engine.dialect.name != "sqlite" or inspect(engine).get_table_names():
            return upgrade(engine)
        borrowed = engine.raw_connection()
        raw = borrowed.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        try:
            if made.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                made.backup(raw)
            else:
                upgrade(engine)
                raw.backup(made)
        finally:
            borrowed.close()

    with pytest.MonkeyPatch.context() as patch, contextlib.closing(made):
        patch.setattr(database, "upgrade", upgrade_once)
        yield


@pytest.fixture
def person(wiki: Any) -> Callable[..., Any]:
    """Makes a confirmed account and gives its actor: `person("anna", Role.EDITOR)`."""
    from wiki.services.members import members

    def make(username: str, role: Role = Role.MEMBER) -> Actor:
        email = f"{username}@example.org"
        made = members.add(wiki, username=username, email=email, password=PASSWORD, role=role)
        return made.actor

    return make


@pytest.fixture
def member(person: Callable[..., Actor]) -> Actor:
    """A member, `anna`."""
    return person("anna")


@pytest.fixture
def editor(person: Callable[..., Actor]) -> Actor:
    """An editor, `bram`."""
    return person("bram", Role.EDITOR)


@pytest.fixture
def moderator(person: Callable[..., Actor]) -> Actor:
    """A moderator, `mo`."""
    return person("mo", Role.MODERATOR)


@pytest.fixture
def admin(person: Callable[..., Actor]) -> Actor:
    """An administrator, `chef`."""
    return person("chef", Role.ADMIN)


@pytest.fixture
def login() -> Callable[..., None]:
    """Logs a browser in: `login(client, "anna")`."""

    def enter(client: Any, username: str, password: str = PASSWORD) -> None:
        token = token_in(client.get("/login").text)
        form = {"username": username, "password": password, "csrf_token": token}
        assert client.post("/login", data=form).status_code == 303

    return enter


@pytest.fixture
def page(wiki: Any) -> Callable[..., str]:
    """Commits a file as the wiki itself and gives the revision: `page("vragen/a", "# A\\n")`."""
    from wiki.domain.access.rights import SYSTEM
    from wiki.domain.history.revisions import Author, Event
    from wiki.store.store import Change

    def commit(path: str, text: str | bytes | None, author: Actor = SYSTEM) -> str:
        data = text.encode() if isinstance(text, str) else text
        revision = wiki.store.commit(
            [Change(f"{path}.md", data)],
            author=Author(author.username, f"{author.uid}@{Author.DOMAIN}"),
            message=f"write {path}",
            trailers={"Denktank": Event.EDIT.value},
            expect={},
            when=wiki.clock(),
        )
        wiki.follow()
        return str(revision)

    return commit


def token_in(html: str) -> str:
    """The CSRF token of a form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert found, "the page has no form"
    return found[1]
