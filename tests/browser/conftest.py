"""A real wiki in its own processes, and a real Chromium that looks at it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from tests.fixtures.ports import free_port
from wiki.domain.access.rights import Role
from wiki.engine import open_wiki
from wiki.services.members import members
from wiki.settings import Settings

PASSWORD = "correct horse battery"
PATIENCE = 30_000
"""Milliseconds that a test waits for what should come at once: machines of tests may be busy."""

expect.set_options(timeout=PATIENCE)
CHROMIUM = next(
    (
        path
        # The first is Chromium without what only a window needs: half the processor time.
        for name in ("chromium-headless-shell", "chromium", "chromium-browser")
        if (path := f"/usr/bin/{name}") and Path(path).exists()
    ),
    "",
)
_CHECKOUT = Path(__file__).parents[2]
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Site:
    """A running wiki: where it answers and where it keeps its things."""

    url: str
    data: Path

    def users(self, **roles: Role) -> None:
        """Make confirmed accounts with the password of all tests."""
        wiki = open_wiki(Settings(data=self.data))
        for name, role in roles.items():
            email = f"{name}@example.org"
            members.add(wiki, username=name, email=email, password=PASSWORD, role=role)
        wiki.close()


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    """Return when the address answers; fail if the process ends or time runs out."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the wiki stopped while starting"
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"no answer from {url} within {seconds} seconds")


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Site]:
    """A wiki with the starter content and its worker, with these settings.

    In a setting `{url}` is the address of the wiki.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    data.mkdir(parents=True, exist_ok=True)
    log = (data / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "run.py", "--data", str(data), "--port", str(port)],
        cwd=_CHECKOUT,
        stdout=log,
        stderr=log,
        env={
            **os.environ,
            "DENKTANK_WORKERS": "1",
            "DENKTANK_COMMENTS_PER_MINUTE": "100",
            **{f"DENKTANK_{name}": value.format(url=url) for name, value in settings.items()},
        },
    )
    try:
        wait_for(url + "/healthz", process, 60)
        yield Site(url, data)
    finally:
        process.terminate()
        process.wait(30)
        log.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A wiki with four accounts, for all tests."""
    with running(tmp_path_factory.mktemp("site")) as site:
        site.users(anna=Role.MEMBER, bram=Role.MEMBER, mo=Role.MODERATOR, admin1=Role.ADMIN)
        yield site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a fresh browser profile; keyword arguments go to its context."""
    contexts: list[BrowserContext] = []

    def open_page(*, login: str = "", **options: object) -> Page:
        settings = {"base_url": site.url, "locale": "nl-NL", **options}
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        if login:
            log_in(page, login)
        return page

    yield open_page
    for context in contexts:
        context.close()


def log_in(page: Page, name: str) -> None:
    """Log in through the form, as a person does."""
    page.goto("/login")
    page.fill("main input[name=username]", name)
    page.fill("main input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("main input[name=password]", "Enter")
    assert not re.search("/login", page.url), page.inner_text("main")


def new_page(page: Page, title: str, text: str, kind: str = "page") -> str:
    """Make a page through the form; gives its path."""
    page.goto(f"/new?kind={kind}")
    page.fill("input[name=title]", title)
    set_text(page, text)
    with page.expect_navigation():
        page.click("main form.editor button[type=submit]:not([formaction]) >> nth=0")
    path = page.get_attribute("article[data-path]", "data-path")
    assert path, page.inner_text("main")
    return path


def set_text(page: Page, text: str, name: str = "text") -> None:
    """Put text in the editor: in CodeMirror, or in the textarea where no script runs."""
    if not page.evaluate("matchMedia('(scripting: enabled)').matches"):
        page.fill(f"textarea[name={name}]", text)
        return
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def search_until(page: Page, hit: str, **asked: str) -> Locator:
    """Search again until the index knows of the hit."""
    address = f"/search?{urlencode(asked)}"
    for _ in range(60):
        page.goto(address)
        if page.locator(hit).count():
            return page.locator(hit).first
        page.wait_for_timeout(500)
    raise AssertionError(f"{address} does not find {hit}: {page.inner_text('main')}")


def select(page: Page, words: str) -> None:
    """Choose words of the page's text with the mouse."""
    ends = page.evaluate(
        """words => {
          const article = document.querySelector("article[data-revision]");
          const walk = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
          for (let node; (node = walk.nextNode()); ) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            node.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + words.length);
            const lines = [...range.getClientRects()];
            const [first, last] = [lines[0], lines[lines.length - 1]];
            const middle = (line) => line.top + line.height / 2;
            return [[first.left, middle(first)], [last.right, middle(last)]];
          }
        }""",
        words,
    )
    assert ends, f"these words are not in one piece on the page: {words}"
    page.mouse.move(*ends[0])
    page.mouse.down()
    page.mouse.move(*ends[1], steps=4)
    page.mouse.up()
