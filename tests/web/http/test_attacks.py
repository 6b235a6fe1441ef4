"""Attacks on every address there is: the table of test_rights says which there are."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import ImmutableMultiDict

from tests.conftest import PASSWORD, token_in
from tests.fixtures import poison
from tests.web.access.test_rights import LINES, Line, Visitor, people, unchanging, values, visitors
from wiki.database.history import history
from wiki.database.login.sessions import sessions
from wiki.database.members.members import members as accounts
from wiki.database.notices import outbox
from wiki.database.talk import comments as talk
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki
from wiki.services.access import limits
from wiki.services.operation import jobs
from wiki.web.http.context import back_to

__all__ = ["people", "values"]
Login = Callable[..., None]
POSTS = [line for line in LINES if line.method == "POST"]
GETS = [line for line in LINES if line.method == "GET"]


@pytest.fixture
def patient(wiki: Wiki, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wiki that lets everybody go as fast as they like."""
    monkeypatch.setattr(limits, "take", lambda *_: None)
    wiki.settings = replace(
        wiki.settings,
        comments_per_minute=10_000,
        comments_per_hour=10_000,
        new_member_links=1_000,
        base_url="http://localhost",
        mail_url="smtp://127.0.0.1:9",
    )


@pytest.fixture
def some(
    app: Any,
    wiki: Wiki,
    patient: None,
    people: dict[str, Actor],
    values: dict[str, str],
    login: Login,
) -> dict[str, Visitor]:
    """Everybody's browser."""
    return {visitor.who: visitor for visitor in visitors(app, wiki, people, login)}


def post(visitor: Visitor, line: Line, form: dict[str, Any]) -> Any:
    """Post a form; whoever did is still logged in afterwards."""
    with visitor.client.session_transaction() as session:
        kept = dict(session)
    fields = {
        name: (io.BytesIO(value[0].getvalue()), value[1]) if isinstance(value, tuple) else value
        for name, value in form.items()
    }
    data = {**fields, "csrf_token": visitor.token}
    answer = visitor.client.post(line.path, data=data, headers={"Referer": "http://localhost/"})
    with visitor.client.session_transaction() as session:
        session.clear()
        session.update(kept)
    return answer


def work(wiki: Wiki) -> None:
    """Everything that the worker does with what was posted."""
    wiki.follow()
    for job in (jobs.saved, jobs.tell, jobs.news, jobs.answers, jobs.anchors):
        job(wiki)
    while any([jobs.sentences(wiki), jobs.deleted_text(wiki), jobs.search(wiki)]):
        pass


def attack(
    wiki: Wiki, some: dict[str, Visitor], values: dict[str, str], *, last: bool
) -> list[str]:
    """Post attacks in every field of every form, as a member and as an administrator.

    First the forms that add something; then (`last`) those that take it away. Gives what in the
    answers themselves would run, or is no answer.
    """
    found = []
    lines = [line.filled(values) for line in POSTS]
    for who in ("member", "admin"):
        for line in lines:
            if bool(re.search(poison.LAST, line.path)) != last:
                continue
            for everything in (True, False):
                answer = post(some[who], line, poison.filled(line.form, everything=everything))
                found += [f"{who}: {line} → {bad}" for bad in harm_in(answer)]
                if answer.status_code >= 500 and answer.status_code != 503:
                    found.append(f"{who}: {line} → {answer.status_code}")
    work(wiki)
    return found


# -- what people write --


class Recording(ImmutableMultiDict[str, Any]):
    """A form that knows what was asked of it."""

    asked: set[str]

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, *rest: Any, **more: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *rest, **more)

    def getlist(self, key: str, *rest: Any, **more: Any) -> Any:
        self.asked.add(key)
        return super().getlist(key, *rest, **more)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


