"""Joining and logging in with an OpenID provider, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, running
from tests.fixtures.provider import CLIENT, SECRET, Provider, serving


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as served:
        served.person("f-1", email="fatma@example.org", email_verified=True, name="Fatma Yilmaz")
        yield served


@pytest.fixture
def tied(provider: Provider, tmp_path: Path) -> Iterator[Site]:
    """A wiki whose members may log in with the provider."""
    with running(
        tmp_path / "wiki",
        OIDC_ISSUER=provider.issuer,
        OIDC_CLIENT_ID=CLIENT,
        OIDC_CLIENT_SECRET=SECRET,
        OIDC_NAME="Rijksinloggen",
    ) as site:
        yield site


def test_joining_with_a_provider(browser: Browser, tied: Site) -> None:
    context = browser.new_context(base_url=tied.url, locale="nl-NL")
    try:
        page = context.new_page()
        page.set_default_timeout(20_000)
        go_there(page, "/questions")
        page.check("input[name=terms_accepted]")
        with page.expect_navigation():
            page.click("main form button[type=submit]")
        assert page.url == tied.url + "/questions"
        page.goto("/account/logins")
        expect(page.locator("[data-identity]")).to_contain_text("fatma@example.org")
        page.locator("details.account summary").click()
        with page.expect_navigation():
            page.click("form[action='/logout'] button")
        expect(page.locator("main a.button")).to_have_text("Ook uitloggen bij Rijksinloggen")
        go_there(page, "/account")
        expect(page.locator("main input[name=name]")).to_have_value("Fatma Yilmaz")
    finally:
        context.close()


def go_there(page: Page, target: str) -> None:
    """From the login page to the provider, and back with its word."""
    page.goto(f"/login?next={target}")
    page.get_by_role("link", name="Inloggen met Rijksinloggen").click()
    with page.expect_navigation(url="**" + ("/join" if target == "/questions" else target)):
        page.get_by_role("button", name="f-1").click()
