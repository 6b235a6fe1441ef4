"""Two people, one page: nothing either of them typed is lost."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import new_page, set_text

Visit = Callable[..., Page]

TEXT = "De eerste alinea.\n\nEen alinea in het midden die blijft.\n\nDe laatste alinea.\n"


def _save(page: Page, text: str) -> None:
    set_text(page, text)
    with page.expect_navigation():
        page.click("main form.editor button[type=submit]:not([formaction]) >> nth=0")


def test_different_paragraphs_are_merged_under_their_own_authors(visit: Visit) -> None:
    anna, bram = visit(login="anna"), visit(login="bram")
    path = new_page(anna, "Samen schrijven", TEXT)
    anna.goto(f"/edit/{path}")
    bram.goto(f"/edit/{path}")
    _save(anna, anna.input_value("textarea[name=text]").replace("eerste", "allereerste"))
    _save(bram, bram.input_value("textarea[name=text]").replace("laatste", "allerlaatste"))
    expect(bram.locator("article[data-path]")).to_contain_text("De allereerste alinea.")
    expect(bram.locator("article[data-path]")).to_contain_text("De allerlaatste alinea.")
    expect(bram.locator("main")).to_contain_text("anna")
    bram.goto(f"/history/{path}")
    rows = bram.locator("[data-revision]")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("bram")
    expect(rows.nth(1)).to_contain_text("anna")


def _conflict(visit: Visit, title: str, **options: object) -> tuple[Page, str]:
    anna, bram = visit(login="anna"), visit(login="bram", **options)
    path = new_page(anna, title, TEXT)
    anna.goto(f"/edit/{path}")
    bram.goto(f"/edit/{path}")
    _save(anna, anna.input_value("textarea[name=text]").replace("eerste", "Anna's"))
    _save(bram, bram.input_value("textarea[name=text]").replace("eerste", "Brams"))
    expect(bram.locator("[data-hunk]")).to_have_count(1)
    expect(bram.locator("[data-hunk] ins")).to_contain_text(["Anna's", "Brams"])
    return bram, path


def test_the_same_paragraph_asks_for_a_choice(visit: Visit) -> None:
    bram, _ = _conflict(visit, "Allebei dezelfde zin")
    bram.check("[data-hunk] input[value=both]")
    with bram.expect_navigation():
        bram.click("main form button[type=submit]:not([formaction]) >> nth=0")
    article = bram.locator("article[data-path]")
    expect(article).to_contain_text("De Anna's alinea.")
    expect(article).to_contain_text("De Brams alinea.")


def test_a_conflict_is_resolved_without_javascript(visit: Visit) -> None:
    bram, _ = _conflict(visit, "Zonder script", java_script_enabled=False)
    bram.check("[data-hunk] input[value=edit]")
    bram.fill("[data-hunk] textarea", "De zin die wij samen kozen.")
    with bram.expect_navigation():
        bram.click("main form button[type=submit]:not([formaction]) >> nth=0")
    article = bram.locator("article[data-path]")
    expect(article).to_contain_text("De zin die wij samen kozen.")
    expect(article).not_to_contain_text("Brams")


def test_a_session_that_ended_while_typing_keeps_the_text(visit: Visit) -> None:
    anna = visit(login="anna")
    path = new_page(anna, "Verlopen sessie", TEXT)
    anna.goto(f"/edit/{path}")
    set_text(anna, TEXT + "\nEn dit schreef ik zonder het te weten.\n")
    anna.context.clear_cookies()
    with anna.expect_navigation():
        anna.click("main form.editor button[type=submit]:not([formaction]) >> nth=0")
    anna.fill("main input[name=username]", "anna")
    anna.fill("main input[name=password]", "correct horse battery")
    with anna.expect_navigation():
        anna.press("main input[name=password]", "Enter")
    expect(anna.locator("article[data-path]")).to_contain_text("zonder het te weten")


def test_a_draft_is_offered_on_another_device(visit: Visit) -> None:
    desk, phone = visit(login="anna"), visit(login="anna", viewport={"width": 360, "height": 740})
    path = new_page(desk, "Concept onderweg", TEXT)
    desk.clock.install()
    desk.goto(f"/edit/{path}")
    set_text(desk, TEXT + "\nHalverwege een gedachte.\n")
    with desk.expect_response(lambda answer: "/draft/" in answer.url) as saved:
        desk.clock.fast_forward("00:11")
    assert saved.value.ok
    phone.goto(f"/edit/{path}")
    expect(phone.locator("main")).to_contain_text("concept")
    phone.get_by_role("button", name="erder").or_(phone.get_by_role("link", name="erder")).click()
    assert "Halverwege een gedachte." in phone.input_value("textarea[name=text]")


def test_others_who_edit_are_named(visit: Visit) -> None:
    anna, bram = visit(login="anna"), visit(login="bram")
    path = new_page(anna, "Wie is hier nog meer", TEXT)
    anna.goto(f"/edit/{path}")
    bram.goto(f"/edit/{path}")
    expect(bram.locator("main")).to_contain_text("anna")
