"""A think tank begins: from the first start to the first answer, as its people live it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, log_in, new_page, search_until

Visit = Callable[..., Page]


def _register(page: Page, name: str) -> None:
    page.goto("/register")
    page.fill("main input[name=username]", name)
    page.fill("main input[name=email]", f"{name}@example.org")
    page.fill("main input[name=password]", PASSWORD)
    page.check("main input[name=terms_accepted]")
    with page.expect_navigation():
        page.press("main input[name=password]", "Enter")


def test_a_newcomer_waits_for_approval_and_then_writes(visit: Visit) -> None:
    newcomer, admin = visit(), visit(login="admin1")
    _register(newcomer, "nieuwkomer")
    expect(newcomer.locator("main")).to_contain_text("beheerder")
    admin.goto("/admin/members")
    row = admin.locator("main :is(tr, li)", has_text="nieuwkomer").first
    with admin.expect_navigation():
        row.get_by_role("button", name=re.compile("Goedkeuren|Toelaten")).click()
    log_in(newcomer, "nieuwkomer")
    path = new_page(newcomer, "Wat vraagt dit van ons?", "Een eerste gedachte.", kind="question")
    newcomer.goto("/questions")
    expect(newcomer.locator("main")).to_contain_text("Wat vraagt dit van ons?")
    newcomer.goto(f"/history/{path}")
    expect(newcomer.locator("[data-revision]").first).to_contain_text("nieuwkomer")


def test_what_was_written_is_found_and_talked_about(visit: Visit) -> None:
    anna, bram = visit(login="anna"), visit(login="bram")
    path = new_page(anna, "Burgerberaad", "Over buurtbudgetten en burgerparticipatie.")
    bram.goto(f"/wiki/{path}")
    bram.fill("main form[action^='/comments/'] textarea[name=text]", "Wie betaalt *dat*?")
    with bram.expect_navigation():
        bram.click("main form[action^='/comments/'] button[type=submit] >> nth=0")
    expect(bram.locator("[id^=comment-]")).to_contain_text("Wie betaalt dat?")
    hit = search_until(anna, f"[data-path='{path}'][data-kind=page]", q="buurtbudget")
    expect(hit.locator("mark").first).to_contain_text("buurtbudget")
    said = search_until(anna, "[data-kind=comment]", q="betaalt", **{"in": "comments"})
    expect(said).to_contain_text("betaalt")


def test_a_page_moves_goes_and_comes_back(visit: Visit) -> None:
    moderator = visit(login="mo")
    path = new_page(moderator, "Tijdelijke naam", "Blijft bestaan.")
    linking = new_page(moderator, "Verwijst ernaar", f"Zie [[{path}]] en [[nog-niet-gemaakt]].")
    expect(moderator.locator("article a.wanted")).to_have_count(1)
    moderator.goto(f"/rename/{path}")
    moderator.fill("main input[name=new_path]", "definitieve-naam")
    with moderator.expect_navigation():
        moderator.press("main input[name=new_path]", "Enter")
    moderator.goto(f"/wiki/{path}")
    expect(moderator.locator("article[data-path='definitieve-naam']")).to_be_visible()
    moderator.goto(f"/wiki/{linking}")
    expect(moderator.locator("article a[href='/wiki/definitieve-naam']")).to_have_count(1)
    moderator.goto("/delete/definitieve-naam")
    with moderator.expect_navigation():
        moderator.click("main form button.danger >> nth=0")
    answer = moderator.goto("/wiki/definitieve-naam")
    assert answer is not None
    assert answer.status == 410
    moderator.goto("/trash")
    row = moderator.locator("main :is(tr, li, article)", has_text="definitieve-naam").first
    with moderator.expect_navigation():
        row.get_by_role("link", name=re.compile("erug")).click()
    with moderator.expect_navigation():
        moderator.click("main form button[type=submit] >> nth=0")
    answer = moderator.goto("/wiki/definitieve-naam")
    assert answer is not None
    assert answer.status == 200


def test_a_dialogue_is_announced_with_its_form(visit: Visit) -> None:
    anna = visit(login="anna")
    anna.goto("/new?kind=dialogue")
    anna.fill("input[name=title]", "Gesprek over de wijk")
    anna.fill("input[name=date]", "2031-05-06 15:00")
    anna.fill("input[name=end]", "2031-05-06 14:00")
    anna.fill("input[name=location]", "Zwolle")
    anna.fill("input[name='participants.1.name']", "Wijkverpleegkundige")
    anna.fill("input[name='participants.1.role']", "zorg")
    anna.fill("input[name='participants.2.name']", "Bewoner")
    with anna.expect_navigation():
        anna.press("input[name=location]", "Enter")
    expect(anna.locator("[role=alert]")).to_contain_text("einde")
    assert anna.input_value("input[name=location]") == "Zwolle"
    anna.fill("input[name=end]", "17:00")
    with anna.expect_navigation():
        anna.press("input[name=location]", "Enter")
    expect(anna.locator("main")).to_contain_text("6 mei 2031")
    expect(anna.locator("main")).to_contain_text("Wijkverpleegkundige")
    anna.goto("/agenda")
    expect(anna.locator("main")).to_contain_text("Gesprek over de wijk")
    calendar = anna.request.get("/agenda.ics")
    assert "Gesprek over de wijk" in calendar.text()
