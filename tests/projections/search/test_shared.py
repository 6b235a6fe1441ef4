"""The index in PostgreSQL as nodes share it: followed, built by one, bounded, of one version."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from wiki.database.search import indexed
from wiki.database.talk import comments
from wiki.domain.search.query import parse
from wiki.domain.search.search import NotReady, Progress, Scope
from wiki.domain.talk.comments import NewComment
from wiki.engine import open_wiki
from wiki.projections.search.index import SharedSearchIndex
from wiki.projections.search.postgresql import kept, shared_index
from wiki.projections.search.storage import fields
from wiki.settings import POSTGRESQL, SettingError, Settings

pytestmark = pytest.mark.postgres

DIALOGUE = """---
kind: dialogue
title: Gesprek
participants: [{name: Piet de Boer}]
---
**Piet de Boer:** Bewoners beginnen zelf.
"""


@pytest.fixture
def settings(postgres_copy: Any, tmp_path: Path) -> Settings:
    """A wiki whose search is PostgreSQL's."""
    url = postgres_copy()
    return Settings(
        data=tmp_path / "wiki", secret_key="for tests", database_url=url, search=POSTGRESQL
    )


def update(wiki: Any, index: Any = None) -> None:
    wiki.follow()
    while (index or wiki.search).update(wiki.store, wiki.database):
        pass


def found(index: Any, asked: str) -> list[tuple[str, str]]:
    hits = index.search(parse(asked), Scope()).hits
    return sorted((hit.kind.value, hit.path) for hit in hits)


def words(wiki: Any) -> dict[tuple[str, str], int]:
    """Every word that the index keeps, with how many documents have it."""
    with wiki.database.read() as connection:
        of = indexed.state(connection, "now")
        assert of is not None
        rows = connection.execute(text(f"SELECT * FROM {of.terms}"))
        return {(row.field, row.term): row.documents for row in rows}


def test_what_was_followed_is_what_is_built_anew(
    wiki: Any, page: Any, member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "TIDY_EVERY", 1)
    page("gesprek", DIALOGUE)
    read = page("a", "# Buurt\n\nDe burgers van de buurt.\n")
    update(wiki)
    assert found(wiki.search, "bewoner") == [("dialogue", "gesprek"), ("turn", "gesprek")]
    assert ("person", "people/piet-de-boer") in found(wiki.search, "boer")
    with wiki.database.write() as connection:
        new = NewComment("a", read, member.id, "Ja, burgers.", wiki.clock())
        comments.add(connection, new)
    page("a", "# Wijk\n\nDe burgers van de wijk.\n")
    page("weg", "# Weg\n\nBurgers en een weggooiwoord.\n")
    update(wiki)
    page("weg", None)
    update(wiki)
    assert found(wiki.search, "burger") == [("comment", "a"), ("page", "a")]
    assert found(wiki.search, "weggooiwoord") == []
    assert [hit.name for hit in wiki.search.search(parse("burger"), Scope()).hits] == ["Wijk"] * 2
    assert wiki.search.check(wiki.store, wiki.database) == []
    followed = words(wiki)
    told: list[tuple[int, int]] = []
    wiki.search.rebuild(wiki.store, wiki.database, lambda *done: told.append(done))
    assert told[-1][0] == told[-1][1] > 3
    assert words(wiki) == followed
    with wiki.database.read() as connection:
        tables = connection.scalar(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'search'")
        )
    assert tables == 3, "of the index before nothing is left"


def test_of_many_who_would_write_one_does(wiki: Any, page: Any) -> None:
    other = SharedSearchIndex.open(wiki.database)
    page("a", "burgers\n")
    with wiki.database.write() as connection:
        assert indexed.take(connection, "now", wait=False)
        assert not other.update(wiki.store, wiki.database)
        assert other.progress == Progress()
    update(wiki, other)
    assert found(wiki.search, "burger") == [("page", "a")]
    before = wiki.search.progress
    page("b", "burgers\n")
    with wiki.database.write() as connection:
        assert indexed.take(connection, "now", wait=False)
        assert not wiki.search.update(wiki.store, wiki.database)
    assert other.progress == before
    update(wiki)
    assert len(found(other, "burger")) == 2, "what one built all read"


