"""Keeping in step with a repository elsewhere: a real git behind a real address."""

from __future__ import annotations

import base64
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import IN_CI, PASSWORD
from tests.fixtures import ssh_server
from tests.fixtures.bare_git import BareGit
from tests.fixtures.serving import git, served
from wiki.domain.access.rights import Actor
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.exchange.remotes import Remote, State
from wiki.domain.login.access_tokens import Scope
from wiki.engine import Wiki
from wiki.services.content import files
from wiki.services.editing import saving, suggestions
from wiki.services.editing.saving import Sent
from wiki.services.exchange import host_keys, remotes, syncing
from wiki.services.login import access_tokens

ROUNDS = int(os.environ.get("ROUNDS", "2"))
"""Rounds of the race; `ROUNDS=200 pytest -k lost tests/services/exchange/test_syncing.py`."""
Page = Callable[..., str]


class There:
    """The repository elsewhere, and somebody who works there."""

    def __init__(self, folder: Path, host: BareGit, url: str) -> None:
        self.bare, self.host = folder / "wiki.git", host
        self.address = f"{url}/wiki.git"
        git(folder, "init", "-q", "--bare", "-b", "main", self.bare)
        git(self.bare, "config", "http.receivepack", "true")
        self.clone = folder / "there"

    def write(self, file: str, words: str) -> None:
        """Commit a file there."""
        self.change(file, lambda _: words)

    def change(self, file: str, how: Callable[[str], str]) -> None:
        """Commit what becomes of what a file says there by then."""
        if not self.clone.exists():
            git(self.clone.parent, "clone", "-q", self.bare, self.clone)
            git(self.clone, "config", "user.name", "Piet")
            git(self.clone, "config", "user.email", "piet@example.org")
        for _ in range(20):
            git(self.clone, "pull", "-q", "--no-rebase", "--no-edit")
            where = self.clone / file
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_text(how(where.read_text() if where.exists() else ""))
            git(self.clone, "add", "-A")
            git(self.clone, "commit", "-q", "-m", "daar")
            if git(self.clone, "push", "-q", "origin", "HEAD:main").returncode == 0:
                return
            git(self.clone, "reset", "-q", "--hard", "HEAD~1")
        raise AssertionError("it did not get in there")

    def read(self, file: str) -> str:
        return git(self.bare, "show", f"main:{file}").stdout

    @property
    def head(self) -> str:
        return git(self.bare, "rev-parse", "main").stdout.strip()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[There]:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    host = BareGit(folder)
    with served(host) as url:
        yield There(folder, host, url)


@pytest.fixture
def remote(wiki: Wiki, admin: Actor, there: There) -> Remote:
    wiki.settings = replace(wiki.settings, private_addresses=True)
    sent = {"name": "Forge", "address": there.address, "token_password": "geheim"}
    return remotes.add(wiki, admin, sent)


def step(wiki: Wiki, admin: Actor) -> Remote:
    """Bring the one remote in step; gives how it goes with it."""
    syncing.sync(wiki, remotes.listing(wiki, admin)[0])
    return remotes.listing(wiki, admin)[0]


def words(wiki: Wiki, path: str) -> str:
    found = wiki.store.read(f"{path}.md")
    return found.data.decode() if found else ""


def test_both_sides_get_what_the_other_has(
    wiki: Wiki, admin: Actor, there: There, remote: Remote, page: Page
):
    page("vragen/een", "# Een\n\nEerste.\n\nTweede.\n")
    assert step(wiki, admin).state is State.WELL
    assert there.head == wiki.store.head()
    assert there.host.asked[-1].startswith("Basic ")

    there.write("vragen/twee.md", "# Twee\n")
    assert step(wiki, admin).state is State.WELL
    assert words(wiki, "vragen/twee") == "# Twee\n"

    there.write("vragen/een.md", "# Een\n\nEerste, daar.\n\nTweede.\n")
    page("vragen/een", "# Een\n\nEerste.\n\nTweede, hier.\n")
    assert step(wiki, admin).state is State.WELL
    assert words(wiki, "vragen/een") == "# Een\n\nEerste, daar.\n\nTweede, hier.\n"
    assert there.head == wiki.store.head()

    # What cannot be merged stays as it is here, and the rest goes on.
    there.write("vragen/een.md", "# Een\n\nHeel anders, daar.\n")
    there.write("vragen/drie.md", "# Drie\n")
    page("vragen/een", "# Een\n\nHeel anders, hier.\n")
    assert step(wiki, admin).state is State.WELL
    assert words(wiki, "vragen/een") == "# Een\n\nHeel anders, hier.\n"
    assert words(wiki, "vragen/drie") == "# Drie\n"
    found = suggestions.listing(wiki, admin).items
    assert [one.suggestion.text for one in found] == ["# Een\n\nHeel anders, daar.\n"]
    assert there.head == wiki.store.head()
    assert wiki.store.fsck() == []
    assert not syncing.catch_up(wiki)


