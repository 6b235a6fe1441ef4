"""The index of deleted text: follows the sentences, heals itself, is what building anew gives."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.projections.conftest import Site
from tests.projections.search.test_search import harm
from tests.projections.test_sentences import STEP, act
from wiki.database.history import deleted_text as waiting
from wiki.database.history import hiding
from wiki.database.history import sentences as kept
from wiki.domain.history.revisions import Part
from wiki.domain.search.query import parse
from wiki.domain.search.search import NotReady, Scope
from wiki.projections import sentences
from wiki.projections.search import deleted_text
from wiki.projections.search.deleted_text import DeletedTextIndex
from wiki.projections.search.storage.view import open_view


def follow(site: Site) -> DeletedTextIndex:
    """The sentences and the index, caught up."""
    site.follow()
    while sentences.catch_up(site.store, site.database, 7):
        pass
    index = DeletedTextIndex.open(folder_of(site))
    while index.update(site.store, site.database):
        pass
    return index


def folder_of(site: Site) -> Path:
    return site.store.git.parent.parent / "lost"


def found(index: DeletedTextIndex, text: str, *closed: str) -> list[tuple[str, str]]:
    """Where the words stood, and the revision that took them."""
    scope = Scope(rules=tuple((path, False) for path in closed))
    return [(hit.path, hit.revision) for hit in index.search(parse(text), scope).hits]


def documents(index: DeletedTextIndex) -> list[Any]:
    """Everything that the index has, in an order of its own."""
    live = index.folder.live()
    assert live is not None
    view = open_view(live)
    found = [
        (part.segment.stored(document), part.segment.when[document])
        for part in view.parts
        for document in part.all()
    ]
    return sorted(found, key=repr)


def hide(site: Site, number: int) -> None:
    """Hide one of the texts that a page had, or show it again."""
    with site.database.read() as connection:
        rows = sorted(connection.execute(hiding.revisions.select()).all())
    if not rows:
        return
    row = rows[number % len(rows)]
    keys = [(row.commit, row.path)]
    with site.database.write() as connection:
        if hiding.of_revision(connection, row.commit, row.path):
            hiding.show(connection, keys, Part.TEXT)
        else:
            hiding.hide(connection, keys, Part.TEXT, "grof", None, datetime.now(UTC))
    deleted_text.hear(site.database, 1_000_000)


ACT = st.one_of(
    STEP,
    st.tuples(st.just("index"), st.just(""), st.just("")),
    st.tuples(st.just("hide"), st.integers(0, 30), st.just("")),
)


@settings(deadline=None, max_examples=30)
@given(st.lists(ACT, min_size=1, max_size=14))
def test_following_gives_what_building_anew_gives(story: list[tuple[str, Any, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        for step in story:
            if step[0] == "index":
                follow(site)
            elif step[0] == "hide":
                hide(site, step[1])
            else:
                act(site, step)
        index = follow(site)
        followed = documents(index)
        index.rebuild(site.store, site.database, lambda done, total: None)
        assert documents(index) == followed
        site.close()


def test_deleted_text_is_found_until_it_comes_back(site_on: Site) -> None:
    site = site_on
    site.save(
        "create", {"a": "Blijft staan. De wijkraden gaan weg.\n", "dicht/b": "De wijkraad ook.\n"}
    )
    gone = site.save("edit", {"a": "Blijft staan.\n", "dicht/b": "Niets.\n"})
    index = follow(site)
    assert found(index, "blijft") == []
    assert len(found(index, "wijkraad")) == 2
    assert found(index, "wijkraad", "dicht") == [("a", gone)]
    site.rename("a", "c")
    assert found(follow(site), "wijkraad", "dicht") == [("c", gone)]
    site.save("edit", {"c": "De wijkraden gaan weg. Of toch niet.\n"})
    index = follow(site)
    assert found(index, "wijkraad") == [("dicht/b", gone)]
    deleted = site.save("delete", {"c": None})
    assert found(follow(site), "wijkraad", "dicht") == [("c", deleted)]


def test_stems_compounds_filters_and_facets(site: Site) -> None:
    page = "---\ntags: [wonen]\n---\n"
    site.save("create", {"a": page + "Burgerparticipatie werkt.\n", "b": "De beleidsregels.\n"})
    site.save("edit", {"a": page + "Weg.\n", "b": "Ook weg.\n"})
    index = follow(site)
    assert [path for path, _ in found(index, "participatie")] == ["a"]
    assert [path for path, _ in found(index, "regel beleid")] == ["b"]
    results = index.search(parse("tag:wonen"), Scope())
    assert results.total == 1
    assert results.facets["tag"] == (("wonen", 1),)
    marked = [piece.text for piece in results.hits[0].snippets[0].pieces]
    assert "".join(marked) == "Burgerparticipatie werkt."


@pytest.mark.parametrize("how", ["delete", "truncate"])
def test_any_file_of_the_index_may_be_lost(site: Site, how: str) -> None:
    site.save("create", {"a": "Er was eens een wijkraad.\n"})
    site.save("edit", {"a": "Niets.\n"})
    index = follow(site)
    right = documents(index)

    def search() -> None:
        with suppress(NotReady):
            found(index, "wijkraad")

    number = 0
    while number < len(files := sorted(set(folder_of(site).rglob("*.*")))):
        harm(files[number], how)
        search()
        index = follow(site)
        assert documents(index) == right, files[number].name
        number += 1


def test_what_is_not_right_is_found(site: Site) -> None:
    site.save("create", {"a": "Er was eens.\n", "b": "Nog eens.\n"})
    site.save("edit", {"a": "Niets.\n", "b": "Ook niets.\n"})
    index = follow(site)
    assert index.check(site.store, site.database) == []
    with site.database.project() as connection:
        some = kept.sentences.c.text == "Er was eens."
        connection.execute(kept.sentences.update().where(some).values(text="Er was niets."))
    assert index.check(site.store, site.database) == ["a"]


def test_what_was_indexed_before_a_crash_is_indexed_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.save("create", {"a": "Er was eens een wijkraad.\n"})
    follow(site)
    gone = site.save("edit", {"a": "Niets.\n"})
    with monkeypatch.context() as broken:
        broken.setattr(waiting, "done", lambda connection, indexed: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            follow(site)
    with site.database.read() as connection:
        assert waiting.count(connection) > 0
    assert found(follow(site), "wijkraad") == [("a", gone)]
    with site.database.read() as connection:
        assert waiting.count(connection) == 0