@pytest.mark.slow
def test_nothing_that_people_write_runs_anywhere(
    app: Any, wiki: Wiki, values: dict[str, str], some: dict[str, Visitor]
) -> None:
    Recording.asked = set()
    app.request_class = type(
        "Request", (app.request_class,), {"parameter_storage_class": Recording}
    )
    poison.from_outside(wiki)
    found = attack(wiki, some, values, last=False)
    asked, seen = set(Recording.asked), ""
    for who in ("anonymous", "member", "admin"):
        for address in addresses(wiki, values):
            with some[who].client.get(address) as answer:
                found += [f"{who}: GET {address} → {bad}" for bad in harm_in(answer)]
                if who != "anonymous" and (answer.content_type or "").startswith("text"):
                    seen += answer.text
    Recording.asked.clear()
    found += attack(wiki, some, values, last=True)
    unknown = (asked | Recording.asked) - poison.KINDS.keys() - QUERY
    assert not unknown, (
        f"Say in FIELDS of tests/fixtures/poison.py what these form fields are: {sorted(unknown)}"
    )
    assert not found, "\n" + "\n".join(found[:20])
    # The attacks were there to be seen.
    for name in SHOWN:
        assert f"{name}&#39;" in seen or f"{name}'" in seen, f"{name} is shown nowhere"
    with wiki.database.read() as connection:
        rows = connection.execute(select(outbox.outbox.c.recipient, outbox.outbox.c.subject)).all()
    assert rows, "mail was written"
    assert not [row for row in rows if re.search(r"[\x00-\x1f]", row.recipient + row.subject)]


QUERY = {"List-Unsubscribe", "to", "at", "view", "before", "after", "undo"}
"""Names that are asked of addresses, not of forms."""

SHOWN = ("title", "summary", "text", "reason", "name", "work", "about", "warning", "outside",
         "author", "message")  # fmt: skip


def harm_in(answer: Any) -> list[str]:
    """What would run; and what may not be looked at as a page."""
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "X-Pwned" not in answer.headers
    kind = answer.content_type or ""
    return poison.harm(kind, answer.text) if re.search("html|xml", kind) else []


def addresses(wiki: Wiki, values: dict[str, str]) -> list[str]:
    """Every screen of the table, and those of what was posted."""
    found = [line.filled(values).path for line in GETS if "logout" not in line.path]
    with wiki.database.read() as connection:
        ids = connection.scalars(select(talk.comments.c.id)).all()
    found += [f"/comment/{id}" for id in ids] + [f"/comment/{id}/edit" for id in ids[:3]]
    found += [f"/admin/reports/{number}" for number in range(1, 6)]
    found += [f"/suggestions/{number}" for number in range(1, 8)]
    found += ["/admin/members/a-member", "/search?q=onload", "/search?q=pwn&in=comments"]
    for path in {entry.file.removesuffix(".md") for entry in wiki.store.list("")}:
        place = quote(path)
        found += [
            f"/{verb}/{place}" for verb in ("wiki", "history", "edit", "blame", "diff", "raw")
        ]
    return list(dict.fromkeys(found))


# -- what people send along --


def test_nobody_becomes_more_by_saying_so(
    wiki: Wiki, people: dict[str, Actor], values: dict[str, str], some: dict[str, Visitor]
) -> None:
    """Fields that a form does not have change nothing: not who one is, nor who wrote what."""
    me = people["member"].id
    extra = {
        "role": "admin", "status": "active", "state": "live", "author": "1", "by": "1", "uid": "x",
        "id": "1", "member": "a-admin", "member_id": "1", "actor": "1", "groups": "redactie",
        "admin": "yes", "is_admin": "1", "vouched": "1", "strong": "1", "half": "", "proved": "1",
        "created": "2000-01-01", "joined": "2000-01-01", "address": "a-admin@example.org",
        "folded": "a-admin", "publishes": "yes", "approved": "1", "committer": "a-admin",
    }  # fmt: skip

    def standing() -> list[Any]:
        kept = [accounts.c[name] for name in ("id", "uid", "folded", "role", "status", "groups",
                                              "address", "joined")]  # fmt: skip
        with wiki.database.read() as connection:
            rows = connection.execute(select(*kept).order_by(accounts.c.id)).all()
            strong = connection.execute(
                select(sessions.c.id, sessions.c.strong, sessions.c.proved)
            ).all()
        return [tuple(row) for row in rows] + sorted(tuple(row) for row in strong)

    def written() -> dict[int, int]:
        with wiki.database.read() as connection:
            rows = connection.execute(select(talk.comments.c.id, talk.comments.c.author)).all()
        return {row.id: row.author for row in rows}

    before, talk_before = standing(), written()
    for line in poison.in_order([line.filled(values) for line in POSTS]):
        if line.path.startswith(("/logout", "/register", "/account/sessions/", "/login")):
            continue
        given = poison.filled(line.form, everything=False)
        post(some["member"], line, {**extra, **given})
        assert standing() == before, line
        changed = {id: author for id, author in written().items() if talk_before.get(id) != author}
        assert set(changed.values()) <= {me}, line
    wiki.follow()
    with wiki.database.read() as connection:
        others = [actor.uid for actor in people.values() if actor.id != me]
        assert not any(history.count_by(connection, uid) for uid in others)