def test_of_a_file_that_both_changed_both_are_kept(
    wiki: Wiki, admin: Actor, there: There, remote: Remote, page: Page
):
    page("plan", "# Plan\n")
    files.add(wiki, admin, "plan", "kaart.txt", b"eerst\n", "")
    assert step(wiki, admin).kept == {}
    there.write("plan/kaart.txt", "daar\n")
    files.replace(wiki, admin, "plan/kaart.txt", files.Sent("", b"hier\n"))
    assert step(wiki, admin).kept == {"plan/kaart-forge.txt": "plan/kaart.txt"}
    found = step(wiki, admin)
    assert (found.state, len(found.kept)) == (State.WELL, 1)
    assert there.head == wiki.store.head()
    assert there.read("plan/kaart.txt") == "hier\n"
    assert there.read("plan/kaart-forge.txt") == "daar\n"
    there.write("plan/kaart.txt", "daar weer\n")
    files.replace(wiki, admin, "plan/kaart.txt", files.Sent("", b"hier weer\n"))
    assert "plan/kaart-forge-2.txt" in step(wiki, admin).kept
    files.delete(wiki, admin, "plan/kaart-forge.txt")
    assert list(step(wiki, admin).kept) == ["plan/kaart-forge-2.txt"]


def test_what_goes_wrong_is_a_state_and_a_sentence(
    wiki: Wiki, admin: Actor, there: There, remote: Remote, page: Page
):
    page("een", "# Een\n")
    assert step(wiki, admin).state is State.WELL

    def trouble() -> str:
        found = step(wiki, admin)
        assert found.state is State.TROUBLE
        assert found.due > wiki.clock()
        assert "geheim" not in found.detail
        return found.problem

    there.host.fails = "503 Service Unavailable"
    assert trouble() == "remote_down"
    there.host.fails = "401 Unauthorized"
    assert trouble() == "remote_denied"
    there.host.fails = "404 Not Found"
    assert trouble() == "remote_missing"
    there.host.fails = ""

    page("twee", "# Twee\n")
    hook = there.bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'No space left on device' >&2\nexit 1\n")
    hook.chmod(0o755)
    assert trouble() == "remote_full"
    hook.write_text("#!/bin/sh\necho 'main is protected' >&2\nexit 1\n")
    assert trouble() == "remote_refuses"
    hook.unlink()

    there.write("drie.md", "# Drie\n")
    (there.clone / "vier.md").write_bytes(b"caf\xe9\n")
    there.write("vijf.md", "# Vijf\n")
    assert trouble() == "text_not_utf8"
    assert remotes.listing(wiki, admin)[0].values["file"] == "vier.md"
    assert words(wiki, "vijf") == ""
    git(there.clone, "rm", "-q", "vier.md")
    git(there.clone, "reset", "-q", "--hard", "HEAD~1")
    git(there.clone, "push", "-q", "--force", "origin", "HEAD:main")
    assert step(wiki, admin).state is State.WELL

    git(there.clone, "pull", "-q")
    git(there.clone, "commit", "-q", "--amend", "--allow-empty", "-m", "herschreven")
    git(there.clone, "push", "-q", "--force", "origin", "HEAD:main")
    before = there.head
    assert trouble() == "remote_rewritten"
    assert there.head == before
    remotes.sync_now(wiki, admin, remote.id, anew=True)
    assert step(wiki, admin).state is State.WELL
    assert there.head == wiki.store.head()

    wiki.settings = replace(wiki.settings, private_addresses=False)
    assert trouble() == "remote_private"
    wiki.settings = replace(wiki.settings, secret_key="another one", private_addresses=True)
    assert trouble() == "secret_lost"
    assert [one.state for one in remotes.listing(wiki, admin)] == [State.TROUBLE]
    remotes.remove(wiki, admin, remote.id)
    assert not syncing.catch_up(wiki)


