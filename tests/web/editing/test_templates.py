"""Pages to start from: offered for their kind and language, and taken into a new page."""

from __future__ import annotations

from typing import Any

from wiki.services.operation import starter


def test_a_new_page_starts_from_a_template(app: Any, member: Any, login: Any, wiki: Any) -> None:
    starter.write(wiki)
    anna = app.test_client()
    login(anna, "anna")
    form = anna.get("/new?kind=dialogue&questions=vragen/vitaliteit").text
    assert "Verslag van een gesprek" in form
    assert "Een vraag om mee te beginnen" not in form
    assert "Minutes of a dialogue" not in form
    english = anna.get("/new?kind=dialogue", headers={"Accept-Language": "en"})
    assert "Announcement of a dialogue" in english.text
    begun = anna.get("/new?kind=dialogue&questions=vragen/vitaliteit&from=templates/verslag").text
    assert "## Wat we afspraken" in begun
    assert '<option value="held" selected>' in begun
    assert 'value="vragen/vitaliteit" checked' in begun
    assert 'value="Verslag van een gesprek"' not in begun
    assert "Wat we afspraken" not in anna.get("/new?kind=page&from=templates/verslag").text
    assert anna.get("/new?kind=page&from=templates/geen").status_code == 404
    assert anna.get("/new?kind=page&from=vragen/vitaliteit").status_code == 404
    assert "Een vraag om mee te beginnen" not in anna.get("/questions").text
    assert not any(path.startswith("templates/") for path in starter.examples_left(wiki))
