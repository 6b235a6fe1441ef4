"""A page's past with the keyboard alone: narrowed, compared, and who wrote what; at every width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import new_page, set_text

TEXTS = (
    ("anna", "Een alinea over de burger als klant.\n\nDe tweede.\n"),
    ("bram", "Een alinea over de burger als buur.\n\nDe tweede.\n"),
    ("anna", "Een alinea.\n\nDe tweede.\n\nDerde.\n"),
)


@pytest.fixture
def path(visit: Callable[..., Page]) -> str:
    """A page of three versions by two people."""
    browsers = {name: visit(login=name) for name in ("anna", "bram")}
    made = new_page(browsers["anna"], "Vergelijken", TEXTS[0][1])
    for name, text in TEXTS[1:]:
        page = browsers[name]
        page.goto(f"/edit/{made}")
        set_text(page, text)
        with page.expect_navigation():
            page.keyboard.press("Control+s")
    return made


def tab_to(page: Page, selector: str) -> None:
    """Go on with the Tab key until what is looked for has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key does not come to {selector}")


def test_compare_with_the_keyboard(visit: Callable[..., Page], path: str) -> None:
    page = visit()
    page.goto(f"/history/{path}")
    page.focus("input[name=from]:checked")
    page.keyboard.press("ArrowDown")
    chosen = page.get_attribute("input[name=from]:checked", "value")
    page.focus("h1, main")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("v")
    assert f"from={chosen}" in page.url
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.tagName")
    assert first in ("INS", "DEL", "P", "DL")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.tagName") == first


def test_history_is_narrowed_and_two_versions_compared(
    visit: Callable[..., Page], path: str
) -> None:
    page = visit()
    page.goto(f"/history/{path}")
    rows = page.locator("tr[data-revision]")
    expect(rows).to_have_count(3)
    tab_to(page, "details.narrow-down summary")
    page.keyboard.press("Enter")
    tab_to(page, "select[name=author]")
    page.keyboard.type("anna")
    with page.expect_navigation():
        page.keyboard.press("Tab")
        tab_to(page, ".filters button")
        page.keyboard.press("Enter")
    expect(rows).to_have_count(2)
    shown = [row.get_attribute("data-revision") for row in rows.all()]
    tab_to(page, "input[name=from]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert f"from={shown[1]}" in page.url
    assert f"to={shown[0]}" in page.url
    expect(page.locator("main del").last).to_contain_text("over de burger als klant")


def test_who_wrote_it_steps_back_before_a_change(visit: Callable[..., Page], path: str) -> None:
    page = visit()
    page.goto(f"/history/{path}")
    tab_to(page, f'a[href="/blame/{path}"]')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    runs = page.locator("li.run")
    expect(runs.first).to_contain_text("Een alinea.")
    expect(runs.locator(".run-name")).to_contain_text(["anna", "anna", "anna"])
    for text, writer in ((TEXTS[1][1], "bram"), (TEXTS[0][1], "anna")):
        tab_to(page, ".run-before")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(runs.first).to_contain_text(text.partition("\n")[0])
        expect(runs.first.locator(".run-name")).to_contain_text(writer)
    expect(page.locator(".run-before")).to_have_count(0)
    tab_to(page, f'.notice a[href="/blame/{path}"]')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(runs.first).to_contain_text("Een alinea.")


def test_narrow_screens_need_no_scrolling_aside(visit: Callable[..., Page], path: str) -> None:
    page = visit(viewport={"width": 360, "height": 800})
    for address in (
        f"/history/{path}?since=2020-01-01",
        f"/diff/{path}",
        f"/diff/{path}?view=side",
        f"/diff/{path}?view=source",
        "/recent",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
