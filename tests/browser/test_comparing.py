"""Two versions are compared with the keyboard alone, and read at every width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import new_page, set_text

pytestmark = pytest.mark.browser


@pytest.fixture
def path(visit: Callable[..., Page]) -> str:
    """A page of three versions."""
    page = visit(login="anna")
    made = new_page(page, "Vergelijken", "Een alinea over de burger als klant.\n\nDe tweede.\n")
    for text in ("Een alinea over de burger als buur.\n\nDe tweede.\n", "Een alinea.\n\nDerde.\n"):
        page.goto(f"/edit/{made}")
        set_text(page, text)
        with page.expect_navigation():
            page.keyboard.press("Control+s")
    return made


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
