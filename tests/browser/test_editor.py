"""The editor by keyboard: links that are offered, files, tables, what is said after saving."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import new_page

Visit = Callable[..., Page]

PASTE = """([text, files]) => {
  const data = new DataTransfer();
  if (text) data.setData("text/plain", text);
  for (const [name, type] of files) data.items.add(new File(["x"], name, { type }));
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def written(page: Page) -> str:
    return page.locator("textarea[name=text]").input_value()


def test_a_new_page_takes_files_and_becomes_another_kind(visit: Visit) -> None:
    page = visit(login="anna", viewport={"width": 360, "height": 800})
    page.goto("/new?kind=page")
    expect(page.locator("[name=title]")).to_be_focused()
    page.keyboard.type("Met een bijlage")
    page.locator(".cm-content").focus()
    page.evaluate(PASTE, ["", [["lijst.csv", "text/csv"]]])
    expect(page.locator("[data-held] code")).to_have_text("[lijst.csv](lijst.csv)")
    expect(page.locator(".editor-preview a")).to_have_attribute("href", re.compile("/new/files/"))
    page.locator(".tabs button", has_text="Vraagstuk").press("Enter")
    expect(page.locator("h1")).to_have_text("Stel een vraag")
    expect(page.locator("[name=title]")).to_have_value("Met een bijlage")
    expect(page.locator(".cm-content")).to_have_text("[lijst.csv](lijst.csv)")
    page.keyboard.press("Control+s")
    expect(page.locator("main .notice.done")).to_contain_text("Bewaard.")
    link = page.locator("main article a", has_text="lijst.csv").first
    expect(link).to_have_attribute("href", "/files/vragen/met-een-bijlage/lijst.csv")
    assert page.evaluate("localStorage.length") == 0


def test_links_files_and_tables_by_keyboard(visit: Visit) -> None:
    page = visit(login="anna", viewport={"width": 360, "height": 800})
    path = new_page(page, "Met het toetsenbord", "Begin.")
    page.goto("/recent")
    page.locator(f"main a[href='/wiki/{path}']").first.click()
    page.locator(".tabs a", has_text="Bewerken").click()
    text = page.locator(".cm-content")
    expect(text).to_be_focused()
    expect(text).to_have_text("Begin.")

    page.keyboard.press("End")
    page.keyboard.type(" [[naast")
    offered = page.locator("[role=listbox].mentions [role=option]")
    expect(offered.first).to_contain_text("Naast de systemen, of erin?")
    expect(text).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    link = "[[vragen/systeemwereld|Naast de systemen, of erin?]]"
    assert written(page).strip() == f"Begin. {link}"

    page.evaluate(PASTE, ["", [["geen", ""]]])
    trouble = page.locator("[data-uploads] [data-trouble]")
    expect(trouble).to_contain_text("geen")
    trouble.locator("button").last.press("Enter")
    expect(text).to_be_focused()
    page.evaluate(PASTE, ["", [["kaart.txt", "text/plain"], ["lijst.csv", "text/csv"]]])
    expect(text).to_contain_text("lijst.csv")
    assert "[kaart.txt](kaart.txt)\n\n[lijst.csv](lijst.csv)" in written(page)
    page.keyboard.press("Control+z")
    assert written(page).strip() == f"Begin. {link}"

    page.keyboard.type("\n\n")
    page.evaluate(PASTE, ['Wat\tWie\n"thee\nof koffie"\tAn|na\n', []])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.type("Bram")
    page.keyboard.press("Tab")
    page.keyboard.type("taart")
    assert (
        written(page)
        .strip()
        .endswith("| Wat | Wie |\n| --- | --- |\n| thee<br>of koffie | Bram |\n| taart  |   |")
    )
    whole = written(page)
    page.locator("[data-table=remove-column]").press("Enter")
    expect(text).to_be_focused()
    assert written(page).strip().endswith("| Wie |\n| --- |\n| Bram |\n|   |")
    page.keyboard.press("Control+z")
    assert written(page) == whole
    page.locator("[data-table=remove-row]").press("Enter")
    assert written(page).strip().endswith("| thee<br>of koffie | Bram |")
    page.keyboard.press("Control+z")
    assert written(page) == whole
    page.keyboard.press("Control+k")
    expect(page.locator("[data-target]")).to_be_focused()
    page.keyboard.type("https://example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("elders")
    page.keyboard.press("Enter")
    expect(text).to_be_focused()
    expect(text).to_contain_text("elders")
    assert "| taart[elders](https://example.org)  |" in written(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(page.locator("main .notice.done")).to_contain_text("Bewaard.")
    assert page.evaluate("localStorage.length") == 0, "the wiki has it: no copy is left here"
    expect(page.locator("main td", has_text="taart").locator("a")).to_have_text("elders")
