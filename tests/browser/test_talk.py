"""Members talk beside the text, in a real browser, and are told of it by real mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, PATIENCE, Site, log_in, new_page, running, select
from tests.fixtures.postbox import Postbox, postbox
from wiki.domain.access.rights import Role

Visit = Callable[..., Page]
Open = Callable[[], Page]

TEXT = """De gemeente luistert naar haar bewoners. Daarna besluit de raad. De uitkomst staat open.

Een tweede alinea gaat over geld. Er is drie procent van de begroting. Meer is er niet.
"""


@pytest.fixture
def post() -> Iterator[Postbox]:
    """The mail server of the wiki."""
    with postbox() as made:
        yield made


@pytest.fixture
def mailing(post: Postbox, tmp_path: Path) -> Iterator[Site]:
    """A wiki that anybody may join, and that mails."""
    options = {
        "REGISTRATION": "open",
        "MAIL_URL": post.url,
        "BASE_URL": "{url}",
        "MAIL_WAIT_SECONDS": "0",
    }
    with running(tmp_path / "wiki", **options) as site:
        site.users(bram=Role.MEMBER)
        yield site


@pytest.fixture
def someone(browser: Browser, mailing: Site) -> Iterator[Open]:
    """Opens a fresh browser at that wiki."""
    with ExitStack() as opened:

        def open_page() -> Page:
            context = browser.new_context(base_url=mailing.url, locale="nl-NL")
            opened.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            return page

        yield open_page


def comment(page: Page, text: str) -> None:
    """Write in the field that is open, and wait until the comment is there."""
    page.keyboard.type(text)
    page.click("#talk-form button[type=submit]")
    expect(page.locator("[data-comment]", has_text=text).first).to_be_visible()


def edit(page: Page, path: str, old: str, new: str) -> None:
    """Change words of a page."""
    page.goto(f"/edit/{path}")
    area = page.locator("textarea[name=text]")
    whole = area.input_value()
    assert old in whole
    with page.expect_navigation(url=re.compile("/wiki/")):
        area.evaluate("(a, text) => { a.value = text; a.form.submit() }", whole.replace(old, new))


def link_in(letter: str, part: str) -> str:
    found = re.search(rf"http://\S+{part}\S+", letter)
    assert found, letter
    return found[0]


def join(page: Page, post: Postbox, name: str) -> None:
    """Register, confirm by the mail that comes, and log in."""
    page.goto("/register")
    page.fill("main input[name=username]", name)
    page.fill("main input[name=email]", f"{name}@example.org")
    page.fill("main input[name=password]", PASSWORD)
    page.check("main input[name=terms_accepted]")
    with page.expect_navigation():
        page.press("main input[name=password]", "Enter")
    expect(page.locator("main")).to_contain_text("mail")
    letter = post.letter(f"{name}@example.org").get_body(("plain",))
    assert letter
    page.goto(link_in(letter.get_content(), "/confirm/"))
    with page.expect_navigation():
        page.click("main form button[type=submit]")
    log_in(page, name)


def test_from_joining_to_mail_that_stops(someone: Open, post: Postbox) -> None:
    bram, fleur = someone(), someone()
    log_in(bram, "bram")
    path = new_page(bram, "Wie beslist er mee?", TEXT)
    join(fleur, post, "fleur")
    fleur.goto(f"/wiki/{path}")
    select(fleur, "Daarna besluit de raad.")
    fleur.click(".passage-offer")
    comment(fleur, "Welke raad bedoelen we?")
    expect(fleur.locator("mark.passage")).to_have_text("Daarna besluit de raad.")

    edit(bram, path, "besluit de raad", "besluit de gemeenteraad")
    said = bram.locator(".comment", has_text="Welke raad")
    expect(said.locator(".comment-quote del")).to_have_text("[weggehaald] raad")
    expect(said.locator(".comment-quote ins")).to_have_text("[toegevoegd] gemeenteraad")
    said.locator("[data-reply]").click()
    comment(bram, "De gemeenteraad, zie de tekst.")

    mail = post.letter("fleur@example.org", 1)
    assert "Wie beslist er mee?" in mail["Subject"]
    body = mail.get_body(("plain",))
    assert body
    assert "De gemeenteraad, zie de tekst." in body.get_content()
    fleur.goto(link_in(body.get_content(), "/comment/"))
    expect(fleur.locator("[data-comment]:focus")).to_contain_text("zie de tekst")
    fleur.goto(mail["List-Unsubscribe"].strip("<>"))
    with fleur.expect_navigation():
        fleur.click("main form button[type=submit]")
    fleur.goto("/account/notifications")
    expect(fleur.locator("main input[name=direct]:checked")).to_have_value("none")


def test_passages_quotes_names_and_drafts_with_the_keyboard(visit: Visit, site: Site) -> None:
    anna, bram = visit(login="anna"), visit(login="bram")
    path = new_page(anna, "Toetsen en passages", TEXT)
    bram.goto(f"/wiki/{path}")
    select(bram, "Daarna besluit de raad. De uitkomst")
    bram.locator(".passage-offer").wait_for()
    bram.keyboard.press("c")
    beside = bram.locator("article .talk-beside.wide #talk-form textarea")
    expect(beside).to_be_focused()
    bram.set_viewport_size({"width": 360, "height": 800})
    under = bram.locator("p:has-text('Daarna besluit de raad.') + .talk-beside:not(.wide)")
    expect(under).to_be_visible()
    comment(bram, "Over twee zinnen.")
    assert "#comment-" in bram.url
    bram.locator("article .passage-link").nth(1).focus()
    bram.keyboard.press("Enter")
    bram.keyboard.press("Escape")
    expect(bram.locator("article .passage-link").nth(1)).to_be_focused()
    expect(bram.locator("#comments #talk-form")).to_have_count(1)
    bram.keyboard.press("Enter")
    comment(bram, "Over de hele alinea.")
    expect(bram.locator("mark.passage").last).to_contain_text("Er is drie procent")
    expect(bram.locator(".margin-mark")).to_have_count(2)

    anna.clock.install()
    anna.goto(f"/wiki/{path}")
    anna.locator("[data-quote]").first.focus()
    anna.keyboard.press("Enter")
    area = anna.locator("#talk-form textarea")
    expect(area).to_have_value("> Over twee zinnen.\n\n")
    anna.keyboard.press("Control+End")
    anna.keyboard.type("Vraag het @br")
    expect(anna.locator("[role=option][aria-selected=true]")).to_contain_text("@bram")
    assert area.get_attribute("role") == "combobox"
    anna.keyboard.press("Enter")
    expect(area).to_have_value("> Over twee zinnen.\n\nVraag het @bram ")
    anna.clock.fast_forward("00:11")
    expect(anna.locator("#talk-form [data-status]")).to_contain_text("concept bewaard")
    anna.evaluate("localStorage.clear()")
    anna.goto("/")
    anna.goto(f"/wiki/{path}")
    anna.focus("#talk-form textarea")
    expect(area).to_have_value("> Over twee zinnen.\n\nVraag het @bram ")
    comment(anna, "eens")
    answer = anna.locator(".answers .comment")
    expect(answer.locator("a.mention")).to_have_attribute("href", "/members/bram")
    expect(answer.locator("blockquote")).to_have_text("Over twee zinnen.")
    expect(area).to_have_value("")


def test_talk_without_scripts(visit: Visit) -> None:
    anna, editor = visit(login="anna", java_script_enabled=False), visit(login="mo")
    path = new_page(editor, "Zonder script", TEXT)
    anna.goto(f"/wiki/{path}")
    anna.locator("article .passage-link").first.click()
    expect(anna.locator(".comment-about")).to_contain_text("De gemeente luistert")
    anna.fill("textarea[name=text]", "Op de eerste alinea.")
    with anna.expect_navigation(url=re.compile("#comment-")):
        anna.click("main .comment-form button[type=submit]")
    address = anna.url
    edit(editor, path, "De gemeente luistert naar haar bewoners. Daarna besluit de raad. ", "")
    edit(editor, path, "De uitkomst staat open.", "Alles is nu anders.")
    anna.goto(f"/wiki/{path}")
    expect(anna.locator(".comment-quote[data-fate=gone]")).to_contain_text("verwijderd in")
    editor.goto(address)
    with editor.expect_navigation(url=re.compile("/resolve")):
        editor.click("a[href$='/resolve']")
    with editor.expect_navigation(url=re.compile("#comment-")):
        editor.click("main form button[type=submit]")
    expect(editor.locator(".comment", has_text="Op de eerste alinea.")).to_be_visible()
    anna.goto(f"/wiki/{path}")
    expect(anna.locator(".comment")).to_be_hidden()
    anna.click(".talk-thread.resolved > summary")
    expect(anna.locator(".resolved .notice")).to_contain_text("mo")
    expect(anna.locator(".comment")).to_be_visible()
