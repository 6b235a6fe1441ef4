"""Comments through a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import lxml.html
import pytest

from tests.conftest import token_in
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki
from wiki.services.notices import fan_out
from wiki.services.talk import comments

Login = Callable[..., None]


@pytest.fixture(autouse=True)
def there(page: Callable[..., str], client: Any, member: Actor, login: Login) -> None:
    page("map/a b", "# A\n")
    login(client, "anna")


def post(client: Any, text: str, **fields: str) -> str:
    token = token_in(client.get("/wiki/map/a b").text)
    answer = client.post("/comments/map/a b", data={"text": text, "csrf_token": token, **fields})
    assert answer.status_code == 303
    return str(answer.location)


def test_a_comment_is_posted_and_shown(client: Any) -> None:
    place = post(client, "Wat een *goed* idee")
    assert re.fullmatch(r"/wiki/map/a%20b#comment-\d+", place)
    page = client.get(place).text
    assert f'id="{place.partition("#")[2]}"' in page
    assert "<em>goed</em>" in page


def test_the_form_gives_one_comment(client: Any, wiki: Wiki, member: Actor) -> None:
    page = client.get("/wiki/map/a b").text
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)
    assert nonce
    assert post(client, "Eén", nonce=nonce[1]) == post(client, "Eén", nonce=nonce[1])
    assert len(comments.latest(wiki, member)) == 1


def test_answering_without_scripts(client: Any) -> None:
    id = post(client, "Vraag").partition("comment-")[2]
    link = re.search(r'href="([^"]+)" data-reply', client.get("/wiki/map/a b").text)
    assert link
    form = client.get(link[1].replace("&amp;", "&")).text
    assert "Vraag" in form
    assert f'name="parent" value="{id}"' in form
    place = post(client, "Antwoord", parent=id)
    assert 'class="comment level-1"' in client.get(place).text


def test_changing_and_deleting(client: Any) -> None:
    place = post(client, "Eerst")
    id = place.partition("comment-")[2]
    form = client.get(f"/comment/{id}/edit").text
    assert "Eerst" in form
    data = {"text": "Daarna", "csrf_token": token_in(form)}
    assert client.post(f"/comment/{id}/edit", data=data).location == place
    assert "Daarna" in client.get(place).text
    ask = client.get(f"/comment/{id}/delete").text
    gone = client.post(f"/comment/{id}/delete", data={"csrf_token": token_in(ask)})
    assert gone.status_code == 303
    assert "Daarna" not in client.get("/wiki/map/a b").text


def test_the_permalink_knows_the_screen(client: Any, wiki: Wiki, member: Actor) -> None:
    from tests.services.talk.test_comments import many

    ids = many(wiki, member, "map/a b", 150)
    answer = client.get(f"/comment/{ids[-1]}")
    assert answer.location == f"/wiki/map/a%20b?talk=2#comment-{ids[-1]}"
    page = client.get(answer.location).text
    assert f'id="comment-{ids[-1]}"' in page
    assert f'id="comment-{ids[0]}"' not in page
    assert client.get("/comment/999").status_code == 404


def test_a_reader_is_asked_to_log_in(app: Any) -> None:
    reader = app.test_client()
    assert reader.get("/comments/map/a b").status_code == 303
    page = reader.get("/wiki/map/a b").text
    assert "/login?next=" in page
    assert 'name="nonce"' not in page


def test_a_moderator_hides(client: Any, app: Any, moderator: Actor, login: Login) -> None:
    place = post(client, "Gescheld")
    id = place.partition("comment-")[2]
    assert client.get(f"/comment/{id}/hide").status_code == 403
    guard = app.test_client()
    login(guard, "mo")
    ask = guard.get(f"/comment/{id}/hide").text
    data = {"reason": "schelden", "csrf_token": token_in(ask)}
    assert guard.post(f"/comment/{id}/hide", data=data).status_code == 303
    assert "Gescheld" not in client.get(place).text
    shown = guard.get(place).text
    assert "Gescheld" in shown
    assert f"/comment/{id}/show" in shown


@pytest.mark.parametrize("parent", ["x", "-1", "9" * 40, "0"])
def test_odd_parents(client: Any, parent: str) -> None:
    token = token_in(client.get("/wiki/map/a b").text)
    form = {"text": "x", "csrf_token": token, "parent": parent}
    assert client.post("/comments/map/a b", data=form).status_code == 404


# -- passages --

TEXT = "# A\n\nEen eerste alinea staat hier. Er is **drie** procent geld.\n\n- een punt\n"


def test_a_paragraph_offers_to_comment_on_it_without_scripts(
    client: Any, page: Callable[..., str]
) -> None:
    page("map/a b", TEXT)
    html = client.get("/wiki/map/a b").text
    links = re.findall(r'class="passage-link" href="([^"]+)"', html)
    assert len(links) == 2
    form = client.get(links[0]).text
    assert "Een eerste alinea staat hier. Er is drie procent geld." in form
    anchor = re.search(r'name="anchor" value="([^"]+)"', form)
    assert anchor
    place = post(client, "Hoezo?", anchor=anchor[1])
    shown = client.get(place).text
    id = place.rpartition("-")[2]
    assert '<mark class="passage">Een eerste alinea' in shown
    assert re.search(rf'id="passage-{id}" href="#comment-{id}"', shown)
    assert re.search(rf'href="#passage-{id}"', shown), "and the way back"


def test_a_reader_sees_marks_but_no_links_to_comment(
    client: Any, app: Any, page: Callable[..., str]
) -> None:
    page("map/a b", TEXT)
    post(client, "Hoezo?", anchor="drie procent")
    html = app.test_client().get("/wiki/map/a b").text
    assert "<strong><mark" in html
    assert "passage-link" not in html


@pytest.mark.parametrize("anchor", ["staat nergens", "{", "0123:1-2", '{"start": -1, "end": 3}'])
def test_a_bad_anchor_keeps_the_text(client: Any, page: Callable[..., str], anchor: str) -> None:
    page("map/a b", TEXT)
    token = token_in(client.get("/wiki/map/a b").text)
    form = {"text": "Mijn lange reactie", "csrf_token": token, "anchor": anchor}
    answer = client.post("/comments/map/a b", data=form)
    assert answer.status_code == 400
    assert "Mijn lange reactie" in answer.text
    assert 'name="anchor"' not in answer.text, "sent again, it is about the whole page"
    assert client.get("/comments/map/a b", query_string={"anchor": anchor}).status_code == 200


def test_what_became_of_a_passage(client: Any, page: Callable[..., str]) -> None:
    page("map/a b", TEXT)
    post(client, "Hoezo?", anchor="drie procent")
    page("map/a b", TEXT.replace("drie", "vier"))
    html = client.get("/wiki/map/a b").text
    assert "[weggehaald] </span>drie</del>" in html
    assert "[toegevoegd] </span>vier</ins> procent" in html
    gone = page("map/a b", TEXT.replace(" Er is **drie** procent geld.", ""))
    html = client.get("/wiki/map/a b").text
    assert "<mark" not in html
    assert f"/diff/map/a%20b?to={gone}" in html


def test_names_and_titles_cannot_break_out_of_marks(
    client: Any, page: Callable[..., str], wiki: Wiki, person: Callable[..., Actor]
) -> None:
    page("map/a b", '# A\n\nEen [[x" onmouseover="y]] link en `<b>code</b>` hier.\n')
    post(client, "Hoezo?", anchor="link en <b>code</b> hier")
    html = client.get("/wiki/map/a b").text
    assert not lxml.html.fromstring(html).xpath("//@onmouseover")
    assert "<b>code" not in html


# -- threads --


def test_a_comment_is_quoted(client: Any) -> None:
    id = post(client, "Vraag\n\nmeer").partition("comment-")[2]
    form = client.get(f"/comments/map/a b?parent={id}&quote=yes").text
    assert "&gt; Vraag\n&gt;\n&gt; meer\n" in form


def test_a_draft_is_kept_until_it_is_posted(client: Any) -> None:
    token = token_in(client.get("/wiki/map/a b").text)
    form = {"text": "Half af", "csrf_token": token}
    assert client.post("/comment-draft/map/a b", data=form).status_code == 200
    assert client.get("/comment-draft/map/a b").json["text"] == "Half af"
    assert "Half af" in client.get("/comments/map/a b").text
    post(client, "Half af, nu wel")
    assert client.get("/comment-draft/map/a b").json == {"text": ""}


def test_an_editor_marks_a_thread_as_dealt_with(
    client: Any, app: Any, editor: Actor, login: Login
) -> None:
    place = post(client, "Klopt dit wel?")
    id = place.partition("comment-")[2]
    assert client.get(f"/comment/{id}/resolve").status_code == 403
    desk = app.test_client()
    login(desk, "bram")
    ask = desk.get(f"/comment/{id}/resolve").text
    revision = re.search(r'<option value="(\w+)"', ask)
    assert revision
    form = {"csrf_token": token_in(ask), "revision": revision[1]}
    assert desk.post(f"/comment/{id}/resolve", data=form).status_code == 303
    shown = client.get(place).text
    assert 'class="talk-thread resolved"' in shown
    assert revision[1] in shown
    assert f"/comment/{id}/reopen" not in shown
    again = {"csrf_token": token_in(ask)}
    assert desk.post(f"/comment/{id}/reopen", data=again).status_code == 303
    assert 'class="talk-thread resolved"' not in client.get(place).text


def test_a_moderator_reads_earlier_texts(
    client: Any, app: Any, moderator: Actor, login: Login
) -> None:
    id = post(client, "Eerst dit").partition("comment-")[2]
    form = client.get(f"/comment/{id}/edit").text
    client.post(f"/comment/{id}/edit", data={"text": "Later dat", "csrf_token": token_in(form)})
    assert client.get(f"/comment/{id}/history").status_code == 403
    guard = app.test_client()
    login(guard, "mo")
    assert f"/comment/{id}/history" in guard.get("/wiki/map/a b").text
    assert "Eerst dit" in guard.get(f"/comment/{id}/history").text


@pytest.mark.parametrize(
    "text",
    [
        "> a\n- b\n" * 300,
        ">" * 15_000 + " diep",
        "".join("  " * n + "- a\n" for n in range(130)),
        "[" * 8_000 + "]" * 8_000,
        "*a **b " * 2_500,
        "`" * 9_000 + "x" + "`" * 8_999,
        "@anna " * 3_000,
        "&#32;" * 3_900 + "x",
        "a" + "\u0301\u0323" * 9_000,
        "| a " * 4_000 + "\n" + "|-" * 50,
    ],
    ids=lambda text: text[:8].encode("unicode_escape").decode(),
)
def test_any_comment_can_be_shown_told_and_taken_away(
    client: Any, app: Any, wiki: Wiki, moderator: Actor, login: Login, text: str
) -> None:
    while fan_out.catch_up(wiki):
        pass
    id = post(client, f"@bram @mo {text}").partition("comment-")[2]
    judge = app.test_client()
    login(judge, "mo")
    seen = ("/wiki/map/a b", "/export/map/a b", "/recent", "/feed/site.atom", "/members/anna")
    forms = (f"/comment/{id}/hide", f"/comment/{id}/report", f"/comment/{id}/history")
    while fan_out.catch_up(wiki):
        pass
    for address in (*seen, *forms, f"/comments/map/a b?parent={id}", "/notifications", "/admin"):
        answer = judge.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
    assert "anna" in judge.get("/notifications").text
    token = token_in(judge.get(f"/comment/{id}/hide").text)
    hidden = judge.post(f"/comment/{id}/hide", data={"csrf_token": token, "reason": "te diep"})
    assert hidden.status_code == 303


def test_a_comment_says_in_the_language_of_its_reader_what_stands_out(client: Any) -> None:
    place = post(client, "> [!WARNING]\n> Pas op voor [[nergens]].")
    dutch, english = (
        client.get(place, headers={"Accept-Language": language}).text for language in ("nl", "en")
    )
    assert '<span class="alert-title">Waarschuwing</span>' in dutch
    assert "Deze pagina bestaat nog niet" in dutch
    assert '<span class="alert-title">Warning</span>' in english
