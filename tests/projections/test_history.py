"""Pages keep their identity through what people do to files, on both databases."""

from __future__ import annotations

from tests.projections.conftest import ANNA, START, Site
from wiki.database.history import history
from wiki.database.pages import recent
from wiki.domain.access.sight import EVERYTHING, Sight
from wiki.domain.history.history import Place, cursor
from wiki.domain.history.revisions import Event
from wiki.domain.pages.recent import Wanted
from wiki.projections import checking, follow
from wiki.projections.history import count_words

OTHER = "iets heel anders\n"


def test_a_renamed_page_keeps_its_history_and_leaves_a_page_of_its_own(site_on: Site) -> None:
    site = site_on
    site.save("create", {"a": "een\n"})
    page = site.identity("a")
    site.rename("a", "b")
    assert site.identity("b") == page != site.identity("a")
    newest, first = site.history("b")
    assert (newest.event, newest.came_from, newest.path) == (Event.RENAME, "a", "b")
    assert (first.event, first.path, first.message) == (Event.CREATE, "a", "create something")
    site.rename("b", "a")
    assert site.identity("a") == page
    assert checking.check(site.store, site.database) == []


def test_a_move_from_outside_is_a_rename(site: Site) -> None:
    site.push({"a": "een\n", "b": OTHER})
    page = site.identity("a")
    site.push({"c/a": "een\n", "b": OTHER})
    assert site.identity("c/a") == page
    site.push({"c/A": "een\n", "b": OTHER})
    assert site.identity("c/A") == page
    assert [r.event for r in site.history("c/A")] == [Event.OUTSIDE] * 3


def test_a_new_page_at_an_old_path_is_another(site: Site) -> None:
    site.save("create", {"a": "een\n"})
    page = site.identity("a")
    site.save("delete", {"a": None})
    with site.database.read() as connection:
        assert history.identity(connection, "a") == page
    site.follow()
    with site.database.read() as connection:
        gone = history.deleted(connection, "a")
        assert gone
        assert gone.page == page
        assert gone.event is Event.DELETE
        assert history.trash(connection, sight=EVERYTHING) == [gone]
        assert history.trash(connection, sight=Sight(("a",))) == []
        assert history.place(connection, page) == Place("a", False)
    site.save("create", {"a": OTHER})
    assert site.identity("a") != page
    with site.database.read() as connection:
        assert history.deleted(connection, "a") is None
        assert history.trash(connection, sight=EVERYTHING) == []
        assert history.pages_at(connection, "a") == [site.identity("a"), page]


def test_a_restored_page_is_the_same_page(site: Site) -> None:
    first = site.save("create", {"a": "een\n"})
    page = site.identity("a")
    site.save("delete", {"a": None})
    site.save("create", {"a": OTHER})
    site.save("delete", {"a": None})
    site.save("restore", {"a": "een\n"}, Base=first)
    assert site.identity("a") == page
    site.push({})
    site.push({"a": "een\n"})
    assert site.identity("a") == page


def test_a_merge_touches_only_what_differs_from_both_sides(site: Site) -> None:
    base = site.push({"a": "een\n", "b": "twee\n"})
    ours = site.push({"a": "een\nmeer\n", "b": "twee\n"})
    site.follow()
    theirs = site.outside.commit({"a.md": "een\n", "b.md": "drie\n"}, [base], START - 100)
    site.push({"a": "een\nmeer\n", "b": "drie\n"}, [theirs, ours])
    assert len(site.history("a")) == 2
    changed, born = site.history("b")
    assert (changed.commit, changed.date) == (theirs, born.date + 1)
    assert checking.check(site.store, site.database) == []


def test_a_rename_here_and_an_edit_there_meet_in_one_page(site: Site) -> None:
    site.save("create", {"a": "een\n"})
    page, base = site.identity("a"), site.store.head()
    ours = site.rename("a", "b")
    site.follow()
    theirs = site.outside.commit({"a.md": "een\nmeer\n"}, [base], site.now)
    pages = site.pages()
    site.push({"b": "een\nmeer\n", "a": pages["a"]}, [theirs, ours])
    assert site.identity("b") == page != site.identity("a")


def test_two_births_of_one_page_become_one(site: Site) -> None:
    site.save("create", {"a": "een\n"})
    first, head = site.identity("a"), site.store.head()
    other = site.outside.commit({"a.md": "een\n"}, [], START - 50)
    site.push({"a": "een\n"}, [head, other])
    assert site.identity("a") != first, "the outside birth is the earlier one"
    assert len(site.history("a")) == 2
    assert checking.check(site.store, site.database) == []


def test_pages_come_and_go_before_anybody_looks(site: Site) -> None:
    """They are born, renamed, deleted and found to be another between two looks."""
    site.save("create", {"a": "een\n"})
    first = site.identity("a")
    site.save("create", {"b": "twee\n"})
    site.rename("b", "c")
    site.save("edit", {"c": "twee en meer\n"})
    site.save("create", {"weg": "drie\n"})
    site.save("delete", {"weg": None})
    head = site.store.head()
    other = site.outside.commit({"a.md": "een\n", "d.md": "vier\n"}, [], START - 50)
    site.push({**site.pages(), "d": "vier\n"}, [head, other])
    assert site.identity("a") not in ("", first), "the outside birth is the earlier one"
    assert [revision.path for revision in site.history("c")] == ["c", "c", "b"]
    assert checking.check(site.store, site.database) == []


