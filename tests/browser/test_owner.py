"""An owner begins with an empty folder; a member waits and is welcomed. Dutch, without script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, Site, log_in, running

WIDTHS = (1280, 360)


def open_page(browser: Browser, site: Site, width: int) -> Page:
    context = browser.new_context(
        base_url=site.url,
        locale="nl-NL",
        java_script_enabled=False,
        viewport={"width": width, "height": 800},
    )
    return context.new_page()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def fits(page: Page, width: int) -> None:
    """Nothing stands beyond the right edge."""
    wide = page.locator("main").bounding_box()
    assert wide is not None
    assert wide["x"] + wide["width"] <= width


def follow(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=name, exact=True).click()


def join(page: Page, name: str, username: str) -> None:
    page.get_by_label("Gebruikersnaam").fill(username)
    page.get_by_label("Je naam").fill(name)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_label("Ik ga akkoord").check()
    press(page, "Word lid")


@pytest.fixture(params=WIDTHS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Site, int]]:
    """A wiki that was just started in a folder with nothing in it."""
    with running(tmp_path / "new") as site:
        yield site, request.param


def test_from_an_empty_folder_to_an_invited_editor(
    browser: Browser, empty: tuple[Site, int]
) -> None:
    site, width = empty
    owner = open_page(browser, site, width)
    owner.goto("/")
    expect(owner.locator("main")).to_contain_text("nog niet ingericht")
    expect(owner.locator("main")).to_contain_text("setup-link")
    owner.goto((site.data / "setup-link").read_text().strip())
    owner.get_by_label("Gebruikersnaam").fill("joke")
    owner.get_by_label("Je naam").fill("Joke de Beer")
    owner.get_by_label("E-mailadres").fill("joke@example.org")
    owner.get_by_label("Wachtwoord").fill(PASSWORD)
    press(owner, "Account maken")
    expect(owner.locator("h1")).to_have_text("Beheer")
    fits(owner, width)
    follow(owner, "Geef de site een naam")
    owner.get_by_label("Naam", exact=True).fill("Het Beraad")
    owner.get_by_label("Motto").fill("Samen wijzer")
    press(owner, "Sla de instellingen op")
    fits(owner, width)
    owner.goto("/admin")
    expect(owner.locator("[data-step=name]")).to_have_attribute("data-done", "yes")
    press(owner, "Haal de voorbeelden weg")
    expect(owner.locator("[data-step=examples]")).to_have_attribute("data-done", "yes")
    follow(owner, "Iemand uitnodigen")
    owner.get_by_label("E-mailadressen").fill("Bo <bo@example.org>, cas@example.org")
    owner.get_by_label("Rol").select_option(label="redacteur")
    press(owner, "Uitnodiging maken")
    fits(owner, width)
    invitation = owner.locator("[data-invited='bo@example.org'] code").inner_text()
    editor = open_page(browser, site, width)
    editor.goto(invitation)
    expect(editor.get_by_label("E-mailadres")).to_have_value("bo@example.org")
    join(editor, "Bo Vis", "bo")
    expect(editor.get_by_role("banner")).to_contain_text("Het Beraad")
    expect(editor.get_by_role("contentinfo")).to_contain_text("Samen wijzer")
    editor.goto("/edit/index")
    editor.locator("main textarea[name=text]").fill("# Welkom\n\nWij denken na.\n")
    editor.locator("main").get_by_role("button", name="Opslaan", exact=True).click()
    editor.goto("/history/index")
    expect(editor.locator("[data-revision]").first).to_contain_text("Bo Vis")
    owner.goto("/admin")
    expect(owner.locator("[data-step=front]")).to_have_attribute("data-done", "yes")
    expect(owner.locator("[data-step=invite]")).to_have_attribute("data-done", "yes")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_member_waits_and_is_welcomed(browser: Browser, site: Site, width: int) -> None:
    newcomer, refused = (open_page(browser, site, width) for _ in range(2))
    for page, name in ((newcomer, "wacht"), (refused, "niet")):
        page.goto("/register")
        page.get_by_label("E-mailadres").fill(f"{name}{width}@example.org")
        join(page, f"{name.title()} Even", f"{name}{width}")
        expect(page.locator("main")).to_contain_text("kom later terug en log in")
    owner = open_page(browser, site, width)
    log_in(owner, "admin1")
    owner.goto("/notifications")
    expect(owner.locator("main")).to_contain_text("Wacht Even wil lid worden")
    owner.goto("/admin")
    expect(owner.locator("main")).to_contain_text("2 mensen wachten")
    owner.goto("/admin/members?status=waiting")
    fits(owner, width)
    row = owner.locator(f"[data-member=wacht{width}]")
    with owner.expect_navigation():
        row.get_by_role("button", name=re.compile("Goedkeuren|Toelaten")).click()
    row = owner.locator(f"[data-member=niet{width}]")
    row.get_by_text("Niet toelaten").first.click()
    row.get_by_label("Waarom niet?").fill("We kennen je niet.")
    with owner.expect_navigation():
        row.get_by_role("button", name="Niet toelaten").click()
    expect(owner.locator("main")).not_to_contain_text(f"niet{width}@example.org")
    log_in(newcomer, f"wacht{width}")
    newcomer.goto("/account")
    expect(newcomer.locator("main")).to_contain_text(f"wacht{width}")
    refused.goto("/login")
    refused.get_by_label("Gebruikersnaam").fill(f"niet{width}")
    refused.get_by_label("Wachtwoord").fill(PASSWORD)
    press(refused, "Inloggen")
    expect(refused.locator("main")).to_contain_text("niet")
    expect(refused.get_by_label("Wachtwoord")).to_be_visible()
