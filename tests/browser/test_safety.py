"""What people type never runs in the browser of others, even without the policy header."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import new_page
from tests.render.test_safety import vectors

Visit = Callable[..., Page]

# Control characters are refused when saved; tests/web tries those.
VECTORS = [v for v in vectors() if not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", v)]
WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = (...words) => { window.ran.push(name + words.join()); return null; };
"""


def _poke(page: Page) -> list[str]:
    page.evaluate(
        """() => {
          for (const element of document.querySelectorAll("article *")) {
            for (const kind of ["mouseover", "focus", "click", "error", "load", "toggle"]) {
              if (kind === "click" && element.closest("a, button, summary")) continue;
              element.dispatchEvent(new Event(kind, { bubbles: false }));
            }
          }
        }"""
    )
    page.wait_for_timeout(150)
    ran: list[str] = page.evaluate("window.ran")
    return ran


def test_there_are_at_least_two_hundred_vectors() -> None:
    assert len(VECTORS) >= 200


@pytest.mark.parametrize("start", range(0, len(VECTORS), 40))
def test_no_script_runs(visit: Visit, start: int) -> None:
    page = visit(login="mo", bypass_csp=True)  # new members may not link so much
    page.add_init_script(WATCH)
    batch = VECTORS[start : start + 40]
    path = new_page(page, f"Vectoren vanaf {start}", "\n\n".join(batch))
    assert _poke(page) == []
    hrefs = page.eval_on_selector_all("article a", "links => links.map(a => a.protocol)")
    # ":" is what a browser says of an address that it cannot read, and so cannot follow.
    assert {h for h in hrefs if h} <= {"http:", "https:", "mailto:", "tel:", ":"}
    page.fill("form[action^='/comments/'] textarea[name=text]", "\n\n".join(batch)[:9000])
    page.click("form[action^='/comments/'] button[type=submit] >> nth=0")
    page.locator("[data-comment]").first.wait_for()
    assert page.evaluate("window.ran") == []
    page.goto(f"/preview?path={path}")
    page.goto(f"/history/{path}")
    assert page.evaluate("window.ran") == []


def test_a_title_is_only_text(visit: Visit) -> None:
    page = visit(login="anna", bypass_csp=True)
    page.add_init_script(WATCH)
    title = "<img src=x onerror=alert(1)>\"'><svg onload=alert(2)>"
    path = new_page(page, title, "Tekst.", kind="question")
    for address in (f"/wiki/{path}", "/questions", "/recent", f"/history/{path}", "/search?q=svg"):
        page.goto(address)
        page.wait_for_timeout(50)
        assert page.evaluate("window.ran") == []
