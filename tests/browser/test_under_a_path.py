"""A wiki under a path of a site, as people use it: nothing they meet leads out of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PASSWORD, PATIENCE, Site, running, set_text
from wiki.domain.access.rights import Role

PREFIX = "/wiki"


@pytest.fixture
def placed(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path / "site", BASE_URL="{url}" + PREFIX) as site:
        site.users(anna=Role.MEMBER)
        yield site


def test_one_logs_in_searches_writes_and_talks(browser: Browser, placed: Site) -> None:
    asked: list[tuple[str, int]] = []
    with browser.new_context(locale="nl-NL", base_url=f"{placed.url}{PREFIX}/") as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("response", lambda answer: asked.append((answer.url, answer.status)))
        page.goto("./")
        page.get_by_role("link", name="Inloggen").first.click()
        page.fill("main input[name=username]", "anna")
        page.fill("main input[name=password]", PASSWORD)
        page.press("main input[name=password]", "Enter")
        expect(page).to_have_url(f"{placed.url}{PREFIX}/")
        page.locator("main a[href^='/wiki/wiki/']").first.click()
        path = page.get_attribute("article[data-path]", "data-path")
        page.locator(f"main a[href='/wiki/edit/{path}']").first.click()
        with page.expect_response(lambda answer: "/wiki/draft/" in answer.url):
            set_text(page, "Dit staat onder een pad, zie [[index]].\n")
        with page.expect_navigation():
            page.click("main form.editor button[type=submit]:not([formaction]) >> nth=0")
        expect(page.locator("article")).to_contain_text("Dit staat onder een pad")
        title = page.inner_text("main h1")
        expect(page.locator("article a[href='/wiki/wiki/index']")).to_be_visible()
        page.fill("main form[action^='/wiki/comments/'] textarea[name=text]", "Het werkt.")
        page.click("main form[action^='/wiki/comments/'] button[type=submit] >> nth=0")
        expect(page.locator("[id^=comment-]").last).to_contain_text("Het werkt.")
        page.fill("header input[name=q]", title[:12])
        page.locator("[role=option]", has_text=title).first.click()
        expect(page).to_have_url(f"{placed.url}{PREFIX}/wiki/{path}")
    assert len(asked) > 20
    root = f"{placed.url}{PREFIX}/"
    assert [one for one in asked if not one[0].startswith(root) or one[1] >= 400] == []
