"""A power cut that took the branch and the note beside it: no save begins history anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import token_in
from wiki.app import create_app
from wiki.engine import open_wiki

WAYS: dict[str, Callable[[Path], object]] = {
    "gone": lambda file: file.unlink(),
    "emptied": lambda file: file.write_bytes(b""),
}


@pytest.mark.parametrize("note", WAYS)
@pytest.mark.parametrize("branch", WAYS)
def test_lists_know_that_there_was_a_commit(
    wiki: Any, member: Any, login: Any, page: Any, branch: str, note: str
) -> None:
    head = page("a", "# A\n")
    wiki.close()
    WAYS[branch](wiki.store.git / "refs/heads/main")
    WAYS[note](wiki.store.git / "denktank.seen")
    again = open_wiki(wiki.settings)
    try:
        browser = create_app(wiki.settings, again).test_client()
        login(browser, "anna")
        shown = browser.get("/edit/a")
        base = again.store.entry("a.md").blob
        form = {"csrf_token": token_in(shown.text), "text": "# B\n", "base": base}
        answer = browser.post("/edit/a", data=form)
        assert (browser.get("/wiki/a").status_code, answer.status_code) == (200, 503)
        assert "# B" in answer.text
        assert again.store.trouble().code == "store_branch_lost"
        assert again.store.recover([]) == again.store.head() == head
        assert browser.post("/edit/a", data=form).status_code == 303
        assert again.store.get(again.store.head()).parents == (head,)
    finally:
        again.close()


def test_another_repository_is_taken_as_it_is(wiki: Any, page: Any) -> None:
    """What lists say of a commit that is not there says nothing of this repository."""
    page("a", "# A\n")
    wiki.close()
    wiki.store.git.rename(wiki.settings.data / "old.git")
    again = open_wiki(wiki.settings)
    try:
        assert again.store.trouble() is None
    finally:
        again.close()
