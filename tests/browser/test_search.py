"""Searching in a real browser: suggestions by keyboard, and hits that lead to the very words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import new_page, search_until, set_text

Visit = Callable[..., Page]
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 860}
LONG = "\n\n".join(f"Alinea {number} gaat nergens over." for number in range(120))


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_suggestions_work_from_the_keyboard(visit: Visit, viewport: dict[str, int]) -> None:
    anna = visit(login="anna", viewport=viewport)
    title = f"Zonnepanelenvraagstuk {viewport['width']}"
    path = new_page(anna, title, "Over daken.", kind="question")
    search_until(anna, f"[data-path='{path}']", q=title)
    anna.goto("/questions")
    box = anna.get_by_role("combobox").first
    box.click()
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("zonnepanelenvr")
    options = anna.get_by_role("option")
    expect(options.first).to_contain_text("Zonnepanelenvraagstuk")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(anna.locator("form[role=search] [role=status]").first).to_contain_text("sugges")
    listbox = anna.locator(f"#{box.get_attribute('aria-controls')}")
    expect(listbox).to_have_role("listbox")
    edges = listbox.bounding_box()
    assert edges is not None
    assert edges["x"] >= 0
    assert edges["x"] + edges["width"] <= viewport["width"]
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    box.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile(".+"))
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("zonnepanelenvr")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    while title not in anna.locator("[role=option][aria-selected=true]").inner_text():
        box.press("ArrowDown")
    with anna.expect_navigation():
        box.press("Enter")
    expect(anna.locator(f"article[data-path='{path}']")).to_be_visible()


@pytest.mark.parametrize(
    ("sentence", "asked", "word"),
    [
        ("Daar stond het woord vlierbloesem in.", "vlierbloesem", "vlierbloesem"),
        ("De rozenparticipatie werd gevierd.", "rozen participatie", "rozenparticipatie"),
        ("Volgens *de* e-mail van de oud-minister ging het goed.", "oud-minister", "oud-minister"),
    ],
)
def test_a_click_on_a_hit_scrolls_to_the_marked_word(
    visit: Visit, sentence: str, asked: str, word: str
) -> None:
    anna = visit(login="anna", viewport=WIDE)
    text = f"{LONG}\n\n{sentence}\n\n{LONG}"
    path = new_page(anna, f"Lang stuk {word}", text)
    hit = search_until(anna, f"[data-path='{path}'][data-kind=page]", q=asked)
    with anna.expect_navigation():
        hit.locator("h2 a").click()
    place = anna.locator("article p", has_text=word).first
    expect(place).to_be_in_viewport()
    assert anna.evaluate("scrollY") > 1000


def test_a_turn_leads_to_what_was_said_also_when_the_page_has_moved_on(visit: Visit) -> None:
    anna = visit(login="anna", viewport=WIDE)
    said = "\n\n".join(f"**Wim:** Beurt {number} van velen, zonder veel." for number in range(60))
    anna.goto("/new?kind=dialogue")
    anna.fill("input[name=title]", "Gesprek met Wim")
    anna.fill("input[name=date]", "2019-05-06 15:00")
    anna.locator("input[name='participants.1.name']").fill("Wim")
    set_text(anna, f"{said}\n\n**Wim:** Wij noemden dat kruisbestuiving.\n\n{said}")
    with anna.expect_navigation():
        anna.click("main form.editor button[type=submit]:not([formaction]) >> nth=0")
    article = anna.locator("article[data-path]")
    path, revision = (article.get_attribute(f"data-{name}") for name in ("path", "revision"))
    hit = search_until(anna, f"[data-path='{path}'][data-kind=turn]", q="kruisbestuiving")
    with anna.expect_navigation():
        hit.locator("h2 a").click()
    expect(anna.locator("#turn-61")).to_be_in_viewport()
    anna.goto(f"/edit/{path}")
    set_text(anna, f"---\nkind: dialogue\ntitle: Gesprek met Wim\n---\n{said}\n")
    with anna.expect_navigation():
        anna.click("main form.editor button[type=submit]:not([formaction]) >> nth=0")
    anna.goto(f"/wiki/{path}?at={revision}#turn-61")
    expect(anna.locator("#turn-61")).to_contain_text("kruisbestuiving")
    expect(anna.locator("#turn-61")).to_be_in_viewport()
