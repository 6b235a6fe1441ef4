"""The screens of talk, suggestions and reports with something on them, for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_access import look
from tests.fixtures.access import set_rule
from wiki.database.history import history
from wiki.database.members import members
from wiki.database.talk import comments as table
from wiki.domain.talk.comments import PAGE_SIZE, NewComment
from wiki.engine import Wiki, open_wiki
from wiki.services.editing import saving, suggestions
from wiki.services.editing.saving import Sent
from wiki.services.moderation import reports
from wiki.services.talk import comments
from wiki.settings import Settings

Visit = Callable[..., Page]

PATH, WAITS = "overleg/tekst", "voorleggen/plan"
TEXT = """# Een tekst

De gemeente luistert naar haar bewoners. Daarna besluit de raad over de begroting. Dat staat vast.

Een tweede alinea gaat over geld. Er is drie procent van de begroting. Meer is er niet.
"""


@pytest.fixture(scope="module")
def screens(site: Site) -> list[str]:
    """Addresses of screens as an administrator sees them."""
    wiki = open_wiki(Settings(data=site.data))
    try:
        return _fill(wiki)
    finally:
        wiki.close()


def _fill(wiki: Wiki) -> list[str]:
    with wiki.database.read() as connection:
        found = [members.by_username(connection, name) for name in ("anna", "bram", "admin1")]
    anna, bram, admin = (one.actor for one in found if one)
    save(wiki, PATH, TEXT)
    edited = comments.post(wiki, anna, PATH, "Welke raad?", anchor="besluit de raad over").id
    gone = comments.post(wiki, bram, PATH, "Meer niet?", anchor="Meer is er niet.").id
    comments.post(wiki, anna, PATH, "Zie @bram en [[vragen]].", parent=gone)
    own = comments.post(wiki, admin, PATH, "Dit is *afgehandeld*.").id
    comments.resolve(wiki, admin, own)
    comments.edit(wiki, anna, edited, "Welke raad bedoelen we?")
    comments.delete(wiki, bram, gone)
    hidden = comments.post(wiki, bram, PATH, "Ongepast").id
    comments.hide(wiki, admin, hidden, "ongepast")
    changed = TEXT.replace("de raad over", "de gemeenteraad over")
    save(wiki, PATH, changed.replace(" Meer is er", ""))
    with wiki.database.read() as connection:
        page = history.identity(connection, PATH)
        revision = history.of_page(connection, page, limit=1)[0].commit
    with wiki.database.write() as connection:
        for number in range(PAGE_SIZE):
            author = anna.id or 0
            new = NewComment(PATH, revision, author, f"Reactie {number}", wiki.clock())
            last = table.add(connection, new)
    save(wiki, WAITS, TEXT)
    set_rule(wiki, admin, prefix="voorleggen", right="edit", role="editor")
    entry = wiki.store.entry(f"{WAITS}.md")
    sent = Sent(TEXT.replace("drie", "vijf"), entry.blob if entry else "", "Meer geld")
    suggestion = suggestions.suggest(wiki, anna, WAITS, sent)
    subject = reports.about_comment(wiki, bram, edited)
    reports.report(wiki, bram, subject, "Dit klopt niet", network="127.0.0.1")
    case = reports.queue(wiki, admin)[0].case.id
    return [
        f"/wiki/{PATH}",
        f"/wiki/{PATH}?talk=2",
        f"/wiki/{PATH}?sort=newest",
        f"/comments/{PATH}?anchor=drie+procent",
        f"/comments/{PATH}?parent={edited}&quote=yes",
        f"/comment/{last}",
        f"/comment/{edited}/history",
        f"/comment/{edited}/resolve",
        f"/comment/{edited}/hide",
        f"/comment/{edited}/report",
        f"/comment/{own}/edit",
        f"/comment/{own}/delete",
        f"/watch/{PATH}",
        "/notifications",
        "/suggestions",
        f"/suggestions/{suggestion}",
        f"/suggestions/{suggestion}/edit",
        "/admin/reports",
        f"/admin/reports/{case}",
        "/members/anna/report",
    ]


def save(wiki: Wiki, path: str, text: str) -> None:
    with wiki.database.read() as connection:
        writer = members.by_username(connection, "bram")
    entry = wiki.store.entry(f"{path}.md")
    assert writer
    saving.save(wiki, writer.actor, path, Sent(text, entry.blob if entry else "", ""))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_every_screen_of_talk_is_accessible(
    visit: Visit, screens: list[str], width: int, scheme: str
) -> None:
    page = visit(login="admin1", viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert [problem for address in screens for problem in look(page, address)] == []


def test_names_on_offer_are_accessible_and_a_link_leads_to_a_later_screen(
    visit: Visit, screens: list[str]
) -> None:
    page = visit(login="bram", viewport={"width": 360, "height": 800})
    page.goto(next(address for address in screens if address.startswith("/comment/")))
    assert "talk=2#comment-" in page.url
    expect(page.locator(".comment:focus")).to_contain_text(f"Reactie {PAGE_SIZE - 1}")
    page.locator("#talk-form textarea").press_sequentially("Dag @")
    expect(page.locator("[role=option]").first).to_contain_text("@anna")
    assert look(page, "") == []
