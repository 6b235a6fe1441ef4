"""Hiding over HTTP: what is hidden shows nowhere to readers, says so, and can be shown again."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from typing import Any

import pytest

from tests.conftest import PASSWORD
from tests.web.access.test_rights import LINES
from tests.web.editing.test_editor import send, text
from wiki.domain.access.rights import Role
from wiki.services.editing import drafts, saving, suggestions
from wiki.services.login import sessions
from wiki.services.members import takeout
from wiki.services.moderation import reports
from wiki.services.notices import fan_out, watches
from wiki.services.operation import jobs
from wiki.services.talk import comments

SECRET, GOSSIP = "telefoonnummer 0612345678", "roddel over de wethouder"


@pytest.fixture
def secret(wiki: Any, member: Any) -> str:
    """A revision of page `a` with a text, a message and an author to hide."""
    from wiki.services.content import commits
    from wiki.store.store import Change

    made = ""
    texts = (("een\n", "begin"), (f"een\n\n{SECRET}\n", GOSSIP), ("een\n\ntwee\n", "weg"))
    for written, said in texts:
        done = commits.commit(
            wiki,
            member,
            commits.Event.EDIT,
            [Change("a.md", written.encode())],
            expect={},
            summary=said,
        )
        made = done.revision if said == GOSSIP else made
    return made


@pytest.fixture
def mo(app: Any, moderator: Any, login: Any) -> Any:
    browser = app.test_client()
    login(browser, "mo")
    return browser


def everywhere(revision: str, later: str) -> list[str]:
    return [
        "/history/a",
        f"/wiki/a?at={revision}",
        f"/raw/a?at={revision}",
        f"/diff/a?to={revision}",
        f"/diff/a?from={revision}",
        f"/diff/a?to={later}",
        f"/diff/a?to={later}&view=source",
        f"/diff/a?to={later}&patch=yes",
        f"/restore/a?revision={revision}",
        f"/undo/a?revision={later}",
        f"/blame/a?at={revision}",
        "/recent",
        "/feed/site.atom",
        "/feed/page/a",
        "/members/anna",
        "/search?q=telefoonnummer&in=history",
    ]


def test_hidden_from_every_view(
    app: Any, client: Any, mo: Any, wiki: Any, secret: str, person: Any, login: Any
) -> None:
    later = wiki.store.head()
    person("jan")
    guest = app.test_client()
    login(guest, "jan")
    form = {"revision": secret, "part": ["text", "message"], "reason": "Privacy"}
    assert send(mo, "/hide/a", **form).status_code == 303
    for browser in (client, guest):
        for address in everywhere(secret, later):
            shown = browser.get(address)
            assert shown.status_code in (200, 303, 404, 410), address
            assert SECRET not in shown.text, address
            assert GOSSIP not in shown.text, address
    assert client.get(f"/wiki/a?at={secret}").status_code == 410
    assert "verborgen" in client.get(f"/wiki/a?at={secret}").text
    assert 'data-hidden="message"' in client.get("/history/a").text
    assert GOSSIP in mo.get("/history/a").text
    assert SECRET in mo.get(f"/wiki/a?at={secret}").text
    assert send(guest, "/restore/a", revision=secret).status_code == 410
    assert send(guest, "/undo/a", revision=later).status_code == 410
    assert text(wiki, "a") == "een\n\ntwee\n"
    assert send(mo, "/hide/a", revision=secret, reason="Toch niet").status_code == 303
    assert SECRET in client.get(f"/wiki/a?at={secret}").text


def test_a_hidden_author_is_nobody(client: Any, mo: Any, secret: str) -> None:
    assert "anna" in client.get(f"/wiki/a?at={secret}").text
    send(mo, "/hide/a", revision=secret, part=["author"], reason="Bedreigd")
    for address in (f"/wiki/a?at={secret}", f"/diff/a?to={secret}&from={secret}"):
        assert "anna" not in client.get(address).text, address
    assert client.get("/history/a").text.count("/members/anna") == 2
    assert secret not in client.get("/recent?member=anna").text
    assert secret not in client.get("/feed/member/anna").text
    assert secret not in client.get("/members/anna").text


def test_who_wrote_once_and_is_hidden_stands_nowhere(
    client: Any, mo: Any, page: Any, wiki: Any, person: Any
) -> None:
    quirijn = person("quirijn")
    page("b", "Een zin van een ander.\n")
    made = page("b", "Een zin van een ander. En van haar.\n", quirijn)
    page("b", "Een zin van een ander. En van haar. Klaar.\n")
    assert "quirijn" in client.get("/history/b").text
    send(mo, "/hide/b", revision=made, part=["author"], reason="Bedreigd")
    for address in (
        "/history/b",
        "/blame/b",
        f"/blame/b?at={made}",
        "/wiki/b",
        f"/wiki/b?at={made}",
        f"/diff/b?to={made}",
        f"/diff/b?to={made}&patch=yes",
        f"/diff/b?to={made}&view=source",
        "/recent",
        "/feed/site.atom",
        "/feed/page/b",
        "/feed/folder/b",
        "/search?q=haar&in=history",
        "/search?q=haar",
    ):
        shown = client.get(address)
        assert shown.status_code == 200 or "folder" in address, address
        assert "quirijn" not in shown.text, address
        assert quirijn.uid not in shown.text, address
    assert made not in client.get(f"/history/b?author={quirijn.uid}").text


def test_the_same_text_is_hidden_in_every_version(
    client: Any, mo: Any, page: Any, wiki: Any, secret: str
) -> None:
    again = page("a", f"een\n\n{SECRET}\n")
    page("a", "schoon\n")
    send(mo, "/hide/a", revision=secret, part=["text"], reason="Privacy")
    assert client.get(f"/wiki/a?at={again}").status_code == 410


def test_who_and_what_is_refused(
    app: Any, client: Any, mo: Any, wiki: Any, member: Any, login: Any, secret: str
) -> None:
    now = wiki.store.head()
    assert send(mo, "/hide/a", revision=now, part=["text"], reason="x").status_code == 409
    assert send(mo, "/hide/a", revision=secret, part=["text"], reason=" ").status_code == 400
    assert send(mo, "/hide/a", revision=secret, part=["zin"], reason="x").status_code == 400
    assert client.get(f"/hide/a?revision={secret}").status_code == 303
    browser = app.test_client()
    login(browser, "anna")
    assert browser.get(f"/hide/a?revision={secret}").status_code == 403
    assert send(browser, "/hide/a", revision=secret, part=["text"], reason="x").status_code == 403


def test_the_log_says_why(app: Any, mo: Any, admin: Any, login: Any, secret: str) -> None:
    send(mo, "/hide/a", revision=secret, part=["text"], reason="Privacy van een derde")
    browser = app.test_client()
    login(browser, "chef")
    assert "Privacy van een derde" in browser.get("/admin/audit").text


def test_a_hidden_text_is_nobodys_base(
    app: Any, wiki: Any, mo: Any, login: Any, secret: str
) -> None:
    blob = wiki.store.entry("a.md", secret).blob
    send(mo, "/hide/a", revision=secret, part="text", reason="privé")
    anna = app.test_client()
    login(anna, "anna")
    answer = send(anna, "/edit/a", text="drie\n", base=blob)
    assert answer.status_code == 400
    assert SECRET not in answer.text
    assert "drie" in answer.text


WORD = "zwartwit"


def follow(wiki: Any) -> None:
    """What the worker does."""
    while jobs.sentences(wiki) or jobs.search(wiki):
        pass
    fan_out.catch_up(wiki)


def test_the_words_of_a_hidden_text_are_at_no_address(
    app: Any, wiki: Any, mo: Any, page: Any, person: Any, login: Any, monkeypatch: Any
) -> None:
    """Every address that can be asked, for everybody but moderators, and what one takes along."""
    anna, bram = person("anna"), person("bram")
    person("els", Role.EDITOR)
    page("hof/plan", "# Plan\n\nEen begin.\n")
    watches.watch(wiki, bram, "hof/plan")
    text = (
        f"---\ntitle: Plan {WORD}\nkind: dialogue\nstatus: held\ndate: 2020-01-02\n"
        f"tags: [{WORD}]\nparticipants: [{{name: Zora {WORD}}}]\n---\n"
        f"**Zora {WORD}:** Dit is de {WORD} passage van het plan. Zie [[{WORD}]].\n"
    )
    hidden = page("hof/plan", text, anna)
    passage = f"Dit is de {WORD} passage van het plan."
    spot = comments.post(wiki, bram, "hof/plan", "Daar ben ik het mee eens.", anchor=passage)
    blob = wiki.store.entry("hof/plan.md").blob
    drafts.keep(wiki, bram, "hof/plan", base=blob, text="# Plan\n\nNieuw.\n", fields={})
    proposed = saving.Sent("# Plan\n\nNieuw.\n", blob, "beter")
    wish = suggestions.suggest(wiki, bram, "hof/plan", proposed)
    about = reports.about_comment(wiki, anna, spot.id)
    reports.report(wiki, anna, about, "x", network="192.0.2.1")
    last = page("hof/plan", "# Plan\n\nEen einde.\n", anna)
    follow(wiki)
    form = {"revision": hidden, "part": ["text"], "reason": "Privacy"}
    assert send(mo, "/hide/hof/plan", **form).status_code == 303
    follow(wiki)
    named = {"suggestion": str(wish), "comment": str(spot.id), "blob": blob, "case": "1"}
    paths = {line.path for line in LINES if line.method == "GET"}
    addresses = set()
    for revision in (hidden, last):
        values = defaultdict(lambda: "1", named, revision=revision, gone=revision)
        addresses |= {path.format_map(values) for path in paths}
    addresses |= {"/search?q=passage", "/search?q=passage&in=history", "/suggest?q=zwar"}
    addresses |= {f"/diff/hof/plan?from={hidden}&to={last}&view={v}" for v in ("side", "rendered")}
    shown = []
    for who in ("", "anna", "bram", "els"):
        browser = app.test_client()
        if who:
            login(browser, who)
        for address in sorted(addresses):
            answer = browser.get(address)
            body = answer.get_data().decode(errors="replace")
            answer.close()
            if WORD in body.replace(f"q={WORD}", "").replace(address.partition("?")[2], ""):
                shown.append((who, address))
    assert shown == []
    for kind in ("md", "html"):
        assert WORD in mo.get(f"/export/hof/plan?format={kind}").text
    visit = sessions.authenticate(wiki, "bram", PASSWORD, address="192.0.2.9")
    session = sessions.visit_of(wiki, visit).session
    made = takeout.make(wiki, bram, session, current=PASSWORD, language="nl")
    with zipfile.ZipFile(io.BytesIO(made.data)) as files:
        told = [name for name in files.namelist() if WORD.encode() in files.read(name)]
    assert told == []
