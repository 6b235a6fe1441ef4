"""Taking back: an undo of an undo gives the same text; a member's work page by page."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from wiki.domain.access.rights import SYSTEM, Role
from wiki.domain.errors import Forbidden, Invalid
from wiki.services.content import contents
from wiki.services.editing import undoing
from wiki.services.editing.saving import Conflicted
from wiki.services.editing.undoing import Outcome

PARAGRAPHS = st.lists(st.text("abcd e.\n-#é", min_size=1, max_size=12), min_size=1, max_size=6).map(
    "\n\n".join
)
_names = itertools.count()


def now(wiki: Any, path: str) -> str:
    return contents.read(wiki, wiki.store.entry(f"{path}.md").blob).text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(PARAGRAPHS, min_size=3, max_size=3))
@example(texts=["a\n\n\n", "aa", "a\n\naa"])
def test_the_undo_of_an_undo_gives_the_same_text(wiki: Any, page: Any, texts: list[str]) -> None:
    path = f"p{next(_names)}"
    middle = [page(path, text) for text in texts][1]
    if middle == wiki.store.head() or texts[0] == texts[1]:
        return
    before = now(wiki, path)
    try:
        undone = undoing.undo(wiki, SYSTEM, path, middle)
        if not undone.changed:
            return
        undoing.undo(wiki, SYSTEM, path, undone.revision)
    except (Conflicted, Invalid):
        return
    assert now(wiki, path) == before


def test_a_preview_is_what_undo_does(wiki: Any, page: Any) -> None:
    page("a", "een\n\ntwee\n\ndrie\n")
    wrong = page("a", "EEN\n\ntwee\n\ndrie\n")
    page("a", "EEN\n\ntwee\n\nDRIE\n")
    old, new = undoing.undone(wiki, SYSTEM, "a", wrong)
    undoing.undo(wiki, SYSTEM, "a", wrong)
    assert (old, new) == ("EEN\n\ntwee\n\nDRIE\n", now(wiki, "a"))


@pytest.fixture
def vandal(wiki: Any, page: Any, person: Any, monkeypatch: Any) -> Any:
    """A member who, an hour ago, changed, made, deleted and spoiled pages."""
    from wiki.services.editing import trash

    bad = person("piet", Role.MODERATOR)
    start = wiki.clock()
    monkeypatch.setattr(wiki, "clock", lambda: start - timedelta(days=1))
    for path in ("gewijzigd", "verwijderd", "vervolgd", "oud"):
        page(path, f"{path}\n\ngoed\n")
    page("oud", "van gisteren\n", bad)
    monkeypatch.setattr(wiki, "clock", lambda: start - timedelta(minutes=30))
    page("gewijzigd", "gewijzigd\n\nslecht\n", bad)
    page("gewijzigd", "gewijzigd\n\nslechter\n", bad)
    page("gewijzigd", "GEWIJZIGD\n\nslechter\n")
    page("gemaakt", "reclame\n", bad)
    page("vervolgd", "vervolgd\n\nslecht\n", bad)
    page("vervolgd", "vervolgd\n\nslecht maar beter\n")
    trash.delete(wiki, bad, "verwijderd")
    monkeypatch.setattr(wiki, "clock", lambda: start)
    return bad


def test_a_members_work_is_taken_back(wiki: Any, vandal: Any, moderator: Any) -> None:
    since = wiki.clock() - timedelta(hours=1)
    work = undoing.work_of(wiki, moderator, "piet", since)
    outcomes = {taken.path: taken.outcome for taken in work.pages}
    assert outcomes == {
        "gewijzigd": Outcome.CHANGE,
        "gemaakt": Outcome.DELETE,
        "verwijderd": Outcome.RESTORE,
        "vervolgd": Outcome.CONFLICT,
    }
    before = wiki.store.head()
    every = [taken.page for taken in work.pages]
    done, left = undoing.take_back(wiki, moderator, "piet", since, every, "Vandalisme")
    assert {taken.path for taken in left} == {"vervolgd"}
    assert len(list(wiki.store.log(since=before))) == len(done) == 3
    assert now(wiki, "gewijzigd") == "GEWIJZIGD\n\ngoed\n"
    assert now(wiki, "verwijderd") == "verwijderd\n\ngoed\n"
    assert wiki.store.entry("gemaakt.md") is None
    assert now(wiki, "vervolgd") == "vervolgd\n\nslecht maar beter\n"
    assert now(wiki, "oud") == "van gisteren\n"
    again = undoing.work_of(wiki, moderator, "piet", since)
    assert not any(taken.is_possible for taken in again.pages)


def test_only_moderators_and_only_with_a_reason(
    wiki: Any, vandal: Any, moderator: Any, member: Any
) -> None:
    since = wiki.clock() - timedelta(hours=1)
    with pytest.raises(Forbidden):
        undoing.work_of(wiki, member, "piet", since)
    with pytest.raises(Invalid):
        undoing.take_back(wiki, moderator, "piet", since, [], " ")


def test_over_http(app: Any, wiki: Any, vandal: Any, moderator: Any, login: Any) -> None:
    from tests.conftest import token_in

    browser = app.test_client()
    login(browser, "mo")
    since = (wiki.clock() - timedelta(hours=1)).isoformat()
    shown = browser.get("/members/piet/undo", query_string={"since": since}).text
    assert shown.count("data-outcome=") == 4
    assert 'data-outcome="conflict"' in shown
    [page] = [
        t.page
        for t in undoing.work_of(wiki, moderator, "piet", wiki.clock() - timedelta(hours=1)).pages
        if t.path == "gemaakt"
    ]
    form = {"csrf_token": token_in(shown), "since": since, "page": page}
    assert browser.post("/members/piet/undo", data=form).status_code == 400
    answer = browser.post("/members/piet/undo", data={**form, "reason": "Reclame"})
    assert answer.status_code == 303
    assert wiki.store.entry("gemaakt.md") is None
    assert browser.get("/members/piet/undo?since=ooit").status_code == 400
    assert app.test_client().get("/members/piet/undo").status_code == 303
