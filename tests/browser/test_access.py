"""Every screen: for a keyboard, a screen reader, a narrow phone and the dark."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import product

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import new_page

Visit = Callable[..., Page]

OPEN = ["/", "/questions", "/dialogues", "/agenda", "/recent", "/search?q=beweging", "/login"]
OPEN += [
    "/register",
    "/report?from=/questions",
    "/report/voorwaarden",
    "/terms",
    "/account/reset",
    "/people",
    "/tags",
    "/wiki/bestaat-niet",
    "/wiki/voorwaarden",
    "/logout/provider",
    "/pages",
    "/pages?view=az",
    "/questions?tag=participatie",
    "/agenda?view=month",
    "/wiki/vragen",
    "/tags/participatie",
    "/api",
]
CLOSED = [
    "/new?kind=question",
    "/new?kind=dialogue",
    "/new?kind=page",
    "/trash",
    "/account",
    "/account/page",
    "/account/export",
    "/account/sessions",
    "/account/password",
    "/account/email",
    "/account/passkeys",
    "/account/second-factor",
    "/account/second-factor/setup",
    "/account/searches",
    "/account/logins",
    "/account/erase",
    "/account/prove",
    "/account/tokens",
    "/members",
    "/views",
    "/members/anna",
    "/members/anna/erase",
    "/members/anna/undo",
]
ADMIN = [
    "/admin",
    "/admin/members",
    "/admin/members/anna",
    "/admin/outbox",
    "/admin/health",
    "/admin/settings",
    "/admin/audit",
    "/notifications",
    "/account/watches",
    "/account/notifications",
    "/suggestions",
    "/admin/invitations",
    "/admin/groups",
    "/admin/rules",
    "/admin/rules/preview?prefix=vragen&right=read&role=editor",
    "/admin/rights",
    "/admin/rights?member=anna&path=voorwaarden",
    "/admin/reports",
    "/admin/held",
    "/admin/terms",
    "/close/voorwaarden",
]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]},
    # What is right needs no description.
    "resultTypes": ["violations"],
}


def _first(page: Page, list_address: str) -> str:
    page.goto(list_address)
    address = page.get_attribute("main .card a, main li a", "href")
    assert address
    return address


def _all(page: Page) -> list[str]:
    question, dialogue = _first(page, "/questions"), _first(page, "/dialogues")
    path = question.removeprefix("/wiki/")
    views = [f"/diff/{path}?view={view}" for view in ("side", "rendered", "source")]
    past = [f"/history/{path}?since=2020-01-01", f"/diff/{path}", f"/blame/{path}", *views]
    return [*OPEN, question, dialogue, f"/history/{path}", *past]


SIDEBAR_IS_REACHED = """() => {
  const link = document.querySelector(".page-side a");
  link?.focus();
  return link !== null && document.activeElement === link;
}"""
"""On a wide screen the links in it are shown though it is no open `details`, which axe needs."""


def look(page: Page, address: str) -> list[str]:
    """What is wrong with a screen; without an address with the one that is open."""
    if address:
        page.goto(address)
    found = Axe().run(page, options=RULES).response["violations"]
    problems = [
        f"{address}: {v['id']} {v['nodes'][0]['html'][:120]}"
        for v in found
        if v["id"] != "scrollable-region-focusable" or not page.evaluate(SIDEBAR_IS_REACHED)
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return problems + ([f"{address}: {wide} px wider than the screen"] if wide > 0 else [])


WAYS = list(product(("light", "dark"), (1280, 360), ("nl-NL", "en-GB")))
"""Appearance, width and language in which a screen may be looked at."""
IN_ALL = os.environ.get("WAYS") == "all"
"""In each of them, in minutes: `WAYS=all pytest -k accessible tests/browser/test_access.py`."""


def wrong(visit: Visit, addresses: list[str], **options: object) -> list[str]:
    """What is wrong with these screens, each looked at in two ways that differ in everything."""
    problems = []
    for way, (scheme, width, locale) in enumerate(WAYS):
        viewport = {"width": width, "height": 800}
        page = visit(color_scheme=scheme, viewport=viewport, locale=locale, **options)
        for number, address in enumerate(addresses):
            if IN_ALL or number % len(WAYS) in (way, len(WAYS) - 1 - way):
                problems += [f"{scheme} {width} {locale} {one}" for one in look(page, address)]
        page.context.close()
    return problems


def test_every_open_screen_is_accessible(visit: Visit) -> None:
    assert wrong(visit, _all(visit())) == []


def test_every_member_screen_is_accessible(visit: Visit) -> None:
    page = visit(login="admin1")
    path = _first(page, "/questions").removeprefix("/wiki/")
    forms = [f"/{verb}/{path}" for verb in ("wiki", "edit", "rename", "delete", "upload", "views")]
    forms += [f"/{verb}/{path}" for verb in ("watch", "report", "history", "blame", "diff")]
    inside = page.context.storage_state()
    assert wrong(visit, [*CLOSED, *ADMIN, *forms], storage_state=inside) == []


def test_the_name_of_the_site_has_room_at_every_width(visit: Visit) -> None:
    page = visit()
    page.goto("/questions")
    for width in range(320, 1400, 24):
        page.set_viewport_size({"width": width, "height": 600})
        name = page.locator(".brand")
        assert name.evaluate("one => one.scrollWidth <= one.clientWidth"), width


def test_english_readers_get_english(visit: Visit) -> None:
    page = visit(locale="en-GB")
    page.goto("/questions")
    assert page.get_attribute("html", "lang") == "en"
    page.goto("/language?to=nl&next=/questions")
    assert page.get_attribute("html", "lang") == "nl"


def test_the_first_tab_stop_skips_to_the_text(visit: Visit) -> None:
    page = visit()
    page.goto("/questions")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_slash_goes_to_the_search_field(visit: Visit) -> None:
    page = visit()
    page.goto("/questions")
    page.keyboard.press("/")
    page.keyboard.type("beweging")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "q=beweging" in page.url


def test_a_page_is_edited_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit(login="anna")
    path = new_page(page, "Met het toetsenbord", "Hier begint het.")
    page.goto(f"/edit/{path}")
    target = page.locator(".cm-content").or_(page.locator("textarea[name=text]:visible")).first
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("e => e.contains(document.activeElement)"):
            break
    page.keyboard.press("Control+End")
    page.keyboard.type(" En hier gaat het verder.")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(page.locator("article[data-path]")).to_contain_text("En hier gaat het verder.")


def test_two_revisions_are_compared_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit(login="anna")
    path = new_page(page, "Vergelijken", "Eerste versie.")
    for text in ("Tweede versie.", "Derde versie."):
        page.goto(f"/edit/{path}")
        whole = page.input_value("textarea[name=text]")
        page.locator("textarea[name=text]").evaluate(
            "(area, text) => { area.value = text; area.form.submit() }",
            whole.replace(whole.split("\n")[-2] if whole.endswith("\n") else whole, text),
        )
        page.wait_for_url("**/wiki/**")
    page.goto(f"/history/{path}")
    page.focus("input[name=from] >> nth=0")
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/diff/" in page.url
    expect(page.locator("main ins").first).to_be_visible()
    expect(page.locator("main del").first).to_be_visible()


def test_a_rule_is_tried_out_kept_and_undone_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit(login="admin1")
    page.goto("/admin/rules")
    page.focus("input[name=prefix]")
    page.keyboard.type("nergens/nog-niets")
    page.keyboard.press("Tab")
    page.keyboard.type("bewerken")
    with page.expect_navigation():
        page.focus("input[name=usernames]")
        page.keyboard.press("Enter")
    expect(page.locator("[data-effect='nergens/nog-niets']")).to_contain_text("nog geen pagina")
    page.focus("input[name=reason]")
    page.keyboard.type("Even proberen")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[data-rule]", has_text="nergens/nog-niets")).to_be_visible()
    page.focus("form[action*='/undo/'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[data-rule]", has_text="nergens/nog-niets")).to_have_count(0)
