"""Pages to start from: offered for their kind and language, and taken into a new page."""

from __future__ import annotations

from typing import Any

from tests.conftest import token_in
from wiki.services.editing import templates
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


def test_choosing_where_to_start_loses_nothing_that_was_typed(
    app: Any, member: Any, login: Any, wiki: Any
) -> None:
    starter.write(wiki)
    anna = app.test_client()
    login(anna, "anna")
    token = token_in(anna.get("/new?kind=dialogue").text)

    def choose(
        action: str, text: str, start: str = "", status_code: int = 200, **fields: str
    ) -> str:
        typed = {"kind": "dialogue", "title": "Mijn titel", "status": "announced", **fields}
        sent = {**typed, "text": text, "start": start, "do": action, "csrf_token": token}
        answer = anna.post("/new?kind=dialogue", data=sent)
        assert answer.status_code == status_code
        return str(answer.text)

    begun = choose("start:templates/verslag", "  \r\n", location="Zaal 3")
    assert "## Wat we afspraken" in begun
    assert all(kept in begun for kept in ('value="Mijn titel"', 'value="Zaal 3"'))
    assert '<option value="held" selected>' in begun
    assert 'name="start" value="templates/verslag" data-changed-here' in begun

    asked = choose("start:templates/verslag", "Eigen & tekst")
    assert "Eigen &amp; tekst</textarea>" in asked
    assert "Wat we afspraken" not in asked
    assert "Je hebt al een tekst geschreven" in asked
    assert asked.count("autofocus") == 1, "who cannot see the question is led to it"
    below = choose("start-below:templates/verslag", "Eigen tekst")
    assert below.index("Eigen tekst") < below.index("## Wat we afspraken")
    assert "Eigen tekst" not in choose("start-replace:templates/verslag", "Eigen tekst")
    untouched = templates.get(wiki, member, "templates/verslag").text
    emptied = choose("start:", untouched, start="templates/verslag", status="held")
    assert "Wat we afspraken" not in emptied
    assert '<option value="announced" selected>' in emptied
    gone = choose("start:templates/geen", "Eigen tekst", status_code=409)
    assert "Eigen tekst</textarea>" in gone