def test_history_goes_on_where_a_page_of_it_ended(site_on: Site) -> None:
    site = site_on
    commits = [site.save("edit", {"a": f"{n}\n", "f/b": f"{n}\n"}) for n in range(6)]
    page = site.identity("a")
    with site.database.read() as connection:
        assert [r.commit for r in history.of_page(connection, page, limit=2)] == commits[:-3:-1]
        older = history.of_page(connection, page, before=commits[2])
        assert [r.commit for r in older] == commits[1::-1]
        assert [history.number(connection, page, commit) for commit in commits] == [*range(1, 7)]
        assert (history.count(connection, page), history.writers(connection, page)) == (6, 1)
        newest = recent.revisions(connection, Wanted(), limit=3, sight=EVERYTHING)
        rest = recent.revisions(connection, Wanted(), before=cursor(newest[-1]), sight=EVERYTHING)
        assert len({(r.commit, r.path) for r in newest + rest}) == 12
        assert {r.path for r in recent.revisions(connection, Wanted(), sight=Sight(("f",)))} == {
            "a"
        }
        seen = recent.revisions(connection, Wanted(), sight=Sight(("f",), ("f/b",)))
        assert len(seen) == 12
        assert len(history.by_author(connection, ANNA.uid, sight=EVERYTHING)) == 12
        assert history.holder(connection, "a", newest[0].blob) in ("", page)
        assert history.had(connection, page, older[0].blob)


def test_a_rewritten_branch_is_followed_anew(site: Site) -> None:
    site.save("create", {"a": "een\n"})
    site.follow()
    site.push({"b": "twee\n"}, [])
    assert site.identity("b")
    assert not site.identity("a")
    assert checking.check(site.store, site.database) == []


def test_check_names_the_field_and_a_rebuild_mends_it(site: Site) -> None:
    site.save("create", {"a": "een\n"})
    site.follow()
    with site.database.project() as connection:
        connection.execute(history.revisions.update().values(event="delete"))
        connection.execute(history.names.delete())
    found = {(d.key.split()[0], d.field) for d in checking.check(site.store, site.database)}
    assert found == {("revisions", "event"), ("names", "")}
    follow.rebuild(site.store, site.database)
    assert checking.check(site.store, site.database) == []


def test_words_are_counted_newest_first(site: Site) -> None:
    site.save("create", {"a": "een twee\n"})
    site.save("edit", {"a": "een drie vier\n"})
    site.follow()
    assert count_words(site.store, site.database, 1) == 1
    newest, first = site.history("a")
    assert (newest.added, newest.removed, first.added) == (2, 1, None)
    assert count_words(site.store, site.database) == 1
    assert count_words(site.store, site.database) == 0


def test_lag_counts_what_is_to_follow(site: Site) -> None:
    site.save("create", {"a": "een\n"})
    site.follow()
    site.save("edit", {"a": "twee\n"})
    assert [lag.behind for lag in follow.lag(site.store, site.database)] == [1, 1]
    site.follow()
    assert [lag.behind for lag in follow.lag(site.store, site.database)] == [0, 0]


def test_a_page_that_came_back_before_a_merge_did_not_die_last(site_on: Site) -> None:
    site = site_on
    first = site.push({"a": "een\ntwee\n"})
    there = site.push({"a": "een\ntwee\n", "c": OTHER})
    site.follow()
    away = site.outside.commit({"b.md": "een\ntwee\n"}, [first], site.now)
    again = site.outside.commit({"a.md": "een\ntwee\n", "b.md": "een\ntwee\n"}, [away], site.now)
    without = site.outside.commit({"a.md": "een\ntwee\n"}, [again], site.now)
    merge = site.push({"a": "een\ntwee\n", "c": OTHER}, [there, without])
    listed = site.history("a")
    assert [r.commit for r in listed] == [merge, without, again, away, first]
    assert listed[0].blob == listed[-1].blob
    assert checking.check(site.store, site.database) == []


def test_a_page_that_one_side_deleted_and_the_other_kept_lives(site: Site) -> None:
    first = site.push({"a": "een\n", "b": OTHER})
    ours = site.push({"a": "een\nmeer\n", "b": OTHER})
    theirs = site.outside.commit({"b.md": OTHER}, [first], site.now + 50)
    merge = site.push({"a": "een\nmeer\n", "b": OTHER}, [ours, theirs], site.now + 90)
    newest, gone, *_ = site.history("a")
    assert (newest.commit, bool(newest.blob)) == (merge, True)
    assert (gone.commit, gone.blob) == (theirs, "")
    later = site.push({"a": "een\nmeer\n", "b": OTHER, "c": "c\n"}, [merge, theirs])
    assert [r.commit for r in site.history("a")][:2] == [later, merge]
    assert checking.check(site.store, site.database) == []


def test_every_page_of_a_reorganisation_keeps_its_history(site: Site) -> None:
    names = [f"blad-{n}" for n in range(201)]
    same = {"v1": "Dezelfde tekst in twee bladen.\n", "v3": "Dezelfde tekst in twee bladen.\n"}
    texts = {name: f"# Een {name}\n\nZin van {name}.\n\nNog een zin.\n" for name in names}
    site.push({f"oud/{name}": text for name, text in (texts | same).items()})
    moved = {name: f"{text}Regel erbij.\n" for name, text in texts.items()} | same
    site.push({f"nieuw/{name}": text for name, text in moved.items()})
    site.follow()
    for name in moved:
        assert [r.path for r in site.history(f"nieuw/{name}")] == [f"nieuw/{name}", f"oud/{name}"]
