"""`denktank user`: members from the shell."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.fixtures.access import set_rule
from wiki.cli import main
from wiki.domain.access.rights import SYSTEM, Role
from wiki.engine import Wiki
from wiki.services.login import sessions
from wiki.services.members import members

PASSWORD = "correct horse battery"


@pytest.fixture
def denktank(wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Runs the command on the test's wiki."""
    monkeypatch.setenv("DENKTANK_DATA", str(wiki.settings.data))
    monkeypatch.setenv("DENKTANK_SECRET_KEY", "only for tests")

    def run(*words: str, password: str = "") -> Result:
        return CliRunner().invoke(main, ["user", *words], input=f"{password}\n")

    return run


def test_members_from_the_shell(wiki: Wiki, denktank) -> None:
    add = ("add", "chef", "--role", "admin", "--email", "c@example.org", "--password-stdin")
    made = denktank(*add, password=PASSWORD)
    assert (made.exit_code, made.output) == (0, "chef is admin\n")
    assert sessions.authenticate(wiki, "c@example.org", PASSWORD, address="192.0.2.1")
    assert denktank("list").output == "chef\tadmin\tactive\tc@example.org\n"
    assert denktank("add", "anna", "--password-stdin", password=PASSWORD).exit_code == 0
    assert denktank("role", "anna", "editor").exit_code == 0
    assert members.get(wiki, SYSTEM, "anna").role is Role.EDITOR
    assert denktank("suspend", "anna", "--reason", "x").exit_code == 0
    assert denktank("suspend", "anna", "--undo").exit_code == 0
    assert denktank("suspend", "anna", "--until", "2999-01-01").exit_code == 0
    assert denktank("reinstate", "anna").exit_code == 0
    assert "/register?invitation=" in denktank("invite").output
    assert denktank("approve", "anna").exit_code == 0
    new = "een heel ander wachtwoord"
    assert denktank("password", "anna", "--password-stdin", password=new).exit_code == 0
    assert sessions.authenticate(wiki, "anna", new, address="192.0.2.1")
    assert "/account/reset/" in denktank("link", "anna").output
    assert denktank("delete", "anna").exit_code == 1, "asked, and no answer"
    assert denktank("delete", "anna", "--comments", "remove", "--yes").exit_code == 0
    assert denktank("add", "anna", "--password-stdin", password=PASSWORD).exit_code == 2


def test_members_are_looked_up_from_the_shell(wiki: Wiki, denktank) -> None:
    for name, role in (("chef", "admin"), ("anna", "member"), ("bram", "editor")):
        members.add(wiki, username=name, email="", password=PASSWORD, role=Role[role.upper()])
    members.suspend(wiki, SYSTEM, "bram")

    def names(*words: str) -> list[str]:
        return [line.split("\t")[0] for line in denktank("list", *words).output.splitlines()]

    assert names() == ["anna", "bram", "chef"]
    assert names("--order", "role") == [
        "chef",
        "bram",
        "anna",
    ]
    assert names("--role", "editor", "--state", "suspended") == ["bram"]
    assert names("NN") == ["anna"]
    assert denktank("list", "--state", "erased").exit_code == 2
    assert denktank("groups", "anna").output == "in no group\n"
    assert denktank("groups", "anna", "redactie", "bestuur").output == "bestuur, redactie\n"
    set_rule(wiki, SYSTEM, prefix="hof", right="read", role="admin", groups="redactie")
    set_rule(wiki, SYSTEM, prefix="", right="read", role="member")
    told = denktank("why", "anna", "hof/plan").output.splitlines()
    assert told[0] == "read\tyes\tthe rule on hof: from admin, redactie (beats the rules on /)"
    assert told[3] == "edit\tyes\tthe whole site: from member"
    assert denktank("why", "bram", "hof").output.startswith("note: suspended\nread\tno\t")
    assert denktank("why", "niemand").exit_code == 2
    assert denktank("groups", "anna", "--none").output == "in no group\n"
    assert denktank("why", "anna", "hof").output.startswith("read\tno\tthe rule on hof")


def test_invitations_from_the_shell(wiki: Wiki, denktank) -> None:
    assert denktank("invite", "--email", "a@example.org").exit_code == 0
    number, state, email, maker, _ = denktank("invitations").output.strip().split("\t")
    assert (state, email, maker) == ("open", "a@example.org", "")
    assert denktank("uninvite", number).exit_code == 0
    assert "\twithdrawn\t" in denktank("invitations").output
    assert denktank("uninvite", "99").exit_code == 2


@pytest.mark.parametrize(
    ("words", "password", "said"),
    [
        (("add", "anna", "--password-stdin"), "kort", "8"),
        (("add", "admin", "--password-stdin"), PASSWORD, "is reserved"),
        (("add", "1x", "--password-stdin"), PASSWORD, ""),
        (("role", "niemand", "editor"), "", "no such member"),
        (("add", "anna"), "", "--password-stdin"),
    ],
)
def test_refusals_are_one_line(denktank, words, password, said) -> None:
    done = denktank(*words, password=password)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
