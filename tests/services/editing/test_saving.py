"""Saving pages while others save: the same page and others, none waits for long, none is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from wiki.domain.access.rights import Actor
from wiki.domain.errors import Invalid, TooLarge, Unavailable
from wiki.engine import Wiki
from wiki.services.editing import saving
from wiki.services.editing.saving import Sent

WRITERS, ROUNDS = 4, 3


def test_saves_at_the_same_time_are_all_kept(
    wiki: Wiki, page: Callable[..., str], member: Actor
) -> None:
    """Each writer has a page of their own, and a paragraph of a page that all change."""
    page("samen", "".join(f"Alinea {n}, versie 0.\n\n" for n in range(WRITERS)))
    for n in range(WRITERS):
        page(f"eigen-{n}", "Versie 0.\n")

    def change(path: str, old: str, new: str) -> None:
        entry = wiki.store.entry(f"{path}.md")
        assert entry is not None
        text = wiki.store.blob(entry.blob).decode()
        assert old in text
        saving.save(wiki, member, path, Sent(text=text.replace(old, new), base=entry.blob))

    def write(n: int) -> None:
        for number in range(ROUNDS):
            change("samen", f"Alinea {n}, versie {number}.", f"Alinea {n}, versie {number + 1}.")
            change(f"eigen-{n}", f"Versie {number}.", f"Versie {number + 1}.")

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))
    said = wiki.store.read("samen.md")
    assert said is not None
    for n in range(WRITERS):
        assert f"Alinea {n}, versie {ROUNDS}." in said.data.decode()
        own = wiki.store.read(f"eigen-{n}.md")
        assert own is not None
        assert own.data.decode() == f"Versie {ROUNDS}.\n"
    assert sum(1 for _ in wiki.store.log()) == 1 + WRITERS + 2 * WRITERS * ROUNDS


def test_a_text_of_more_lines_than_are_read_is_not_saved(wiki: Wiki, member: Actor) -> None:
    with pytest.raises(TooLarge, match="text_long"):
        saving.save(wiki, member, "lang", Sent("a\n" * 150_001, "", ""))


def test_a_base_that_lists_do_not_have_yet_is_no_wrong_one(
    wiki: Wiki, member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Wiki, "follow", _away)
    saving.save(wiki, member, "a", Sent("Een.\n", ""))
    first = wiki.store.entry("a.md")
    assert first is not None
    saving.save(wiki, member, "a", Sent("Een.\n\nTwee.\n", first.blob))
    sent = Sent("Nul.\n\nEen.\n", first.blob)
    with pytest.raises(Unavailable, match="lists_rebuilding"):
        saving.save(wiki, member, "a", sent)
    monkeypatch.undo()
    assert saving.save(wiki, member, "a", sent).changed
    with pytest.raises(Invalid, match="base_unknown"):
        saving.save(wiki, member, "a", Sent("Nul.\n", "0" * 40))


def _away(wiki: Wiki, *, has_committed: bool = False) -> None:
    raise Unavailable("database_away")
