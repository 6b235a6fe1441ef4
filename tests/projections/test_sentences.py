"""Who wrote which sentence: followed as it goes, followed anew, at every revision."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.projections.conftest import START, Site
from wiki.database.history import sentences as kept
from wiki.domain.content import text
from wiki.domain.history.sentences import cut
from wiki.projections import sentences

SENTENCES = st.sampled_from(["Een.", "Twee twee.", "Drie.\n", "# Kop\n", "Vier?\n\n", "- vijf\n"])
TEXT = st.lists(SENTENCES, max_size=6).map(" ".join)
PATHS = st.sampled_from(["a", "b", "c/d"])
STEP = st.one_of(
    st.tuples(st.just("edit"), PATHS, TEXT),
    st.tuples(st.just("delete"), PATHS, st.just("")),
    st.tuples(st.just("rename"), PATHS, PATHS),
    st.tuples(st.just("branch"), PATHS, TEXT),
    st.tuples(st.just("old"), PATHS, TEXT),
    st.tuples(st.just("follow"), st.just(""), st.just("")),
)


def act(site: Site, step: tuple[str, str, str]) -> None:
    what, path, value = step
    pages = site.pages() if site.store.head() else {}
    if what == "edit":
        site.save("edit", {path: value + "\n"})
    elif what == "delete" and path in pages:
        site.save("delete", {path: None})
    elif what == "rename" and path in pages and value not in pages:
        site.rename(path, value)
    elif what == "branch" and site.store.head():
        fork = site.store.head()
        site.save("edit", {"a": f"{value} Hier.\n"})
        main = site.store.head()
        side = site.outside.commit(
            {"a.md": "Daar.\n", f"{path}.md": value + "\n"}, [fork], site.now + 1
        )
        kept_side = site.pages() | ({path: value + "\n"} if path != "a" else {})
        site.push(kept_side, [main, side])
    elif what == "old":
        site.push(pages | {path: value + " Oud.\n"}, when=START - 1000)
    elif what == "follow":
        site.follow()
        sentences.catch_up(site.store, site.database, 3)


def everything(site: Site) -> list[object]:
    site.follow()
    while sentences.catch_up(site.store, site.database, 7):
        pass
    return rows_of(site)


def rows_of(site: Site) -> list[object]:
    with site.database.read() as connection:
        tables = (kept.weaves, kept.steps, kept.sentences)
        return [sorted(map(tuple, connection.execute(table.select()))) for table in tables]


@settings(deadline=None, max_examples=60)
@given(st.lists(STEP, min_size=1, max_size=12))
def test_following_gives_what_following_anew_gives(story: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        for step in story:
            act(site, step)
        followed = everything(site)
        with site.database.project() as connection:
            kept.forget_all(connection)
        assert everything(site) == followed
        every_revision_joins(site)
        site.close()


def every_revision_joins(site: Site) -> None:
    """At each revision, as many sentences stand as its text has."""
    with site.database.read() as connection:
        for page, step, commit, path in connection.execute(kept.steps.select()):
            blob = site.store.read(f"{path}.md", commit)
            found = cut(text.decode(blob.data).text) if blob else []
            assert len(kept.standing(connection, page, step)) == len(found)


def test_a_page_keeps_its_writers_through_a_rename_and_a_restore(site_on: Site) -> None:
    site = site_on
    site.save("create", {"a": "Een. Twee.\n"})
    site.rename("a", "b")
    site.save("edit", {"b": "Een. Drie.\n"})
    deleted = site.save("delete", {"b": None})
    site.save("restore", {"b": "Een. Drie.\n"}, From=deleted)
    page = site.identity("b")
    assert sentences.follow(site.store, site.database, page)
    with site.database.read() as connection:
        assert [one.origin for one in kept.standing(connection, page)] == [1, 3]
        assert [one.origin for one in kept.standing(connection, page, 2)] == [1, 1]
        assert kept.standing(connection, page, 4) == []


def test_a_revision_that_comes_in_between_makes_a_page_wait_again(site_on: Site) -> None:
    site = site_on
    first = site.save("create", {"a": "Een.\n", "b": "Nog een.\n"})
    # Later than the other side: of two at one moment the ids decide.
    site.now += 5
    main = site.save("edit", {"a": "Twee.\n"})
    everything(site)
    side = site.outside.commit({"a.md": "Oud.\n", "b.md": "Nog een.\n"}, [first], START + 1)
    site.push({"a": "Twee.\n", "b": "Ook.\n"}, [main, side])
    everything(site)
    page = site.identity("a")
    assert [revision.commit for revision in site.history("a")] == [main, side, first]
    with site.database.read() as connection:
        assert kept.step_of(connection, page, main) == 3
        assert [one.origin for one in kept.standing(connection, page)] == [3]
        assert kept.count_unfollowed(connection) == 0


def test_two_who_follow_at_once_do_no_harm(site: Site) -> None:
    for number in range(8):
        site.save("edit", {"a": f"Een. Zin {number}.\n"})
    page = site.identity("a")
    slow = sentences._Following(site.store, site.database, page)
    slow.run(3)
    sentences.follow(site.store, site.database, page)
    assert slow._fold([]) == []
    assert not slow._write([], whole=True)
    before = rows_of(site)
    assert sentences.follow(site.store, site.database, page)
    assert rows_of(site) == before


def test_the_worker_begins_with_what_changed_last(site: Site) -> None:
    for path in ("oud", "nieuw", "nieuwst"):
        site.save("create", {path: "Een. Twee.\n"})
    site.follow()
    assert sentences.catch_up(site.store, site.database, 1)
    assert sentences.catch_up(site.store, site.database, 1)
    with site.database.read() as connection:
        done = [row.path for row in connection.execute(kept.steps.select())]
    assert done == ["nieuwst"]


def test_what_is_not_right_is_found_and_made_anew(site: Site) -> None:
    site.save("create", {"a": "Een. Twee.\n", "b": "Drie.\n"})
    site.save("edit", {"a": "Een. Ook twee.\n"})
    right = everything(site)
    assert sentences.check(site.store, site.database) == []
    with site.database.project() as connection:
        connection.execute(kept.sentences.update().values(origin=2))
    assert sentences.check(site.store, site.database) == ["a", "b"]
    sentences.forget(site.database)
    assert everything(site) == right