def test_a_token_that_ends_is_changed(wiki: Wiki, admin: Actor, there: There, remote: Remote):
    there.host.fails = "401 Unauthorized"
    assert step(wiki, admin).problem == "remote_denied"
    there.host.fails = ""
    for wrong in ("", "a b", "é", "x" * 5_000):
        with pytest.raises(Invalid, match="remote_token"):
            remotes.change_token(wiki, admin, remote.id, {"token_password": wrong})
    wiki.settings = replace(wiki.settings, secret_key="another one")
    assert step(wiki, admin).problem == "secret_lost"
    remotes.change_token(wiki, admin, remote.id, {"token_password": "nieuw", "user": "anna"})
    assert syncing.catch_up(wiki)
    assert remotes.listing(wiki, admin)[0].state is State.WELL
    with pytest.raises(NotFound):
        remotes.change_token(wiki, admin, remote.id + 1, {"token_password": "nieuw"})


def test_a_host_that_never_answers_takes_a_bounded_time(
    wiki: Wiki, admin: Actor, there: There, remote: Remote, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(syncing, "SECONDS", 1.0)
    there.host.may_answer.clear()
    try:
        assert step(wiki, admin).problem == "remote_slow"
    finally:
        there.host.may_answer.set()


def test_neither_a_log_nor_a_file_tells_a_token(
    wiki: Wiki, admin: Actor, there: There, remote: Remote, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    caplog.set_level(logging.DEBUG)
    assert step(wiki, admin).state is State.WELL
    there.host.fails = "401 Unauthorized"
    assert step(wiki, admin).problem == "remote_denied"
    monkeypatch.setattr(syncing, "_round", lambda *_: 1 / 0)
    assert step(wiki, admin).problem == "remote_failed"
    assert "ZeroDivisionError" in caplog.text
    kept = [file.read_bytes() for file in wiki.settings.data.rglob("*") if file.is_file()]
    for secret in ("geheim", base64.b64encode(b"git:geheim").decode()):
        assert secret not in caplog.text
        assert not any(secret.encode() in data for data in kept)


WRONG = (
    *("", "x", "file:///etc", "/etc", "https://", "https://h/p?x", "https://u:p@h/p", "ext::x"),
    *("https://h/../p", "https://h:99999999/p", "git@h:p", "https://-h/p", "https://h/\np"),
    *("https://[::1/p", "http://h/p", "https://é.example/p", "https://h/" + "p" * 600),
)


def test_an_address_that_leads_to_no_repository_is_refused(wiki: Wiki, admin: Actor):
    for address in WRONG:
        with pytest.raises(Invalid):
            remotes.add(wiki, admin, {"name": "x", "address": address})
    for branch in ("-x", "a..b", "a b", "x.lock", "@{0}"):
        with pytest.raises(Invalid):
            remotes.add(wiki, admin, {"name": "x", "address": "https://h/p", "branch": branch})


def test_a_key_is_made_and_its_secret_half_kept_sealed(wiki: Wiki, admin: Actor):
    sent = {"name": "Met sleutel", "address": "git@forge.example:a/b.git", "way": "key"}
    made = remotes.add(wiki, admin, sent)
    assert made.public_key.startswith("ssh-ed25519 ")
    assert "PRIVATE" not in made.secret
    wiki.clock = lambda: made.due + timedelta(days=1)
    assert syncing.catch_up(wiki)
    assert remotes.listing(wiki, admin)[0].problem == "remote_down"


def test_a_machine_without_ssh_is_told(
    wiki: Wiki, admin: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("git", "sh"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    wiki.settings = replace(wiki.settings, private_addresses=True)
    sent = {"name": "Met sleutel", "address": "ssh://git@127.0.0.1/a.git", "way": "key"}
    remotes.add(wiki, admin, sent)
    assert step(wiki, admin).problem == "remote_no_ssh"


@pytest.mark.skipif(not ssh_server.SSHD and not IN_CI, reason="sshd is not installed")
def test_over_ssh_a_key_is_let_in_and_the_host_is_held_to_its_own(
    wiki: Wiki, admin: Actor, page: Page, tmp_path: Path
):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    host = ssh_server.at_free_port(folder)
    there = There(folder, BareGit(folder), "")
    wiki.settings = replace(wiki.settings, private_addresses=True)
    sent = {"name": "Met sleutel", "address": f"{host.address}{there.bare}", "way": "key"}
    made = remotes.add(wiki, admin, sent)
    page("een", "# Een\n")
    with host.running():
        assert step(wiki, admin).problem == "remote_denied"
        host.allow(made.public_key)
        assert step(wiki, admin).state is State.WELL
        assert there.head == wiki.store.head()
        there.write("twee.md", "# Twee\n")
        page("een", "# Een, hier\n")
        assert step(wiki, admin).state is State.WELL
    assert words(wiki, "twee") == "# Twee\n"
    assert there.read("een.md") == "# Een, hier\n"
    assert step(wiki, admin).problem == "remote_down"
    before = there.head
    page("een", "# Een, weer\n")
    assert step(wiki, admin).fingerprints == [f"ssh-ed25519 {host.fingerprint('host')}"]
    with host.running(key="another"):
        found = step(wiki, admin)
    assert (found.problem, found.values["said"]) == (
        "remote_host",
        f"ED25519 {host.fingerprint('another')}",
    )
    with host.running(key="of_another_kind", kind="ecdsa"):
        assert step(wiki, admin).problem == "remote_host"
    assert there.head == before
    host_keys.believe(wiki, admin, made.id)
    with host.running(key="another"):
        assert step(wiki, admin).state is State.WELL
    assert list(wiki.settings.data.rglob("key")) == []


def test_of_a_push_a_save_and_a_commit_elsewhere_none_is_lost(
    app: Any, wiki: Wiki, admin: Actor, member: Actor, there: There, remote: Remote, page: Page,
    tmp_path: Path,
):  # fmt: skip
    sections = {name: f"## {name}\n\nNog niets.\n" for name in ("Push", "Save", "Elders")}
    page("samen", "# Samen\n\n" + "\n".join(sections.values()))
    assert step(wiki, admin).state is State.WELL
    token = access_tokens.make(
        wiki, member, 0, name="git", scopes=[Scope.EDIT], days="9", password=PASSWORD
    )
    clone = tmp_path / "clone"

    def changed(text: str, name: str, number: int) -> str:
        head, _, rest = text.partition(f"## {name}\n\n")
        return f"{head}## {name}\n\n{name} {number}.\n" + rest[rest.index("\n") + 1 :]

    def push(number: int) -> None:
        git(clone, "pull", "-q", "--no-rebase", "--no-edit")
        file = clone / "samen.md"
        file.write_text(changed(file.read_text(), "Push", number))
        (clone / f"push-{number}.md").write_text(f"# Push {number}\n")
        git(clone, "add", "-A")
        git(clone, "commit", "-q", "-m", "push")
        done = git(clone, "push", "-q", "origin", "HEAD:refs/for/main")
        while done.returncode and "fetch first" in done.stderr:
            done = git(clone, "push", "-q", "origin", "HEAD:refs/for/main")
        assert done.returncode == 0, done.stderr

    def save(number: int) -> None:
        found = wiki.store.read("samen.md")
        text = changed(found.data.decode(), "Save", number)
        saving.save(wiki, member, "samen", Sent(text=text, base=found.id))

    def elsewhere(number: int) -> None:
        there.change("samen.md", lambda text: changed(text, "Elders", number))

    there.write("daar.md", "# Daar\n")
    failed: list[BaseException] = []

    def trying(do: Callable[[int], None], number: int) -> None:
        try:
            do(number)
        except BaseException as error:
            failed.append(error)

    with served(app) as url:
        address = url.replace("//", f"//anna:{token}@") + "/git"
        assert git(tmp_path, "clone", "-q", address, clone).returncode == 0
        git(clone, "config", "user.name", "anna")
        git(clone, "config", "user.email", f"{member.uid}@members.invalid")
        for number in range(1, ROUNDS + 1):
            doing = [*(push, save, elsewhere), lambda _: step(wiki, admin)]
            threads = [threading.Thread(target=trying, args=(do, number)) for do in doing]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert not failed, failed
            assert step(wiki, admin).state is State.WELL
            text = words(wiki, "samen")
            for name in sections:
                assert f"{name} {number}.\n" in text, (number, name, text)
            assert words(wiki, f"push-{number}")
            assert there.read("samen.md") == text
            assert there.head == wiki.store.head()
    assert suggestions.listing(wiki, admin).items == []
    assert wiki.store.fsck() == []
