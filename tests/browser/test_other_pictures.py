"""A picture of another site comes when the reader asks for it, and not before."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import new_page


def dot() -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (120, 60), "teal").save(out, "PNG")
    return out.getvalue()


def test_the_reader_asks_for_a_picture(visit: Callable[..., Page]) -> None:
    text = "![Een kaart](https://e.example/kaart.png)\n\n![Weg](https://f.example/weg.png)\n"
    path = new_page(visit(login="mo"), "Plaat van elders", text)
    page, asked = visit(), []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if "weg" in route.request.url:
            route.abort()
        else:
            route.fulfill(body=dot(), content_type="image/png")

    page.route("https://*.example/**", answer)
    page.goto(f"/wiki/{path}")
    first, second = page.locator("a.other-picture").all()
    expect(first).to_have_text("Een kaart (toon de afbeelding van e.example)")
    assert asked == []
    first.press("Enter")
    expect(first.locator("img")).to_be_visible()
    assert first.locator("img").evaluate("picture => picture.naturalWidth") == 120
    second.click()
    expect(second).to_contain_text("f.example komt hier niet; deze link leidt erheen")
    assert asked == ["https://e.example/kaart.png", "https://f.example/weg.png"]
    assert page.url.endswith(path)
