"""A page with its discussion, as a file that stands by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wiki.domain.access.rights import Actor
from wiki.engine import Wiki
from wiki.services.talk import comments

TEXT = "---\nkind: question\n---\n# Hoe verder?\n\nZie [[a]] en [hier](#hoe).\n"


def test_a_page_and_its_talk_in_one_file(
    client: Any, wiki: Wiki, member: Actor, moderator: Actor, page: Callable[..., str]
) -> None:
    page("a", "# A\n")
    page("vragen/v", TEXT)
    first = comments.post(wiki, member, "vragen/v", "Een **vraag** <form>x</form>.")
    comments.post(wiki, moderator, "vragen/v", "Een antwoord.", parent=first.id)
    hidden = comments.post(wiki, member, "vragen/v", "Iets lelijks.")
    comments.hide(wiki, moderator, hidden.id, "lelijk")
    markdown = client.get("/export/vragen/v?format=md")
    assert "attachment" in markdown.headers["Content-Disposition"]
    assert "hoe-verder.md" in markdown.headers["Content-Disposition"]
    assert markdown.text.startswith(TEXT)
    assert "## Reacties" in markdown.text
    assert "> Een antwoord." in markdown.text
    html = client.get("/export/vragen/v?format=html")
    assert html.mimetype == "text/html"
    assert "<script" not in html.text
    assert "<strong>vraag</strong>" in html.text
    assert "<form>x</form>" not in html.text
    assert 'href="http://localhost/wiki/a"' in html.text
    assert 'href="#' in html.text
    assert "lelijk" not in markdown.text + html.text
    assert "/export/vragen/v?format=html" in client.get("/wiki/vragen/v").text
    assert client.get("/export/weg").status_code == 404
