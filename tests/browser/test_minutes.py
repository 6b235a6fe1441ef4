"""A note taker, by keyboard alone: from the announcement to a turn that is found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import FileChooser, Locator, Page, TimeoutError, expect

from tests.browser.conftest import search_until
from wiki.i18n import dates

Visit = Callable[..., Page]

VTT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Anna de Boer>Welkom allemaal, fijn dat jullie er zijn.</v>

00:01:14.000 --> 00:01:20.000
<v Spreker 2>Dank. Ik wil het hebben over kwartelnesten in {where}.</v>

00:02:00.000 --> 00:02:04.000
<v Anna de Boer>Ga je gang.</v>
"""


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    wanted.wait_for(state="attached")
    for _ in range(150):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


def write(page: Page, name: str, text: str) -> None:
    reach(page, page.locator(f"input[name='{name}']"))
    page.keyboard.type(text)


def press(page: Page, wanted: Locator) -> None:
    """Go to a link or a button that leads on, and press it."""
    reach(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def chooser_of(page: Page) -> FileChooser:
    """The chooser that a key opens; on a busy machine a key may have been pressed too long ago."""
    for _ in range(4):
        with suppress(TimeoutError):
            with page.expect_file_chooser(timeout=8_000) as chooser:
                page.keyboard.press("Space")
            return chooser.value
    raise AssertionError("no chooser opens")


@pytest.mark.parametrize("width", [1280, 360])
def test_from_announcement_to_a_found_turn(visit: Visit, tmp_path: Path, width: int) -> None:
    page = visit(login="anna", viewport={"width": width, "height": 800})
    page.goto("/dialogues")
    press(page, page.locator("main a[href='/new?kind=dialogue']"))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    day = dates.long_date(yesterday, "nl", "Europe/Amsterdam")
    write(page, "title", f"Gesprek over de wijk {width}")
    write(page, "central_question", "Wie bepaalt er in de wijk?")
    write(page, "date", f"{day}, 19.30 uur")
    write(page, "end", "21.30 uur")
    write(page, "participants.1.name", "Anna de Boer")
    write(page, "participants.2.name", "Karel Vis")
    reach(page, page.locator("[data-add]"))
    page.keyboard.press("Enter")
    expect(page.locator("input[name='participants.3.name']")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Wie bepaalt er in de wijk?")
    expect(page.locator("a[href='/agenda.ics']")).to_have_count(0)

    press(page, page.locator("main a", has_text="Schrijf het verslag"))
    expect(page.locator("select[name='field.status']")).to_have_value("held")
    reach(page, page.locator("#field-transcript-part > summary"))
    page.keyboard.press("Enter")
    reach(page, page.locator("input[name=transcript_file]"))
    file = tmp_path / "overleg.vtt"
    file.write_text(VTT.format(where=f"straat{width}"))
    chooser_of(page).set_files(file)
    press(page, page.locator("button[value='transcript.read']"))
    expect(page.locator("#field-transcript-part")).to_contain_text(
        "3 beurten, 2 sprekers; onbekend: Spreker 2"
    )
    reach(page, page.locator("select[name='label.2']"))
    page.keyboard.type("Karel")
    press(page, page.locator("button[value='transcript.put']"))
    expect(page.locator("#field-transcript-part")).to_contain_text("3 beurten staan nu")
    press(page, page.locator("main form.editor button.primary"))
    turn = page.locator("#turn-2")
    expect(turn).to_contain_text("Karel Vis")
    expect(turn).to_contain_text("0:01:14")

    asked = {"q": f"kwartelnesten straat{width}", "in": "turns"}
    press(page, search_until(page, "[data-kind=turn] a", **asked))
    assert page.url.endswith("#turn-2")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
