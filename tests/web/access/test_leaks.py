"""What is closed is told by nothing: not by folders in folders, lists, tags of pages, or twins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import token_in
from tests.fixtures.access import set_rule
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.engine import Wiki
from wiki.services.content import files
from wiki.services.editing import trash
from wiki.services.history import hiding, history
from wiki.services.talk import comments

OPEN = ("a-open", "hof/tuin/open")
CLOSED = ("hof/dicht", "a/kluis/dicht")
WHO = ("reader", "anna", "mo")


def text(path: str) -> str:
    """A dialogue that can be found by everything, and whose words name its folder."""
    word = word_of(path)
    return (
        f"---\ntitle: Titel {word}\nkind: dialogue\nstatus: announced\ndate: 2099-01-02\n"
        f"location: Plein {word}\ntags: [samen, tag{word}]\n"
        f"participants: [{{name: Zora {word}}}, {{name: Samen Deelnemer}}]\n"
        f"questions: [vraag]\n---\n"
        f"**Zora {word}:** Hier staat {word} naast gemeengoed.\n"
    )


def word_of(path: str) -> str:
    return "zw" + path.replace("/", "").replace("-", "")


@pytest.fixture
def world(
    wiki: Wiki, page: Callable[..., str], member: Actor, moderator: Actor
) -> Callable[[str], str]:
    """An open folder in a closed one, a closed one in an open one; gives what a page holds."""
    page("vraag", "---\nkind: question\nstatus: open\n---\n# Gemeengoed?\n", moderator)
    for path in (*OPEN, *CLOSED):
        page(path, text(path), moderator)
        files.add(wiki, moderator, path, "brief.txt", word_of(path).encode(), word_of(path))
        comments.post(wiki, moderator, path, f"Over {word_of(path)} en gemeengoed.")
        page(f"{path}-weg", f"# Weg {word_of(path)}\n\nWas {word_of(path)}.\n", moderator)
        trash.delete(wiki, moderator, f"{path}-weg", f"weg {word_of(path)}")
    links = "\n".join(f"[[{path}]]" for path in (*OPEN, *CLOSED))
    page("wijzer", f"# Wijzer\n\n{links}\n", moderator)
    for prefix, role in (("hof", "moderator"), ("hof/tuin", "reader"), ("a/kluis", "moderator")):
        set_rule(wiki, SYSTEM, prefix=prefix, right="read", role=role)
    wiki.search.update(wiki.store, wiki.database)
    return word_of


def addresses() -> list[str]:
    """Every list there is, and what stands beside pages that are open."""
    words = ["gemeengoed", *map(word_of, (*OPEN, *CLOSED))]
    found = ["/", "/recent", "/recent?show=comments", "/questions", "/dialogues", "/agenda"]
    found += ["/agenda.ics", "/people", "/people/samen-deelnemer", "/tags", "/tags/samen", "/wiki"]
    found += ["/feed/site.atom", "/feed/folder/hof/tuin", "/feed/folder/a", "/feed/member/mo"]
    found += ["/members/mo", "/wiki/vraag", "/wiki/hof/tuin/open", "/wiki/wijzer", "/raw/vraag"]
    found += ["/wiki/hof", "/wiki/a", "/feed/folder/hof", "/trash", "/views", "/suggestions"]
    found += ["/notifications", "/metrics", "/readyz", "/history/wijzer", "/blame/wijzer"]
    found += [
        f"/search?q={word}&in={kind}" for word in words for kind in ("all", "comments", "history")
    ]
    found += [f"/suggest?q={word[:4]}" for word in words]
    found += ["/search?q=gemengoed", "/search?person=samen-deelnemer", "/search?tag=samen"]
    return [*found, *(f"/export/wijzer?format={kind}" for kind in ("md", "html"))]


@pytest.mark.parametrize("who", WHO)
def test_folders_in_folders_show_what_each_may_read(
    app: Any, world: Callable[[str], str], login: Any, who: str
) -> None:
    browser = app.test_client()
    if who != "reader":
        login(browser, who)
    closed = [] if who == "mo" else [world(path) for path in CLOSED]
    asked = {address: browser.get(address).text for address in addresses()}
    for address, shown in asked.items():
        # What one asked for is shown again; the pointing page spells its links itself.
        own = [word for word in closed if word not in address]
        if "wijzer" in address:
            own = [f"Titel {word}" for word in own]
        assert not [word for word in own if word in shown], address
    for path in OPEN:
        word = world(path)
        for address in (
            "/recent",
            "/dialogues",
            "/people",
            "/tags",
            "/feed/site.atom",
            "/agenda.ics",
        ):
            assert word in asked[address], address
        assert word in asked[f"/search?q={word}&in=all"]
    for path in CLOSED if who == "mo" else ():
        assert world(path) in asked["/recent"]
        assert world(path) in asked["/dialogues"]


def test_counts_count_what_one_may_read(
    wiki: Wiki, app: Any, world: Callable[[str], str], login: Any
) -> None:
    keeper = app.test_client()
    login(keeper, "mo")
    for browser, number in ((app.test_client(), 2), (keeper, 4)):
        assert (
            browser.get("/search?q=gemeengoed&kind=dialogue").text.count('data-kind="dialogue"')
            == number
        )
        for address in ("/tags/samen", "/people/samen-deelnemer", "/dialogues"):
            shown = browser.get(address).text
            assert sum(f'"/wiki/{path}"' in shown for path in (*OPEN, *CLOSED)) == number


def test_a_copy_that_was_kept_is_not_confirmed_to_who_may_no_longer_read(
    wiki: Wiki, app: Any, world: Callable[[str], str], login: Any
) -> None:
    """A browser that asks "is it still this?" learns nothing once it may not read."""
    keeper, member, reader = app.test_client(), app.test_client(), app.test_client()
    login(keeper, "mo")
    login(member, "anna")
    pages = ["/wiki/a-open", "/raw/a-open", "/files/a-open/brief.txt", "/history/a-open"]
    pages += ["/export/a-open?format=md", "/feed/page/a-open", "/blame/a-open"]
    tags = {address: reader.get(address).headers.get("ETag", "") for address in pages}
    set_rule(wiki, SYSTEM, prefix="a-open", right="read", role="moderator")
    tags |= {
        address: keeper.get(address).headers.get("ETag", "")
        for path in CLOSED
        for address in (
            f"/wiki/{path}",
            f"/raw/{path}",
            f"/files/{path}/brief.txt",
            f"/history/{path}",
        )
    }
    known = 0
    for address, tag in tags.items():
        for browser in (reader, member):
            for kept in filter(None, (tag, "*")):
                headers = {
                    "If-None-Match": kept,
                    "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT",
                }
                answer = browser.get(address, headers=headers)
                assert answer.status_code in (303, 401, 403, 404), address
                assert "zw" not in answer.headers.get("Location", "")
                assert not answer.headers.get("ETag")
        known += bool(tag)
    assert known > 8


def test_what_was_hidden_is_not_confirmed_either(
    wiki: Wiki, app: Any, page: Callable[..., str], moderator: Actor
) -> None:
    revision = page("b", "# B\n\nHet geheim.\n", moderator)
    page("b", "# B\n\nNiets.\n", moderator)
    reader = app.test_client()
    address = f"/raw/b?at={revision}"
    tag = reader.get(address).headers["ETag"]
    assert reader.get(address, headers={"If-None-Match": tag}).status_code == 304
    found = history.revision_of(wiki, history.page_at(wiki, SYSTEM, "b").page, revision)
    hiding.change(wiki, moderator, found.page, found, ["text"], "privacy")
    assert reader.get(address, headers={"If-None-Match": tag}).status_code == 410


def test_a_feed_is_the_same_for_everybody(
    app: Any, world: Callable[[str], str], login: Any
) -> None:
    """Programs and caches between keep it for all."""
    keeper = app.test_client()
    login(keeper, "mo")
    for address in ("/feed/site.atom", "/feed/folder/a", "/feed/member/mo"):
        own, others = keeper.get(address), app.test_client().get(address)
        assert own.data == others.data
        assert world(CLOSED[1]) not in own.text


@pytest.mark.parametrize(
    "path", ["Hof/dicht", "hof/Dicht", "hof/nergens", "HOF/nergens", "a/Kluis/x"]
)
def test_a_twin_of_what_one_may_not_read_is_not_named(
    app: Any, world: Callable[[str], str], login: Any, path: str
) -> None:
    """The same answer, whether a page is there or not: the folder is closed, however spelled."""
    browser = app.test_client()
    login(browser, "anna")
    assert browser.get(f"/wiki/{path}").status_code in (403, 404)
    token = token_in(browser.get("/new?kind=page").text)
    form = {"title": "Nieuw", "text": "x", "base": "", "csrf_token": token}
    made = browser.post("/new", data={**form, "kind": "page", "path": path})
    assert made.status_code == 403
    saved = browser.post(f"/edit/{path}", data=form)
    assert saved.status_code == (403 if path.startswith("hof/") else 409)
    for name in {"hof", "kluis"} - set(path.split("/")):
        assert name not in made.text
        assert name not in saved.text


def test_a_twin_that_one_may_read_is_named(
    app: Any, world: Callable[[str], str], login: Any
) -> None:
    browser = app.test_client()
    login(browser, "anna")
    form = {"text": "x", "base": "", "csrf_token": token_in(browser.get("/edit/A-open").text)}
    assert "a-open" in browser.post("/edit/A-open", data=form).text