def test_what_a_purge_dropped_meanwhile_is_built_anew(wiki: Any, page: Any) -> None:
    page("a", "burgers\n")
    update(wiki)
    assert found(wiki.search, "burger") == [("page", "a")]
    with wiki.database.write() as connection:
        connection.execute(text("DROP SCHEMA search CASCADE"))
    update(wiki)
    assert found(wiki.search, "burger") == [("page", "a")]


def test_who_drops_everything_and_who_builds_an_index_do_not_wait_for_each_other(
    wiki: Any, page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("a", "burgers\n")
    read_all = wiki.search.content.everything
    dropping = Thread(target=wiki.database.reset, daemon=True)

    def late(*asked: Any) -> Any:
        dropping.start()
        time.sleep(1)
        return read_all(*asked)

    monkeypatch.setattr(wiki.search.content, "everything", late)
    building = Thread(target=update, args=[wiki], daemon=True)
    building.start()
    for thread in (building, dropping):
        thread.join(60)
        assert not thread.is_alive()


def test_the_first_two_indexes_are_built_at_once(wiki: Any, page: Any) -> None:
    page("a", "burgers\n")
    with wiki.database.write() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS search CASCADE"))
    with ThreadPoolExecutor(2) as pool:
        built = [
            pool.submit(index.rebuild, wiki.store, wiki.database, lambda *_: None)
            for index in (wiki.search, wiki.deleted_text)
        ]
    assert [one.exception() for one in built] == [None, None]
    assert found(wiki.search, "burger") == [("page", "a")]


def test_a_page_of_any_size_is_kept(wiki: Any, page: Any) -> None:
    giants = {
        "words": " ".join(f"w{number:x}q" for number in range(60_000)),
        "unspaced": "".join(map(chr, range(0x4E00, 0x9FFF))) * 2,
        "same": "woord " * 40_000,
    }
    for path, body in giants.items():
        page(path, f"# Reusachtig\n\neersteling tweeling {body}\n")
    update(wiki)
    for asked in ("reusachtig", "eersteling", '"eersteling tweeling"', "titel:reusachtig"):
        assert [path for _, path in found(wiki.search, asked)] == sorted(giants), asked
    assert all(hit.snippets for hit in wiki.search.search(parse("eersteling"), Scope()).hits)
    assert wiki.search.check(wiki.store, wiki.database) == []


def test_an_older_index_is_built_anew_and_a_newer_one_left_alone(
    wiki: Any, page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("a", "burgers\n")
    update(wiki)
    monkeypatch.setattr(fields, "VERSION", fields.VERSION + 1)
    with pytest.raises(NotReady):
        wiki.search.search(parse("burger"), Scope())
    update(wiki)
    assert found(wiki.search, "burger") == [("page", "a")]
    monkeypatch.undo()
    page("b", "burgers\n")
    update(wiki)
    assert found(wiki.search, "burger") == [("page", "a")], "read, and not written"
    monkeypatch.setattr(shared_index, "FORMAT", shared_index.FORMAT + 2_000)
    update(wiki)
    assert len(found(wiki.search, "burger")) == 2


def test_nothing_is_left_when_derived_things_are_thrown_away(wiki: Any, page: Any) -> None:
    page("a", "burgers\n")
    update(wiki)
    wiki.database.reset()
    with pytest.raises(NotReady):
        wiki.search.search(parse("burger"), Scope())
    update(wiki)
    assert found(wiki.search, "burger") == [("page", "a")]


def test_it_needs_a_database_on_postgresql(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="DATABASE_URL"):
        open_wiki(Settings(data=tmp_path, search=POSTGRESQL))
