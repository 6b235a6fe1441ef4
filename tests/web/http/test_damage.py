"""Every object of a small repository cut off, one after the other: what a visitor gets."""

from __future__ import annotations

import pytest

from wiki.app import create_app
from wiki.engine import open_wiki
from wiki.services.content import contents
from wiki.services.operation import projections
from wiki.shelf import Shelf

ADDRESSES = (
    "/",
    "/recent",
    "/pages",
    "/search?q=woorden",
    "/wiki/a",
    "/wiki/map/b",
    "/history/a",
    "/history/map/b",
    "/raw/a",
    "/raw/map/b",
    "/edit/a",
    "/blame/map/b",
    "/diff/a",
    "/feed/site.atom",
    "/wiki/nergens",
    "/healthz",
)


@pytest.fixture
def objects(wiki, page):
    page("a", "# Een\n\nEerste woorden.\n")
    page("map/b", "# Twee\n\nWoorden daar.\n")
    page("a", "# Een\n\nAndere woorden.\n")
    return sorted(wiki.store.git.glob("objects/??/*"))


@pytest.mark.slow
def test_a_damaged_object_costs_its_own_page_at_most(wiki, objects, settings, monkeypatch):
    told = 0
    for file in objects:
        before = file.read_bytes()
        file.unlink()
        file.write_bytes(before[: len(before) // 2])
        monkeypatch.setattr(contents, "_SHELF", Shelf(contents.MOST_KEPT))
        again = open_wiki(settings)
        try:
            client = create_app(settings, again).test_client()
            answers = {address: client.get(address) for address in ADDRESSES}
            assert answers["/healthz"].status_code == 200
            for address, answer in answers.items():
                assert answer.status_code in (200, 303, 404, 503), (address, file)
            for path in ("a", "map/b"):
                shown = answers[f"/wiki/{path}"]
                assert shown.status_code in (200, 503), (path, shown.text)
                told += shown.status_code == 503
                if shown.status_code == 503:
                    assert "denktank check --repair" in shown.text
            # What is damaged belongs to one page, to a folder, or to what all need.
            assert answers["/recent"].status_code == answers["/"].status_code == 200
        finally:
            again.close()
            file.unlink()
            file.write_bytes(before)
    # Each page's own text, the folder, the root and the newest commit for both.
    assert told == 1 + 1 + 1 + 2 + 2


def test_a_damaged_text_names_its_last_whole_version_and_is_repaired(wiki, objects, app, client):
    blob = wiki.store.entry("a.md").blob
    first = next(iter(wiki.store.log())).id
    (wiki.store.git / "objects" / blob[:2] / blob[2:]).unlink()
    shown = client.get("/wiki/a")
    assert shown.status_code == 503
    assert f"at={first}" in shown.text
    old = client.get(f"/wiki/a?at={first}")
    assert old.status_code == 200
    assert "Eerste woorden" in old.text
    found = [one for one in projections.check(wiki) if one.where == "git"]
    assert len(found) == 1
    assert blob in found[0].what
    assert "a in " in found[0].what
    (wiki.store.folder / "a.md").write_text("# Een\n\nAndere woorden.\n")
    projections.repair(wiki, found)
    assert client.get("/wiki/a").status_code == 200
    assert [one for one in projections.check(wiki) if one.where == "git"] == []
