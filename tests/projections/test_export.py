"""The files beside the repository: written path by path, never over what somebody else wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.projections.conftest import ANNA, Site
from wiki.projections import export
from wiki.projections.export import Kept
from wiki.store.store import Change


def test_files_follow_the_branch(site: Site) -> None:
    site.save("create", {"a": "een\n", "f/b": "twee\n"})
    assert export.catch_up(site.store) == []
    assert (site.store.folder / "f" / "b.md").read_text() == "twee\n"
    site.save("edit", {"a": "drie\n", "f/b": None})
    assert export.catch_up(site.store) == []
    assert (site.store.folder / "a.md").read_text() == "drie\n"
    assert not (site.store.folder / "f").exists()
    assert export.check(site.store) == []


def test_what_somebody_wrote_is_kept_and_reported_until_it_is_put_back(site: Site) -> None:
    site.save("create", {"a": "een\n"})
    export.catch_up(site.store)
    file = site.store.folder / "a.md"
    file.write_text("mine\n")
    site.save("edit", {"a": "twee\n"})
    assert export.catch_up(site.store) == [Kept("a.md", "changed")]
    assert file.read_text() == "mine\n"
    file.write_text("een\n")
    site.save("edit", {"a": "drie\n"})
    assert export.catch_up(site.store) == []
    assert file.read_text() == "drie\n"


def test_a_deleted_page_that_somebody_changed_is_kept(site: Site) -> None:
    site.save("create", {"a": "een\n"})
    export.catch_up(site.store)
    (site.store.folder / "a.md").write_text("mine\n")
    site.save("delete", {"a": None})
    assert export.catch_up(site.store) == [Kept("a.md", "changed")]
    assert (site.store.folder / "a.md").exists()


def test_links_are_not_followed_out_of_the_tree(site: Site, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.md").write_text("een\n")
    (site.store.folder / "f").symlink_to(outside)
    (site.store.folder / "a.md").symlink_to(outside / "b.md")
    site.save("create", {"f/b": "twee\n", "a": "een\n"})
    assert export.catch_up(site.store) == [Kept("a.md", "blocked"), Kept("f/b.md", "blocked")]
    assert (outside / "b.md").read_text() == "een\n"
    assert [file.name for file in outside.iterdir()] == ["b.md"]


def test_unsafe_names_are_refused(site: Site) -> None:
    for part in ("..", ".", "", ".git", ".GIT", "git~1", "a\\b"):
        assert not export._is_safe(part)
    site.save("create", {"a": "een\n"})
    assert export._put(site.store, ".git/config", "", site.store.entry("a.md").blob) == "unsafe"
    assert export._put(site.store, "../x", "", site.store.entry("a.md").blob) == "unsafe"


def test_rebuilding_writes_what_is_missing(site: Site) -> None:
    site.store.commit(
        [Change("f/x.png", b"\0"), Change("a.md", b"een\n")],
        author=ANNA,
        message="",
        trailers={},
        expect={},
    )
    export.catch_up(site.store)
    (site.store.folder / "f" / "x.png").unlink()
    assert export.check(site.store) == [Kept("f/x.png", "missing")]
    assert export.rebuild(site.store) == []
    assert export.check(site.store) == []


def test_an_export_that_was_killed_is_finished(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are written, the note that they were is not: they are still the wiki's own."""
    site.save("create", {"a": "een\n"})
    export.catch_up(site.store)
    site.save("edit", {"a": "twee\n"})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(export, "_put", killed_after(export._put))
        export.catch_up(site.store)
    site.save("edit", {"a": "drie\n"})
    assert export.catch_up(site.store) == []
    assert (site.store.folder / "a.md").read_text() == "drie\n"


def killed_after(put: Callable[..., str]) -> Callable[..., str]:
    def kill(*given: object) -> str:
        put(*given)
        raise KeyboardInterrupt

    return kill
