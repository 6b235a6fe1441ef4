"""Imports into a fresh wiki, and a look at what they made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures import exports
from wiki.database.history import history
from wiki.database.talk import comments
from wiki.domain.access.rights import SYSTEM
from wiki.domain.history.revisions import Author, Event, Revision
from wiki.domain.imports.items import Report
from wiki.domain.talk.comments import Comment
from wiki.engine import Wiki
from wiki.services.imports import importing, sources
from wiki.services.imports.importing import Wanted
from wiki.store.git import command
from wiki.store.store import Change


class Import:
    """Runs imports into one wiki."""

    def __init__(self, wiki: Wiki, folder: Path) -> None:
        self.wiki = wiki
        self.folder = folder

    def __call__(self, importer: str, source: Path, private: str = "", **wanted: Any) -> Report:
        """Take a source in."""
        opener = sources.opener(self.wiki, importer, source, private)
        return importing.run(self.wiki, Wanted(importer, **wanted), opener, lambda *args: None)

    def text(self, path: str) -> str:
        """A page's text."""
        found = self.wiki.store.read(f"{path}.md")
        assert found, sorted(entry.file for entry in self.wiki.store.list())
        return found.data.decode()

    def files(self) -> list[str]:
        """Every file there is."""
        return [entry.file for entry in self.wiki.store.list()]

    def history(self, path: str) -> Sequence[Revision]:
        """A page's revisions, the newest first."""
        with self.wiki.database.read() as connection:
            page = history.identity(connection, path)
            assert page
            return history.of_page(connection, page)

    def comments(self, path: str) -> list[Comment]:
        """The comments on a page, the oldest first."""
        with self.wiki.database.read() as connection:
            page = history.identity(connection, path)
            assert page
            return [
                one.comment
                for one in comments.for_index(connection, comments.ids_on(connection, page))
            ]

    def change(self, path: str, text: str) -> None:
        """Let somebody here change a page."""
        self.wiki.store.commit(
            [Change(f"{path}.md", text.encode())],
            author=Author(SYSTEM.username, f"{SYSTEM.uid}@{Author.DOMAIN}"),
            message="",
            trailers={"Denktank": Event.EDIT.value},
            expect={},
            when=self.wiki.clock(),
        )
        self.wiki.follow()

    def secrets(self) -> list[str]:
        """What of the secrets of an export stands anywhere in git, or in what members see."""
        git = self.wiki.store.git
        every = ("cat-file", "--batch-all-objects", "--batch")
        objects = command.run(git, *every)
        with self.wiki.database.read() as connection:
            said = str(
                [asdict(one.comment) for one in comments.for_index(connection, range(1, 500))]
            )
        return [secret for secret in exports.SECRETS if secret in objects or secret in said]


@pytest.fixture
def imports(wiki: Wiki, tmp_path: Path) -> Import:
    """Runs imports into an empty wiki; `folder` is one to make sources in."""
    folder = tmp_path / "source"
    folder.mkdir()
    return Import(wiki, folder)
