"""Mail from the outbox, against a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.fixtures.access import set_rule
from tests.fixtures.ports import free_port
from wiki.database.members import members
from wiki.database.notices import mail_stops, notifications
from wiki.database.notices import outbox as table
from wiki.database.notices.outbox import Letter
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.domain.notices.notifications import Kind
from wiki.engine import Wiki
from wiki.services.notices import outbox, watches
from wiki.services.operation import jobs
from wiki.services.talk import comments


class Server:
    """Keeps what it takes; refuses whoever is on its list."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.raw: list[bytes] = []
        self.refused: dict[str, str] = {}

    async def handle_RCPT(
        self, server: object, session: object, envelope: Any, address: str, options: object
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self.raw.append(envelope.content)
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def server(wiki: Wiki) -> Iterator[Server]:
    made = Server()
    port = free_port()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    wiki.settings = replace(
        wiki.settings, mail_url=f"smtp://127.0.0.1:{port}", base_url="https://denk.example"
    )
    yield made
    controller.stop()


def put(wiki: Wiki, recipient: str = "anna@example.org", subject: str = "Hallo") -> None:
    with wiki.database.write() as connection:
        outbox.put(wiki, connection, recipient, subject, "Dag Anna,\n\ngoed nieuws: é.\n")


def later(wiki: Wiki, **time: float) -> None:
    now = wiki.clock() + timedelta(**time)
    wiki.clock = lambda: now


def test_mail_arrives_once(wiki: Wiki, server: Server) -> None:
    put(wiki)
    assert outbox.deliver(wiki)
    assert not outbox.deliver(wiki)
    (letter,) = server.taken
    assert letter["To"] == "anna@example.org"
    assert letter["Subject"] == "Hallo"
    assert letter["From"] == "Denktank <denktank@denk.example>"
    assert letter["Message-ID"].endswith("@denk.example>")
    assert letter["Date"]
    assert letter.get_content().replace("\r", "") == "Dag Anna,\n\ngoed nieuws: é.\n"
    assert outbox.listing(wiki, SYSTEM).waiting == 0


def test_a_worker_that_stood_still_leaves_mail_to_others(wiki: Wiki, server: Server) -> None:
    put(wiki, subject="Een")
    put(wiki, subject="Twee")

    def standing_still(letter: Letter) -> Letter:
        if letter.subject == "Twee":
            later(wiki, minutes=11)
        return letter

    assert outbox.deliver(wiki, standing_still)
    assert [letter["Subject"] for letter in server.taken] == ["Een"]
    assert outbox.deliver(wiki)
    assert [letter["Subject"] for letter in server.taken] == ["Een", "Twee"]


def test_headers_cannot_be_injected(wiki: Wiki, server: Server) -> None:
    put(wiki, subject="Hallo\r\nBcc: eve@example.org")
    put(wiki, recipient="a@b\nBcc: eve@example.org")
    outbox.deliver(wiki)
    (letter,) = server.taken
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Hallo Bcc: eve@example.org"
    (stuck,) = outbox.listing(wiki, SYSTEM).letters
    assert stuck.due is None, "never to be sent"


def test_a_server_that_is_away_is_tried_again_later(wiki: Wiki) -> None:
    wiki.settings = replace(
        wiki.settings, mail_url="smtp://127.0.0.1:9", base_url="https://x.example"
    )
    put(wiki)
    waited = 0.0
    for _ in range(len(outbox.PAUSES)):
        assert outbox.deliver(wiki)
        assert not outbox.deliver(wiki)
        (letter,) = outbox.listing(wiki, SYSTEM).letters
        assert letter.error
        assert letter.due
        assert letter.due > wiki.clock()
        pause = (letter.due - wiki.clock()).total_seconds()
        assert pause > waited
        waited = pause
        later(wiki, seconds=pause)
    outbox.deliver(wiki)
    (letter,) = outbox.listing(wiki, SYSTEM).letters
    assert letter.due is None
    assert letter.tries == len(outbox.PAUSES) + 1
    later(wiki, days=30)
    assert not outbox.deliver(wiki)


def test_refused_for_now_and_for_good(wiki: Wiki, server: Server) -> None:
    server.refused = {"vol@example.org": "450 try later", "weg@example.org": "550 no such user"}
    for recipient in ("vol@example.org", "weg@example.org", "anna@example.org"):
        put(wiki, recipient)
    outbox.deliver(wiki)
    assert [letter["To"] for letter in server.taken] == ["anna@example.org"]
    due = {letter.recipient: letter.due for letter in outbox.listing(wiki, SYSTEM).letters}
    assert due["weg@example.org"] is None
    assert due["vol@example.org"] is not None
    server.refused = {}
    later(wiki, minutes=2)
    outbox.deliver(wiki)
    assert len(server.taken) == 2


def test_a_worker_that_dies_loses_no_mail(wiki: Wiki, server: Server) -> None:
    put(wiki)
    with wiki.database.write() as connection:
        (letter,) = table.due(connection, wiki.clock())
        assert table.claim(connection, letter, wiki.clock() + outbox.CLAIM)
        assert not table.claim(connection, letter, wiki.clock() + outbox.CLAIM)
    assert not outbox.deliver(wiki), "somebody has it in hand"
    later(wiki, minutes=11)
    assert outbox.deliver(wiki)
    assert len(server.taken) == 1


def test_without_a_server_mail_is_kept(wiki: Wiki) -> None:
    put(wiki)
    assert not outbox.deliver(wiki)
    listed = outbox.listing(wiki, SYSTEM)
    assert not listed.can_send
    assert listed.waiting == 1


def test_links_come_from_the_setting() -> None:
    from wiki.settings import Settings

    settings = Settings(base_url="https://denk.example/", mail_url="smtp://x")
    assert outbox.link(settings, "/login") == "https://denk.example/login"
    assert outbox.can_send(settings)
    assert not outbox.can_send(replace(settings, base_url=""))


def test_old_mail_is_forgotten(wiki: Wiki, server: Server) -> None:
    server.refused = {"weg@example.org": "550 no such user"}
    put(wiki)
    put(wiki, "weg@example.org")
    outbox.deliver(wiki)
    later(wiki, days=31)
    outbox.tidy(wiki)
    with wiki.database.read() as connection:
        assert not connection.execute(table.outbox.select()).all()


def test_a_mail_has_two_forms_and_headers_of_its_own(wiki: Wiki, server: Server) -> None:
    address = f"<https://denk.example/unsubscribe/{'x' * 120}>"
    with wiki.database.write() as connection:
        outbox.put(
            wiki,
            connection,
            "anna@example.org",
            "Nieuws " + "é" * 200,
            "Dag & welkom",
            "<p>Dag &amp; welkom</p>",
            {"List-Unsubscribe": address, "References": "<een@x> <twee@x>"},
        )
    outbox.deliver(wiki)
    (letter,) = server.taken
    assert letter["List-Unsubscribe"] == address
    assert letter["References"] == "<een@x> <twee@x>"
    text, html = letter.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "Dag &amp; welkom" in html.get_content()
    assert b"=?" not in server.raw[0].split(b"List-Unsubscribe:")[1].split(b"\r\n")[0]


def test_headers_of_its_own_cannot_be_injected_either(wiki: Wiki, server: Server) -> None:
    for value in ("<a>\r\nBcc: eve@example.org", "<é>", "<" + "a" * 1000 + ">"):
        with wiki.database.write() as connection:
            headers = {"List-Unsubscribe": value}
            outbox.put(wiki, connection, "anna@example.org", "Dag", "x", headers=headers)
    outbox.deliver(wiki)
    assert not server.taken
    assert {letter.due for letter in outbox.listing(wiki, SYSTEM).letters} == {None}


def test_a_mail_tried_again_is_the_same_mail(wiki: Wiki) -> None:
    put(wiki)
    with wiki.database.read() as connection:
        (letter,) = table.due(connection, wiki.clock())
    first, again = (outbox.message(wiki.settings, letter) for _ in range(2))
    assert first["Message-ID"] == again["Message-ID"]


def test_an_address_that_is_refused_for_good_gets_no_more(
    wiki: Wiki, server: Server, person: Any
) -> None:
    for name in ("weg", "wij", "vol"):
        person(name)
        put(wiki, f"{name}@example.org")
    server.refused = {
        "weg@example.org": "550 5.1.1 no such user",
        "wij@example.org": "550 5.7.1 we do not like your network",
        "vol@example.org": "452 4.2.2 full",
    }
    outbox.deliver(wiki)
    with wiki.database.read() as connection:
        stopped = mail_stops.some(connection, [1, 2, 3])
        told = notifications.of_member(connection, 1)
    assert {stop.email: stop.error for stop in stopped.values()} == {
        "weg@example.org": "550 5.1.1 no such user"
    }
    assert [one.kind for one in told] == [Kind.MAIL_STOPPED]


def test_a_mail_that_cannot_be_made_holds_up_no_other(wiki: Wiki, server: Server) -> None:
    put(wiki, "anna@example.org")
    put(wiki, "bea@example.org")

    def renew(letter: Letter) -> Letter:
        if letter.recipient.startswith("anna"):
            raise KeyError("what nobody thought of")
        return letter

    assert outbox.deliver(wiki, renew)
    assert [letter["To"] for letter in server.taken] == ["bea@example.org"]
    (stuck,) = outbox.listing(wiki, SYSTEM).letters
    assert stuck.due
    assert stuck.due > wiki.clock()
    assert "KeyError" in stuck.error


def test_digests_arrive_in_dutch_and_in_english(
    wiki: Wiki, server: Server, person: Any, page: Any
) -> None:
    anna, bram = person("anna"), person("bram")
    page("vragen/café", "# Wát <nu> & straks?\n")
    jobs.tell(wiki)
    with wiki.database.write() as connection:
        members.change(connection, bram.id, {"language": "en"})
    for reader in (anna, bram):
        watches.watch(wiki, reader, "vragen/café")
    comments.post(wiki, person("cor"), "vragen/café", "Eén <script>alert(1)</script> *gedachte*.")
    jobs.tell(wiki)
    later(wiki, days=1)
    jobs.news(wiki)
    assert jobs.mail(wiki)
    assert not jobs.mail(wiki)
    dutch, english = sorted(server.taken, key=lambda letter: letter["To"])
    assert dutch["Subject"] == "Denktank: Het afgelopen etmaal: 1 melding"
    assert english["Subject"] == "Denktank: The past day: 1 notification"
    assert dutch["List-Id"] == "<daily.notifications.denk.example>"
    assert dutch["List-Unsubscribe"].startswith("<https://denk.example/unsubscribe/")
    assert dutch["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for letter, said in ((dutch, "cor schreef een reactie"), (english, "cor wrote a comment")):
        text, html = (part.get_content() for part in letter.iter_parts())
        assert said in text
        assert said in html
        assert "> Eén" in text
        assert "Wát <nu> & straks?" in text
        assert "<script" not in html
        assert "Wát &lt;nu&gt; &amp; straks?" in html
        assert "https://denk.example/comment/1" in text
        assert letter["List-Unsubscribe"][1:-1] in html


def test_what_was_closed_meanwhile_does_not_go(
    wiki: Wiki, server: Server, person: Any, page: Any, admin: Actor
) -> None:
    page("a", "# A\n")
    person("anna")
    comments.post(wiki, person("cor"), "a", "Zeg @anna.")
    jobs.tell(wiki)
    later(wiki, minutes=5)
    jobs.news(wiki)
    assert outbox.listing(wiki, SYSTEM).waiting == 1
    set_rule(wiki, admin, prefix="a", right="read", role="moderator")
    jobs.mail(wiki)
    assert not server.taken
    assert outbox.listing(wiki, SYSTEM).waiting == 0


def test_a_mail_is_asked_about_before_it_goes(wiki: Wiki, server: Server) -> None:
    put(wiki, "anna@example.org")
    put(wiki, "bea@example.org")
    assert outbox.deliver(wiki, lambda letter: letter if letter.recipient[0] == "b" else None)
    assert [letter["To"] for letter in server.taken] == ["bea@example.org"]


def test_nothing_is_said_in_clear_text_to_another_machine(
    wiki: Wiki, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_is_here", lambda host: False)
    put(wiki)
    assert outbox.deliver(wiki)
    assert not server.taken
    (letter,) = outbox.listing(wiki, SYSTEM).letters
    assert "MAIL_CLEAR_TEXT" in letter.error
    wiki.settings = replace(wiki.settings, mail_clear_text=True)
    later(wiki, hours=1)
    assert outbox.deliver(wiki)
    assert len(server.taken) == 1
