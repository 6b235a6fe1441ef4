"""Passkeys in a real browser, with an authenticator that Chromium plays."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Site, log_in

Visit = Callable[..., Page]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_made_and_opens_the_account(visit: Visit, site: Site) -> None:
    # Browsers make passkeys for names, not for numbers.
    page = visit(base_url=site.url.replace("127.0.0.1", "localhost"))
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    log_in(page, "bram")
    page.goto("/account/passkeys")
    form = page.locator("main form[data-passkey]")
    form.locator("[name=name]").fill("mijn sleutel")
    form.locator("[name=current_password]").fill("niet dit wachtwoord")
    form.locator("button[type=submit]").click()
    expect(form.locator("[data-passkey-problem]")).to_be_visible()
    form.locator("[name=current_password]").fill(PASSWORD)
    with page.expect_navigation():
        form.locator("button[type=submit]").click()
    expect(page.locator("[data-passkey-id]")).to_contain_text("mijn sleutel")
    page.context.clear_cookies()
    page.goto("/login?next=/questions")
    with page.expect_navigation():
        page.locator("main form[data-passkey] button").click()
    assert page.url.endswith("/questions")
    page.goto("/account/prove?next=/account/passkeys")
    with page.expect_navigation():
        page.locator("main form[data-passkey] button").click()
    assert page.url.endswith("/account/passkeys")
    expect(page.locator("main [name=current_password]")).to_have_count(0)
    page.goto("/account/passkeys")
    with page.expect_navigation():
        page.locator("[data-passkey-id] a").click()
    with page.expect_navigation():
        page.locator("main form button.danger").click()
    expect(page.locator("[data-passkey-id]")).to_have_count(0)