# -- where people are sent --

ELSEWHERE = (
    "//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example",
    "/\t/evil.example", "\\\\evil.example", "/x\r\nX-Pwned: 1", "javascript:pwn()",
    "///evil.example", "%2f%2fevil.example", " //evil.example", "/\x00/evil.example",
)  # fmt: skip


@pytest.mark.slow
def test_no_address_sends_anybody_elsewhere(
    app: Any,
    wiki: Wiki,
    values: dict[str, str],
    some: dict[str, Visitor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unchanging(wiki, monkeypatch)
    wrong = []
    for number, line in enumerate(line.filled(values) for line in LINES):
        for who in ("anonymous", "admin"):
            target = ELSEWHERE[number % len(ELSEWHERE)]
            asked = dict.fromkeys(("next", "back", "from", "return", "url"), target)
            if line.method == "POST":
                given = poison.filled(line.form, everything=False)
                answer = post(some[who], line, {**given, **asked})
            else:
                joint = "&" if "?" in line.path else "?"
                answer = some[who].client.get(line.path + joint + urlencode(asked))
            place = answer.headers.get("Location", "/")
            if not re.match(r"/(?![/\\])", place) or re.search(r"[\x00-\x1f]", place):
                wrong.append(f"{who}: {line} → {place!r}")
            shown = answer.get_data().decode(errors="replace")
            for form in re.findall(r'(?:href|action|value)="([^"]*evil[^"]*)"', shown[:200_000]):
                if re.match(r"\s*(https?:|[/\\]{2}|/\\)", form) and "value" not in form:
                    wrong += [f"{who}: {line} shows {form}"] if _leads(shown, form) else []
            assert "X-Pwned" not in answer.headers
            answer.close()
    assert not wrong, "\n" + "\n".join(wrong)


def _leads(html: str, place: str) -> bool:
    """Whether a link or a form goes there."""
    return any(f'{name}="{place}"' in html for name in ("href", "action"))


@given(st.text(alphabet="/\\:.aA@?#%\t\r\n\x00 ;evilhtps", max_size=14))
def test_a_way_back_stays_on_this_site(target: str) -> None:
    place = back_to(target)
    # What browsers make of it: tabs and line ends vanish, backslashes are slashes.
    read = re.sub(r"[\t\r\n]", "", place).replace("\\", "/")
    assert urlsplit(urljoin("http://wiki.example/login", read)).hostname == "wiki.example"
    assert not re.search(r"[\x00-\x1f]", place)


# -- files --

GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
PAGE = b"<!doctype html><html><script>pwn()</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="pwn()"><script>pwn()</script></svg>'


def gifar() -> bytes:
    """A picture that is an archive too."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.html"), PAGE)
    return GIF + out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", PAGE), ("a.htm", PAGE), ("a.xhtml", PAGE), ("a.svg", SVG), ("a.svgz", SVG),
        ("a.xml", SVG), ("a.js", b"pwn()"), ("a.mjs", b"pwn()"), ("a.css", b"*{}"), ("a.swf", PAGE),
        ("a.mht", PAGE), ("a.hta", PAGE), ("a.wasm", b"\0asm"), ("a.jar", gifar()),
        ("a.png", PAGE), ("a.png", SVG), ("a.gif", GIF + PAGE), ("a.gif", gifar()),
        ("a.jpg", PAGE), ("a.webp", SVG), ("a.txt", PAGE), ("a.csv", PAGE), ("a.mp4", PAGE),
        ("a.pdf", b"%PDF-1.4\n" + PAGE), ("a.png.html", PAGE), ("a.html.png", PAGE),
    ],
)  # fmt: skip
def test_a_file_cannot_act_as_a_page(
    app: Any, member: Actor, login: Login, page: Callable[..., str], name: str, data: bytes
) -> None:
    page("a", "x\n")
    browser = app.test_client()
    login(browser, "anna")
    form = {"csrf_token": token_in(browser.get("/upload/a").text), "file": (io.BytesIO(data), name)}
    assert browser.post("/upload/a", data=form).status_code == 303
    shown = re.search(r'href="(/files/a/[^"]+)"', browser.get("/upload/a").text)
    assert shown
    answer = browser.get(shown[1])
    assert answer.data == data
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "allow" not in policy
    if name == "a.svg":
        # Only a picture in a page: nothing in it runs there, and it is never a page of its own.
        answer = browser.get(shown[1], headers={"Sec-Fetch-Dest": "document"})
    is_download = answer.headers.get("Content-Disposition", "").startswith("attachment")
    is_media = re.match(
        r"(image/(png|jpeg|gif|webp|avif)|audio|video|text/plain)", answer.content_type
    )
    assert is_download or is_media, "what a browser could run, it saves"
    assert is_download or not re.search("html|svg|xml|script|css|flash", answer.content_type)


def test_a_portrait_keeps_nothing_of_the_file(app: Any, member: Actor, login: Login) -> None:
    browser = app.test_client()
    login(browser, "anna")

    def send(data: bytes, name: str) -> Any:
        token = token_in(browser.get("/account/page").text)
        form = {"csrf_token": token, "picture": (io.BytesIO(data), name)}
        return browser.post("/account/picture", data=form)

    assert send(SVG, "a.svg").status_code in (400, 422)
    assert send(PAGE, "a.png").status_code in (400, 422)
    assert send(poison.portrait(), "a.html").status_code == 303
    shown = re.search(r"/avatars/[0-9a-f]+\.webp", browser.get("/members/anna").text)
    assert shown
    answer = browser.get(shown[0])
    assert answer.content_type == "image/webp"
    assert b"script" not in answer.data
    assert Image.open(io.BytesIO(answer.data)).format == "WEBP"


# -- getting in --


def test_no_way_in_keeps_what_was_in_the_browser(
    app: Any, wiki: Wiki, member: Actor, page: Callable[..., str]
) -> None:
    """Whoever planted something in a browser's session finds nothing of it after a login."""
    page("a", "x\n")

    def planted(path: str, shown: str, form: dict[str, str]) -> tuple[str, str]:
        browser = app.test_client()
        token = token_in(browser.get(shown).text)
        with browser.session_transaction() as session:
            session["planted"] = "x"
            before = session["csrf_token"]
        answer = browser.post(path, data={"csrf_token": token, **form})
        assert answer.status_code == 303, answer.text
        with browser.session_transaction() as session:
            assert "_user_id" in session
            assert "planted" not in session
            return before, session.get("csrf_token", "")

    who = {"username": "anna", "password": PASSWORD}
    for path, form in (("/login", who), ("/comments/a", {**who, "text": "hallo", "nonce": "n"})):
        before, after = planted(path, "/login", form)
        assert before != after, "nor is the token of its forms still good"


def test_a_known_address_shows_nowhere(app: Any, wiki: Wiki, member: Actor, patient: None) -> None:
    """Registering, logging in, a passkey, a reset: the same answer whether or not one is known."""

    def answers(email: str, number: int) -> list[tuple[int, str, str]]:
        told = []
        for path, form in (
            (
                "/register",
                {"username": f"nieuw{number}", "email": email, "password": "Vier wilde eenden"},
            ),
            ("/login", {"username": email, "password": "Vier wilde eenden"}),
            ("/account/reset", {"username": email}),
            ("/login/passkey/options", {"username": email}),
        ):
            browser = app.test_client()
            token = token_in(browser.get("/login").text)
            answer = browser.post(path, data={**form, "csrf_token": token})
            text = answer.text.replace(email, "").replace(f"nieuw{number}", "")
            text = re.sub(r'value="[^"]*"|"(?:challenge|ticket)": ?"[^"]*"', "", text)
            told.append((answer.status_code, answer.headers.get("Location", ""), text))
        return told

    assert answers("anna@example.org", 1) == answers("niemand@example.org", 2)


@pytest.mark.parametrize(
    "email", ["a@x.nl\r\nBcc: e@x.nl", "a@x.nl\nBcc:e@x.nl", "a@x.nl%0aBcc:e", "a@x.nl,e@x.nl"]
)
def test_an_address_brings_no_header(
    app: Any, wiki: Wiki, admin: Actor, login: Login, patient: None, email: str
) -> None:
    browser = app.test_client()
    token = token_in(browser.get("/register").text)
    form = {
        "username": "nieuw",
        "email": email,
        "password": "Vier wilde eenden",
        "csrf_token": token,
    }
    assert browser.post("/register", data=form).status_code == 400
    login(browser, "chef")
    token = token_in(browser.get("/account").text)
    for path, fields in (
        ("/account/email", {"email": email, "current_password": PASSWORD}),
        ("/admin/invitations", {"email": f"{email}:x"}),
    ):
        assert browser.post(path, data={**fields, "csrf_token": token}).status_code == 400, path
    with wiki.database.read() as connection:
        assert not connection.execute(select(outbox.outbox)).all()
