"""The administrator's screens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PASSWORD, token_in
from tests.fixtures.access import set_rule
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import SYSTEM, Actor, Role
from wiki.engine import Wiki
from wiki.services.access import audit, rules
from wiki.services.members import accounts, members
from wiki.services.operation import backup, health, last_runs, projections
from wiki.services.operation.worker import BEAT

SCREENS = (
    "/admin",
    "/admin/members",
    "/admin/invitations",
    "/admin/groups",
    "/admin/rules",
    "/admin/audit",
    "/admin/outbox",
    "/admin/health",
    "/admin/settings",
    "/admin/rights",
)


@pytest.fixture(autouse=True)
def people(
    wiki: Wiki, client: Any, admin: Actor, member: Actor, login: Callable[..., None]
) -> None:
    accounts.register(
        wiki, username="nieuw", email="n@example.org", password=PASSWORD, address="192.0.2.1"
    )
    login(client, "chef")


def send(client: Any, path: str, form: str = "/admin/members", **fields: str) -> Any:
    token = token_in(client.get(form).text)
    return client.post(path, data={"csrf_token": token, **fields})


@pytest.mark.parametrize("path", SCREENS)
def test_screens_are_for_administrators(
    app: Any, client: Any, path: str, login: Callable[..., None]
) -> None:
    assert client.get(path).status_code == 200
    other = app.test_client()
    assert other.get(path).status_code == 303
    login(other, "anna")
    assert other.get(path).status_code == 403


def test_approving(client: Any, wiki: Wiki) -> None:
    page = client.get("/admin/members").text
    assert page.index('data-member="nieuw"') < page.index('data-member="anna"'), "not by name"
    assert send(client, "/admin/members/nieuw/approve").status_code == 303
    assert "/approve" not in client.get("/admin/members").text
    assert 'data-act="member_approve"' in client.get("/admin/audit").text


def test_role_groups_and_suspension(client: Any, wiki: Wiki) -> None:
    base = "/admin/members/anna"
    assert send(client, f"{base}/role", base, role="editor").status_code == 303
    assert send(client, f"{base}/groups", base, groups="redactie, bestuur").status_code == 303
    found = members.get(wiki, SYSTEM, "anna")
    assert found.role is Role.EDITOR
    assert found.groups == {"redactie", "bestuur"}
    assert send(client, f"{base}/suspend", base, reason="schelden").status_code == 303
    assert "schelden" in client.get("/admin/audit").text
    assert send(client, f"{base}/reinstate", base).status_code == 303


def test_changes_from_the_list_come_back_to_it(client: Any, wiki: Wiki, editor: Actor) -> None:
    here = "/admin/members?q=bram&sort=joined"
    shown = client.get(here).text
    assert 'data-member="bram"' in shown
    assert 'data-member="anna"' not in shown
    back = re.search(r'name="next" value="([^"]+)"', shown)
    assert back
    form = {"next": back[1].replace("&amp;", "&"), "role": "moderator"}
    answer = send(client, "/admin/members/bram/role", here, **form)
    assert answer.status_code == 303
    assert answer.location.endswith(here)
    assert 'data-member="bram"' in client.get("/admin/members?role=moderator").text
    assert send(client, "/admin/members/bram/suspend", here, **form).location.endswith(here)
    assert "Toon alles" in client.get("/admin/members?status=suspended").text
    away = send(client, "/admin/members/bram/reinstate", here, next="//elders.example/")
    assert away.location.endswith("/admin/members/bram")


def test_the_last_administrator_stays(client: Any) -> None:
    base = "/admin/members/chef"
    answer = send(client, f"{base}/role", base, role="member")
    assert answer.status_code == 409
    assert client.get("/admin").status_code == 200


def test_links_are_shown_once(client: Any, app: Any) -> None:
    shown = send(client, "/admin/members/anna/link", "/admin/members/anna")
    assert shown.status_code == 200
    assert "no-store" in shown.headers["Cache-Control"]
    link = re.search(r"<code>http://localhost(/account/reset/[^<]+)</code>", shown.text)
    assert link
    assert app.test_client().get(link[1]).status_code == 200
    invited = send(client, "/admin/invitations", email="")
    link = re.search(r"<code>http://localhost(/register\?invitation=[^<]+)</code>", invited.text)
    assert link
    assert 'name="username"' in app.test_client().get(link[1]).text


def test_rules(client: Any, app: Any, page: Callable[..., str]) -> None:
    page("redactie/plan", "# Plan\n")
    form = {"prefix": "redactie", "right": "read", "role": "editor", "usernames": "niemand"}
    wrong = send(client, "/admin/rules", "/admin/rules", **form)
    assert wrong.status_code == 400
    assert 'value="niemand"' in wrong.text
    right = send(client, "/admin/rules", "/admin/rules", **form | {"usernames": ""})
    assert right.status_code == 303
    assert app.test_client().get("/wiki/redactie/plan").status_code in (303, 401)
    undo = re.search(r'action="(/admin/rules/undo/\d+)"', client.get(right.location).text)
    one = re.search(r'href="(/admin/rules/\d+)"', client.get("/admin/rules").text)
    assert one
    assert undo
    assert "Regel verwijderen" in client.get(one[1]).text
    assert send(client, f"{one[1]}/remove", one[1], reason="klaar").status_code == 303
    assert app.test_client().get("/wiki/redactie/plan").status_code == 200
    assert send(client, undo[1], "/admin/rules").status_code == 409, "changed since"
    assert client.get(one[1]).status_code == 404


def test_a_rule_is_tried_out_before_it_is_kept(
    client: Any, app: Any, page: Callable[..., str]
) -> None:
    page("redactie/plan", "# Plan\n")
    form = {"prefix": "/wiki/redactie/", "right": "read", "role": "moderator"}
    shown = client.get("/admin/rules/preview", query_string=form).text
    assert "1 pagina." in shown
    assert "1 lid mag dit niet meer: anna" in re.sub(r"\s+", " ", shown)
    assert app.test_client().get("/wiki/redactie/plan").status_code == 200, "nothing happened"
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    assert client.post("/admin/rules", data=fields).status_code == 303
    assert app.test_client().get("/wiki/redactie/plan").status_code == 303
    wrong = client.get("/admin/rules/preview?prefix=..&right=read&role=x&groups=geen")
    assert wrong.status_code == 400
    assert "geen groep" in wrong.text
    assert (
        client.get("/admin/rules/preview?id=99&prefix=x&right=read&role=admin").status_code == 404
    )


def test_groups(client: Any, wiki: Wiki) -> None:
    wrong = send(client, "/admin/groups", "/admin/groups", name="twee woorden")
    assert wrong.status_code == 400
    assert 'value="twee woorden"' in wrong.text
    assert send(client, "/admin/groups", "/admin/groups", name="redactie").status_code == 303
    one = re.search(r'href="(/admin/groups/\d+)"', client.get("/admin/groups").text)
    assert one
    assert 'data-found="anna"' in client.get(f"{one[1]}?q=ann").text
    assert send(client, f"{one[1]}/join", one[1], member="anna").status_code == 303
    assert 'data-member="anna"' in client.get(one[1]).text
    assert send(client, f"{one[1]}/join", one[1], member="niemand").status_code == 400
    assert "checked" in client.get("/admin/members/anna").text
    assert send(client, f"{one[1]}/leave", one[1], member="anna").status_code == 303
    assert client.get(f"{one[1]}/remove").status_code == 200
    assert send(client, f"{one[1]}/remove", one[1], reason="x").status_code == 303
    assert client.get(one[1]).status_code == 404


def test_invitations(client: Any) -> None:
    made = send(client, "/admin/invitations", email="gast@example.org")
    assert made.status_code == 200
    listed = client.get("/admin/invitations").text
    one = re.search(r'action="(/admin/invitations/\d+)/renew"', listed)
    assert one
    assert "gast@example.org" in listed
    again = send(client, f"{one[1]}/renew")
    assert again.status_code == 200
    assert "/register?invitation=" in again.text
    assert send(client, f"{one[1]}/revoke").status_code == 303


def test_a_role_cannot_be_slipped_in(client: Any, app: Any, login: Callable[..., None]) -> None:
    other = app.test_client()
    login(other, "anna")
    form = {"name": "x", "role": "admin", "status": "active", "groups": "bestuur"}
    token = token_in(other.get("/account").text)
    assert other.post("/account", data={"csrf_token": token, **form}).status_code == 303
    assert other.get("/admin").status_code == 403


def test_a_members_page(app: Any, page: Callable[..., str], member: Actor) -> None:
    page("a", "# Een titel\n", member)
    shown = app.test_client().get("/members/Anna")
    assert shown.status_code == 200
    assert "Een titel" in shown.text
    assert "example.org" not in shown.text, "never the address"
    assert app.test_client().get("/members/nieuw").status_code == 404


def test_mail_is_tried_again_or_dropped(client: Any, wiki: Wiki) -> None:
    from wiki.database.notices import outbox as table
    from wiki.services.notices import outbox

    with wiki.database.write() as connection:
        first = outbox.put(wiki, connection, "a@example.org", "Eerste", "x")
        outbox.put(wiki, connection, "b@example.org", "Tweede", "x")
    assert send(client, f"/admin/outbox/{first}/retry", "/admin/outbox").status_code == 303
    assert send(client, f"/admin/outbox/{first}/drop", "/admin/outbox").status_code == 303
    shown = client.get("/admin/outbox").text
    assert "Eerste" not in shown
    assert "Tweede" in shown
    with wiki.database.write() as connection:
        third = outbox.put(wiki, connection, "c@example.org", "Derde", "x")
        letter = table.unsent_one(connection, third)
        assert letter
        table.failed(connection, letter, "550 no such user", None)
    lost = client.get("/admin/outbox?show=failed").text
    assert "Derde" in lost
    assert "550 no such user" in lost
    assert "Tweede" not in lost
    assert send(client, "/admin/outbox/retry", "/admin/outbox").status_code == 303
    assert outbox.listing(wiki, SYSTEM, given_up=True).letters == []
    assert 'data-act="mail_drop"' in client.get("/admin/audit").text
    assert send(client, f"/admin/outbox/{first}/retry", "/admin/outbox").status_code == 404


def test_warning_and_shutting_out_for_a_time(client: Any, wiki: Wiki) -> None:
    base = "/admin/members/anna"
    assert send(client, f"{base}/warn", base, warning="").status_code == 400
    assert send(client, f"{base}/warn", base, warning="Let op").status_code == 303
    wrong = send(client, f"{base}/suspend", base, reason="x", until="2001-01-01")
    assert wrong.status_code == 400
    assert 'value="2001-01-01"' in wrong.text
    assert send(client, f"{base}/suspend", base, reason="x", until="2999-01-01").status_code == 303


def test_moderators_land_at_their_own_screen(
    app: Any, moderator: Actor, login: Callable[..., None]
) -> None:
    guard = app.test_client()
    login(guard, "mo")
    assert guard.get("/admin").location == "/admin/reports"
    shown = guard.get("/admin/reports").text
    assert 'href="/admin/held"' in shown
    assert 'href="/admin/outbox"' not in shown


def test_why_somebody_may_or_may_not(client: Any, wiki: Wiki, page: Callable[..., str]) -> None:
    page("redactie/plan", "# Het plan\n")
    page("redactie/open/x", "# X\n")
    set_rule(wiki, SYSTEM, prefix="redactie", right="read", role="editor", usernames="anna")
    set_rule(wiki, SYSTEM, prefix="redactie/open", right="read", role="reader")

    def ask(**asked: str) -> dict[str, tuple[str, str]]:
        shown = client.get("/admin/rights", query_string=asked).text
        rows = re.findall(r'data-right="(\w+)"(?: data-allowed="(\w+)")?>(.*?)</li>', shown, re.S)
        return {right: (is_so, re.sub(r"<[^>]+>|\s+", " ", text)) for right, is_so, text in rows}

    mine = ask(member="Anna", path="/wiki/redactie/plan")
    assert mine["read"][0] == "yes"
    assert "noemt anna" in mine["read"][1]
    assert mine["delete"][0] == "no"
    assert "vanaf moderator" in mine["delete"][1]
    others = ask(role="member", path="redactie/plan")
    assert others["edit"][0] == "no"
    assert "members: anna" not in others["edit"][1]
    assert "Wie hier niet mag lezen" in others["edit"][1]
    inside = ask(role="reader", path="redactie/open/x")
    assert inside["read"][0] == "yes"
    assert "Telt hier niet" in inside["read"][1]
    assert "leden: anna" in ask(path="redactie/plan")["read"][1], "who may what, for everybody"
    assert "vanaf beheerder" in ask()["administer"][1], "and for the whole site"
    unknown = client.get("/admin/rights?member=niemand")
    assert unknown.status_code == 400
    assert 'value="niemand"' in unknown.text
    assert "/admin/rights?path=redactie%2Fplan" in client.get("/wiki/redactie/plan").text
    assert "/admin/rights?member=anna" in client.get("/admin/members/anna").text


def test_every_act_is_a_sentence(client: Any, wiki: Wiki) -> None:
    """A new act needs its `audit.<act>` in wiki/i18n/en and wiki/i18n/nl."""
    with wiki.database.write() as connection:
        for act in LoggedAct:
            audit.write(wiki, connection, SYSTEM, act, "anna", "daarom")
    for language in ("nl", "en"):
        headers = {"Accept-Language": language}
        shown = client.get("/admin/audit", headers=headers).text
        shown += client.get("/admin/audit?before=40", headers=headers).text
        assert [act for act in LoggedAct if f'data-act="{act}"' not in shown] == []
        assert re.findall(r"audit\.\w+", shown) == []


def test_the_log_is_narrowed(client: Any, wiki: Wiki, admin: Actor) -> None:
    members.set_role(wiki, admin, "anna", "editor")
    set_rule(wiki, SYSTEM, prefix="redactie", right="read", role="editor")

    def found(**asked: str) -> list[str]:
        shown = client.get("/admin/audit", query_string=asked).text
        return re.findall(r'data-act="(\w+)"', shown)

    assert found(who="chef") == ["member_role"]
    assert "member_role" not in found(who="-")
    assert found(family="rules") == ["rule_add"]
    assert found(about="ANNA", family="members") == ["member_role", "member_add"]
    assert found(until="2001-01-01") == []
    assert len(found(since="2001-01-01")) == len(found())
    assert found(who="niemand") == []
    assert found(family="x") == found()
    wrong = client.get("/admin/audit?since=gisteren")
    assert wrong.status_code == 400
    assert 'value="gisteren"' in wrong.text
    undo = re.search(r'action="(/admin/rules/undo/\d+)"', client.get("/admin/audit").text)
    assert undo
    assert send(client, undo[1], "/admin/audit").status_code == 303
    assert rules.listing(wiki, admin) == []
    text = re.sub(r"<[^>]+>|\s+", " ", client.get("/admin/audit?family=rules").text)
    assert "chef draaide een wijziging van een regel voor redactie terug: nu geen." in re.sub(
        r" +", " ", text
    ).replace(" .", ".")


def test_what_is_wrong_is_said_with_what_to_do(client: Any, wiki: Wiki, tmp_path: Path) -> None:
    def troubles() -> set[str]:
        return set(re.findall(r'data-trouble="(\w+)"', client.get("/admin/health").text))

    assert {"worker_gone", "mail_off", "backup_never", "check_never"} <= troubles()
    assert "vragen je aandacht" in client.get("/admin").text
    backup.write(wiki, tmp_path / "kopie.tar.gz")
    projections.check(wiki)
    assert not {"backup_never", "check_never"} & troubles()
    now = wiki.clock()
    wiki.clock = lambda: now
    last_runs.record(wiki, last_runs.CHECK, number=2, first=["history: x"])
    sign = {"at": now.timestamp(), "pid": 1, "failing": {"mail": "OSError: no route"}}
    (wiki.settings.data / BEAT).write_text(json.dumps(sign), encoding="utf-8")
    assert {"check_found", "worker_failing"} <= troubles()
    assert "worker_gone" not in troubles()
    wiki.clock = lambda: now + timedelta(days=30)
    later = {trouble.code for trouble in health.examine(wiki, SYSTEM).troubles}
    assert {"backup_old", "worker_gone"} <= later


def test_settings_are_shown_with_where_they_come_from(
    client: Any, wiki: Wiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown() -> dict[str, tuple[str, str]]:
        text = client.get("/admin/settings").text
        rows = re.findall(r'data-setting="(\w+)" data-source="(\w+)">(.*?)</li>', text, re.S)
        return {name: (source, re.sub(r"<[^>]+>|\s+", " ", row)) for name, source, row in rows}

    (wiki.settings.data / "denktank.cfg").write_text("SITE_NAME = Anders\nLANGUAGE = nl\n")
    monkeypatch.setenv("DENKTANK_MAIL_URL", "smtp://wie:geheim@mail.example")
    found = shown()
    assert found["LANGUAGE"][0] == "file"
    assert found["TIMEZONE"][0] == "default"
    assert found["SITE_NAME"][0] == "file"
    assert "opnieuw om het te laten gelden" in found["SITE_NAME"][1]
    assert found["MAIL_URL"][0] == "environment"
    assert "geheim" not in client.get("/admin/settings").text.replace(
        "het geheim dat daarbij hoort", ""
    )
    assert "only for tests" not in client.get("/admin/settings").text
    (wiki.settings.data / "denktank.cfg").write_text("SIET_NAME = x\n")
    assert "SIET_NAME" in client.get("/admin/settings").text
