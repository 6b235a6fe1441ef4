"""Mail of what members were told: to whom, when, what it says, and never twice."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wiki.database.access import rules
from wiki.database.members import members as people
from wiki.database.notices import notifications as rows
from wiki.database.notices import outbox as table
from wiki.database.notices.outbox import Letter
from wiki.domain.access.rights import SYSTEM, Actor, Right, Role, Rule
from wiki.domain.notices.notifications import Choices, Kind, Pace
from wiki.engine import Wiki, open_wiki
from wiki.services.members import members
from wiki.services.moderation import reports
from wiki.services.notices import (
    fan_out,
    mail_schedule,
    notification_mail,
    notifications,
    outbox,
    unsubscribing,
    watches,
)
from wiki.services.operation import jobs, projections
from wiki.services.talk import comments
from wiki.settings import Settings

Person = Callable[..., Actor]
_number = itertools.count(1)

START = datetime(2026, 3, 3, 12, tzinfo=UTC)
"""A Tuesday; in Amsterdam summer time begins on the last Sunday of the month."""


@pytest.fixture
def wiki(settings: Settings, database_url: str) -> Iterator[Wiki]:
    opened = open_wiki(
        replace(
            settings,
            database_url=database_url,
            base_url="https://denk.example",
            mail_url="smtp://127.0.0.1:9",
        )
    )
    at(opened, START)
    yield opened
    opened.close()


@pytest.fixture
def anna(person: Person) -> Actor:
    """She gets mail."""
    return person("anna")


@pytest.fixture
def bram(person: Person) -> Actor:
    """He does things."""
    return person("bram")


def at(wiki: Wiki, moment: datetime) -> None:
    wiki.clock = lambda: moment


def later(wiki: Wiki, **time: float) -> None:
    at(wiki, wiki.clock() + timedelta(**time))


def work(wiki: Wiki) -> list[Letter]:
    """Let the worker write what is due; gives the letters that wait, the oldest first."""
    while fan_out.catch_up(wiki) or mail_schedule.catch_up(wiki):
        pass
    with wiki.database.read() as connection:
        return table.unsent(connection)[::-1]


def unmailed(wiki: Wiki) -> int:
    with wiki.database.read() as connection:
        return sum(one.number for one in rows.waiting(connection))


def tell(wiki: Wiki, actor: Actor, kind: Kind = Kind.WARNED, **more: Any) -> None:
    with wiki.database.write() as connection:
        notifications.tell(wiki, connection, [actor.id or 0], kind, **more)


def close(wiki: Wiki, prefix: str) -> None:
    with wiki.database.write() as connection:
        rules.put(connection, Rule(prefix, Right.READ, Role.MODERATOR))


def test_ten_comments_give_one_letter(wiki: Wiki, anna: Actor, bram: Actor, page: Any) -> None:
    page("vragen/a", "# Wat <nu>?\n")
    for number in range(10):
        comments.post(wiki, bram, "vragen/a", f"Nummer {number} & *meer*, @anna.")
    assert work(wiki) == []
    assert unmailed(wiki) == 10, "it waits for more"
    later(wiki, minutes=4)
    (letter,) = work(wiki)
    assert letter.recipient == "anna@example.org"
    assert letter.subject == "Denktank: Wat <nu>?"
    for form in (letter.text, letter.html):
        assert form.count("bram noemde je in een reactie") >= 10
        assert "https://denk.example/comment/10" in form
        assert "Nummer 3" in form
    assert "> Nummer 3 & meer, @anna." in letter.text
    assert "Wat &lt;nu&gt;?" in letter.html
    assert set(re.findall(r"https?://[^/\s\"]+", letter.text)) == {"https://denk.example"}
    assert work(wiki) == [letter]
    assert unmailed(wiki) == 0


HOSTILE = (
    "Nou " + "!" * 19_000,
    "&#32;" * 3_900,
    "a" + "\u0301\u0323" * 9_000,
    "a|b\n-" + "|   " * 4_000 + "x",
    "> a\n- b\n" * 2_000,
    "> " * 9_000 + "a",
    "Hallo [a](" + " " * 19_000 + "x",
    "[" * 19_000,
    "*a **b " * 2_500,
    "<script>alert(1)</script>\ue000csrf\ue001 http://x.example/" + "a" * 18_000,
)
"""Comments of the kinds that once stopped the wiki, about as long as one may be."""


def test_hostile_comments_give_one_letter_of_bounded_length(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any
) -> None:
    page("a", "# A\n")
    watches.watch(wiki, anna, "a")
    notifications.choose(wiki, anna, Choices(watched=Pace.AT_ONCE))
    for text in HOSTILE:
        comments.post(wiki, bram, "a", text)
    assert work(wiki) == []
    later(wiki, minutes=5)
    (letter,) = work(wiki)
    for form in (letter.text, letter.html):
        assert all(f"https://denk.example/comment/{number + 1}" in form for number in range(10))
        assert len(form) < 40_000
    assert "<script" not in letter.html
    sent = outbox.message(wiki.settings, letter).as_bytes()
    assert len(sent) < 150_000
    assert max(map(len, sent.splitlines())) <= 998, "RFC 5321, 4.5.3.1.6"


def test_digests_go_at_seven_by_the_member_s_clock(
    wiki: Wiki, anna: Actor, bram: Actor, person: Person, page: Any
) -> None:
    page("a", "# A\n")
    work(wiki)
    watches.watch(wiki, anna, "a")
    watches.watch(wiki, bram, "a")
    with wiki.database.write() as connection:
        people.change(connection, bram.id or 0, {"timezone": "Asia/Tokyo", "language": "en"})
    notifications.choose(wiki, bram, Choices(watched=Pace.WEEKLY))
    comments.post(wiki, person("cor"), "a", "Dag.")
    assert work(wiki) == []
    at(wiki, datetime(2026, 3, 4, 5, 59, tzinfo=UTC))
    assert work(wiki) == []
    at(wiki, datetime(2026, 3, 4, 6, 0, tzinfo=UTC))
    (daily,) = work(wiki)
    assert daily.recipient == "anna@example.org"
    assert daily.subject == "Denktank: Het afgelopen etmaal: 1 melding"
    # Monday, seven o'clock in Tokyo, is Sunday evening in UTC.
    at(wiki, datetime(2026, 3, 8, 21, 59, tzinfo=UTC))
    assert len(work(wiki)) == 1
    later(wiki, minutes=1)
    weekly = work(wiki)[-1]
    assert weekly.recipient == "bram@example.org"
    assert weekly.subject == "Denktank: The past week: 1 notification"
    assert "cor wrote a comment (3 March 2026, 21:00)" in weekly.text


def test_a_day_is_a_day_when_the_clock_changes(wiki: Wiki, anna: Actor) -> None:
    notifications.choose(wiki, anna, Choices(own=Pace.DAILY))
    at(wiki, datetime(2026, 3, 28, 12, tzinfo=UTC))
    tell(wiki, anna)
    state = mail_schedule.state(wiki, anna)
    assert state.next_day.astimezone(UTC) == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert state.next_week.isoformat() == "2026-03-30T07:00:00+02:00"
    at(wiki, datetime(2026, 3, 29, 4, 59, tzinfo=UTC))
    assert work(wiki) == []
    later(wiki, minutes=1)
    assert len(work(wiki)) == 1


def test_what_was_read_or_is_not_wanted_is_left_out(wiki: Wiki, anna: Actor) -> None:
    tell(wiki, anna, values={"reason": "gelezen"})
    with wiki.database.read() as connection:
        (first,) = rows.of_member(connection, anna.id or 0)
    notifications.read_some(wiki, anna, [first.id])
    later(wiki, minutes=5)
    assert work(wiki) == []
    assert unmailed(wiki) == 0
    notifications.choose(wiki, anna, Choices(own=Pace.NONE))
    tell(wiki, anna)
    assert work(wiki) == []
    assert unmailed(wiki) == 0
    notifications.choose(wiki, anna, Choices())
    later(wiki, minutes=5)
    assert work(wiki) == []


def test_who_cannot_be_reached_is_not_written_to(wiki: Wiki, anna: Actor, bram: Actor) -> None:
    with wiki.database.write() as connection:
        people.change(connection, anna.id or 0, {"address": None})
    tell(wiki, anna)
    tell(wiki, bram)
    members.suspend(wiki, SYSTEM, "bram")
    later(wiki, minutes=5)
    assert work(wiki) == []
    assert unmailed(wiki) == 0
    assert not mail_schedule.state(wiki, anna).is_confirmed


def test_rights_are_asked_when_it_is_written_and_when_it_goes(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any
) -> None:
    for name in ("dicht", "straks", "open"):
        page(name, f"# Pagina {name}\n")
        comments.post(wiki, bram, name, f"In {name}: @anna.")
    notifications.choose(wiki, anna, Choices(direct=Pace.DAILY))
    while fan_out.catch_up(wiki):
        pass
    close(wiki, "dicht")
    later(wiki, days=1)
    (letter,) = work(wiki)
    assert "In straks" in letter.text
    assert "In open" in letter.text
    assert "dicht" not in letter.text + letter.html
    close(wiki, "straks")
    fresh = mail_schedule.renew(wiki, letter)
    assert fresh is not None
    assert "In open" in fresh.text
    assert "In open" in fresh.html
    assert "straks" not in fresh.text + fresh.html + fresh.subject
    assert fresh.headers["Message-ID"] == letter.headers["Message-ID"]
    close(wiki, "open")
    assert mail_schedule.renew(wiki, letter) is None
    assert work(wiki) == []


def test_what_was_said_is_quoted_as_it_is_when_it_goes(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any
) -> None:
    page("a", "# A\n")
    spot = comments.post(wiki, bram, "a", "Eerst, @anna.")
    fan_out.catch_up(wiki)
    later(wiki, minutes=5)
    (letter,) = work(wiki)
    comments.edit(wiki, bram, spot.id, "Bij nader inzien, @anna.")
    fresh = mail_schedule.renew(wiki, letter)
    assert fresh
    assert "Bij nader inzien" in fresh.text
    assert "Eerst" not in fresh.html
    comments.delete(wiki, bram, spot.id)
    assert mail_schedule.renew(wiki, letter) is None
    assert work(wiki) == []


def test_a_letter_that_waits_follows_its_member(wiki: Wiki, anna: Actor) -> None:
    tell(wiki, anna)
    later(wiki, minutes=5)
    (letter,) = work(wiki)
    with wiki.database.write() as connection:
        member = people.get(connection, anna.id or 0)
        assert member
        people.vouch(connection, member, "nieuw@example.org")
    assert mail_schedule.renew(wiki, letter) is None
    (again,) = work(wiki)
    assert again.recipient == "nieuw@example.org"
    notifications.choose(wiki, anna, Choices(own=Pace.NONE))
    assert mail_schedule.renew(wiki, again) is None
    assert work(wiki) == []


def test_a_worker_that_dies_while_writing_writes_it_once(
    wiki: Wiki, anna: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(wiki, anna)
    later(wiki, minutes=5)
    with monkeypatch.context() as patch:
        patch.setattr(rows, "mailed", _die)
        with pytest.raises(Killed):
            mail_schedule.catch_up(wiki)
    with wiki.database.read() as connection:
        assert table.unsent(connection) == [], "the letter went with the mark"
    assert len(work(wiki)) == 1
    assert len(work(wiki)) == 1


class Killed(BaseException):
    """No `except Exception` catches it, as none catches a kill."""


def _die(*_: object, **__: object) -> None:
    raise Killed


def test_of_two_workers_one_writes_it(
    wiki: Wiki, anna: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(wiki, anna)
    later(wiki, minutes=5)
    seen = mail_schedule.seen

    def slow(*given: Any) -> Any:
        items = seen(*given)
        monkeypatch.setattr(mail_schedule, "seen", seen)
        assert not mail_schedule.catch_up(wiki)
        return items

    monkeypatch.setattr(mail_schedule, "seen", slow)
    assert len(work(wiki)) == 1


def test_one_letter_that_cannot_be_written_holds_up_no_other(
    wiki: Wiki, anna: Actor, bram: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(wiki, anna)
    tell(wiki, bram)
    later(wiki, minutes=5)
    write = notification_mail.write

    def broken(wiki: Wiki, member: Any, *rest: Any) -> Any:
        if member.username == "anna":
            raise KeyError("what nobody thought of")
        return write(wiki, member, *rest)

    monkeypatch.setattr(notification_mail, "write", broken)
    assert not mail_schedule.catch_up(wiki)
    assert [one.item.part for one in projections.set_aside(wiki)] == ["news"]
    with wiki.database.read() as connection:
        assert [one.recipient for one in table.unsent(connection)] == ["bram@example.org"]
    monkeypatch.undo()
    later(wiki, minutes=5)
    assert len(work(wiki)) == 2
    assert not projections.set_aside(wiki)


def test_without_a_mail_server_one_letter_keeps_all(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any
) -> None:
    page("a", "# A\n")
    wiki.settings = replace(wiki.settings, mail_url="")
    for number in range(3):
        comments.post(wiki, bram, "a", f"Nummer {number}, @anna.")
        fan_out.catch_up(wiki)
        later(wiki, minutes=5)
        (letter,) = work(wiki)
    assert len(re.findall("Nummer", letter.text)) == 3
    wiki.settings = replace(wiki.settings, base_url="")
    tell(wiki, anna)
    later(wiki, minutes=5)
    assert work(wiki) == [letter]
    assert mail_schedule.waiting(wiki, SYSTEM) == 1


def test_what_a_moderator_is_told_stops_with_the_task(
    wiki: Wiki, bram: Actor, person: Person, page: Any
) -> None:
    mo = person("mo", Role.MODERATOR)
    page("a", "# A\n")
    about = reports.about_page(wiki, bram, "a")
    reports.report(wiki, bram, about, "Dit klopt niet.", network="192.0.2.1")
    later(wiki, minutes=5)
    (letter,) = work(wiki)
    assert letter.recipient == "mo@example.org"
    assert "> Dit klopt niet." in letter.text
    assert "https://denk.example/admin/reports/1" in letter.text
    members.set_role(wiki, SYSTEM, mo.username, "editor")
    assert mail_schedule.renew(wiki, letter) is None


def test_rights_that_wait_for_a_second_step_wait_in_mail_too(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any
) -> None:
    page("geheim", "# Geheim\n")
    members.set_role(wiki, SYSTEM, anna.username, "moderator")
    comments.post(wiki, bram, "geheim", "Zeg, @anna.")
    fan_out.catch_up(wiki)
    close(wiki, "geheim")
    wiki.settings = replace(wiki.settings, require_second_factor="moderator")
    later(wiki, minutes=5)
    assert work(wiki) == []
    assert unmailed(wiki) == 0


def test_what_is_about_no_page_says_itself_what_it_is(wiki: Wiki, anna: Actor) -> None:
    tell(wiki, anna, values={"reason": "Houd het vriendelijk."})
    tell(wiki, anna, Kind.SAVED_SEARCH, values={"query": "wijk", "url": "/search?q=wijk"})
    notifications.choose(wiki, anna, Choices(watched=Pace.AT_ONCE))
    later(wiki, minutes=5)
    one, two = sorted(work(wiki), key=lambda letter: letter.subject)
    assert one.subject == "Denktank: Een moderator waarschuwde je"
    assert "> Houd het vriendelijk." in one.text
    assert "zoekopdracht" in two.subject
    assert "“wijk”" in two.text
    assert "https://denk.example/search?q=wijk" in two.text


def test_a_flood_is_one_letter_that_ends(wiki: Wiki, anna: Actor, bram: Actor, page: Any) -> None:
    for number in range(5):
        page(f"p{number}", f"# Pagina {number}\n")
        comments.post(wiki, bram, f"p{number}", "Zeg, @anna.")
    fan_out.catch_up(wiki)
    for number in range(notification_mail.MOST):
        tell(wiki, anna, topic=f"t{number}")
    later(wiki, minutes=5)
    (letter,) = work(wiki)
    assert letter.subject == f"Denktank: {notification_mail.MOST + 5} meldingen"
    assert "En nog 5: https://denk.example/notifications" in letter.text


def test_mail_about_one_page_stays_together(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any
) -> None:
    page("a", "# A\r\nBcc: eve@example.org\n")
    first = comments.post(wiki, anna, "a", "Wie weet het?")
    comments.post(wiki, bram, "a", "Ik.", parent=first.id)
    fan_out.catch_up(wiki)
    later(wiki, minutes=5)
    work(wiki)
    comments.post(wiki, bram, "a", "En @anna ook.")
    fan_out.catch_up(wiki)
    later(wiki, minutes=5)
    one, two = (outbox.message(wiki.settings, letter) for letter in work(wiki))
    assert one["Subject"] == two["Subject"]
    assert one["Bcc"] is None
    assert one["References"].split()[0] == two["References"].split()[0]
    assert one["In-Reply-To"] == f"<thread-{first.id}@denk.example>" != two["In-Reply-To"]
    assert one["Message-ID"] != two["Message-ID"]
    assert one["List-Id"] == "<at-once.notifications.denk.example>"
    assert one["Auto-Submitted"] == "auto-generated"
    assert one["Precedence"] == "list"
    assert one["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


# -- stopping it --


def links(letter: Letter) -> list[str]:
    return re.findall(r"https://denk\.example/unsubscribe/(\S+)", letter.text)


def test_a_link_stops_what_it_says_and_is_taken_back(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any
) -> None:
    page("a", "# A\n")
    work(wiki)
    watches.watch(wiki, anna, "a")
    notifications.choose(wiki, anna, Choices(watched=Pace.AT_ONCE))
    comments.post(wiki, bram, "a", "Dag.")
    fan_out.catch_up(wiki)
    later(wiki, minutes=5)
    of_page, of_kind, of_all = links(work(wiki)[0])
    for link in (of_page, of_kind, of_all):
        assert not unsubscribing.show(wiki, link).is_done, "looking changes nothing"
    back = unsubscribing.use(wiki, of_kind).rpartition("/")[2]
    assert notifications.choices(wiki, anna) == Choices(watched=Pace.NONE)
    assert unsubscribing.show(wiki, of_kind).is_done
    unsubscribing.use(wiki, back)
    assert notifications.choices(wiki, anna) == Choices(watched=Pace.AT_ONCE)
    unsubscribing.use(wiki, of_all)
    chosen = notifications.choices(wiki, anna)
    assert {chosen.direct, chosen.watched, chosen.own, chosen.duty} == {Pace.NONE}
    assert unsubscribing.show(wiki, of_page).title == "A"
    back = unsubscribing.use(wiki, of_page).rpartition("/")[2]
    assert not watches.listing(wiki, anna).pages
    assert unsubscribing.show(wiki, of_page).is_done
    assert unsubscribing.show(wiki, back).takes_back
    unsubscribing.use(wiki, back)
    assert [entry.path for entry in watches.listing(wiki, anna).pages] == ["a"]
    close(wiki, "a")
    assert unsubscribing.show(wiki, of_page).title == ""


def test_a_link_that_is_not_ours_does_nothing(wiki: Wiki, anna: Actor, bram: Actor) -> None:
    from wiki.domain.errors import NotFound

    tell(wiki, anna)
    later(wiki, minutes=5)
    link = links(work(wiki)[0])[0]
    for wrong in ("", "x", link[:-1], "a" + link, link.replace(".", "")):
        with pytest.raises(NotFound):
            unsubscribing.use(wiki, wrong)
    assert notifications.choices(wiki, anna) == Choices()


# -- the promise --

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.sampled_from([Kind.WARNED, Kind.COMMENT, Kind.MENTION])),
        st.tuples(st.just("wait"), st.sampled_from([1, 4, 60, 60 * 24, 60 * 24 * 7])),
        st.tuples(st.just("choose"), st.sampled_from(list(Pace))),
        st.tuples(st.just("read"), st.integers(1, 8)),
        st.tuples(st.just("write"), st.none()),
        st.tuples(st.just("send"), st.none()),
    ),
    max_size=14,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=EVENTS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_is_mailed_once_unless_read_or_not_wanted(
    wiki: Wiki, person: Person, events: list[tuple[str, Any]]
) -> None:
    """Whatever happens in whatever order: never twice, and never not at all without a reason."""
    actor = person(f"lid{next(_number)}")
    told: list[str] = []
    mailed: list[str] = []
    excused: set[str] = set()

    def send() -> None:
        with wiki.database.read() as connection:
            waiting = [one for one in table.unsent(connection) if one.member == actor.id]
        for letter in waiting:
            fresh = mail_schedule.renew(wiki, letter)
            if fresh:
                mailed.extend(re.findall(r"reden-\d+-", fresh.text))
                with wiki.database.write() as connection:
                    table.sent(connection, letter, wiki.clock())

    for what, value in events:
        if what == "tell":
            told.append(f"reden-{len(told)}-")
            values = {"reason": told[-1]}
            tell(wiki, actor, value, values=values, topic=told[-1])
        elif what == "wait":
            later(wiki, minutes=value)
        elif what == "choose":
            notifications.choose(wiki, actor, Choices(value, value, value, value))
            if value is Pace.NONE:
                excused |= set(told)
        elif what == "read":
            with wiki.database.read() as connection:
                found = rows.of_member(connection, actor.id or 0, unread=True)[:value]
            notifications.read_some(wiki, actor, [one.id for one in found])
            excused |= {one.values["reason"] for one in found}
        elif what == "write":
            mail_schedule.catch_up(wiki)
        else:
            send()
        if notifications.choices(wiki, actor).own is Pace.NONE:
            excused |= set(told)
    later(wiki, days=8)
    mail_schedule.catch_up(wiki)
    send()
    assert len(mailed) == len(set(mailed))
    assert set(told) - excused <= set(mailed) <= set(told)


def test_the_worker_does_it(wiki: Wiki, anna: Actor) -> None:
    tell(wiki, anna)
    later(wiki, minutes=5)
    jobs.news(wiki)
    with wiki.database.read() as connection:
        assert len(table.unsent(connection)) == 1
