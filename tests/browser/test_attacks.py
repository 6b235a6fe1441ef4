"""Every screen on which an attack stands, in a real browser that is not told of our policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from tests.browser.conftest import log_in
from tests.fixtures import poison
from tests.fixtures.running import Running
from tests.web.access.test_rights import Visitor
from tests.web.http.test_attacks import addresses, attack, patient, people, some, values
from wiki.engine import Wiki

__all__ = ["patient", "people", "some", "values"]
WATCH = "window.ran = []; window.pwn = () => window.ran.push(document.title);"
POKE = """() => {
  for (const element of document.querySelectorAll("main *"))
    for (const kind of ["mouseover", "focus", "error", "load", "toggle", "animationstart"])
      element.dispatchEvent(new Event(kind, { bubbles: false }));
  const links = [...document.querySelectorAll("a, form, button, area")];
  const places = links.flatMap((one) => [one.href, one.action, one.formAction]);
  return [...window.ran, ...places.filter((place) => /^(javascript|data|vbscript):/i.test(place))];
}"""


@pytest.fixture
def attacked(
    wiki: Wiki, some: dict[str, Visitor], values: dict[str, str], tmp_path: Path
) -> Iterator[tuple[Running, list[str]]]:
    """A wiki full of attacks, served; and the addresses at which they are to be seen."""
    poison.from_outside(wiki)
    attack(wiki, some, values, last=False)
    seen = []
    for address in addresses(wiki, values):
        with some["admin"].client.get(address) as answer:
            is_page = "html" in (answer.content_type or "") and "pwn" in answer.text
            if is_page and "Content-Disposition" not in answer.headers:
                seen.append(address)
    wiki.close()
    running = Running(wiki.settings.data, {"DENKTANK_WORKERS": "1"})
    try:
        running.start()
        yield running, seen
    finally:
        running.end()


@pytest.mark.slow
def test_no_attack_runs_on_any_screen(
    browser: Browser, attacked: tuple[Running, list[str]]
) -> None:
    running, seen = attacked
    assert len(seen) > 30, seen
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{running.port}", locale="nl-NL", bypass_csp=True
    )
    try:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.add_init_script(WATCH)
        log_in(page, "a-admin")
        page.evaluate("words => document.body.innerHTML = words", poison.long_attack("x"))
        page.wait_for_function("window.ran.length > 0")
        found = []
        for address in seen:
            try:
                page.goto(address, wait_until="load")
            except Error as error:
                found.append(f"{address}: {error}")
                continue
            found += [f"{address}: {bad}" for bad in page.evaluate(POKE)]
        assert not found, "\n".join(found[:20])
    finally:
        context.close()
