"""What the doctor and the look before an upgrade say, of a wiki to which something was done."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.fixtures import names
from tests.fixtures.postbox import postbox
from wiki.commands.doctor import doctor
from wiki.commands.upgrade import upgrade
from wiki.database.engine import migrations
from wiki.engine import open_wiki
from wiki.i18n.languages import translations
from wiki.services.notices import mail_domain
from wiki.services.operation import backup
from wiki.settings import Settings


@pytest.fixture
def data(blank: Path, tmp_path: Path) -> Path:
    """An empty wiki's folder."""
    return Path(shutil.copytree(blank, tmp_path / "wiki"))


def findings(data: Path, **environment: str) -> dict[str, Any]:
    """What the doctor finds, by code; the exit code says whether any of it is grave."""
    words = ["--data", str(data), "--json"]
    done = CliRunner().invoke(
        doctor, words, env={f"DENKTANK_{k}": v for k, v in environment.items()}
    )
    told = json.loads(done.stdout)
    assert done.exit_code == any(found["grave"] for found in told["findings"])
    assert told["well"] == (done.exit_code == 0)
    return {found["code"]: found for found in told["findings"]}


def test_a_wiki_that_nobody_runs_or_keeps(data: Path) -> None:
    found = findings(data)
    assert {"worker_gone", "backup_never", "mail_off", "address_none"} <= set(found)
    assert "denktank serve" in found["worker_gone"]["do"]
    wiki = open_wiki(Settings(data=data))
    backup.write(wiki, data.parent / "copy.tar.gz")
    wiki.close()
    assert "backup_never" not in findings(data)
    english = CliRunner().invoke(doctor, ["--data", str(data)], env={"DENKTANK_LANGUAGE": "en"})
    assert "The worker does not run" in english.stdout
    assert "SQLite" in english.stdout


def test_rights_in_the_folder(data: Path) -> None:
    data.chmod(0o755)
    (data / "secret_key").chmod(0o644)
    found = findings(data)
    assert found["open"]["grave"] is False
    assert found["secret_open"]["grave"] is True
    data.chmod(0o700)
    (data / "secret_key").chmod(0o600)
    assert not {"open", "secret_open"} & set(findings(data))


def test_a_proxy_that_is_not_believed(data: Path) -> None:
    site = {"BASE_URL": "https://denktank.example.org"}
    assert "proxies_none" in findings(data, **site)
    assert "proxies_none" not in findings(data, **site, TRUSTED_PROXIES="127.0.0.1")
    assert "address_open" in findings(data, BASE_URL="http://denktank.example.org")


def test_the_mail_server_is_greeted_and_gets_no_mail(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {("post.example.org", "MX"): ["10 a.example.org."]}
    with postbox() as server, names.served(known) as resolver:
        monkeypatch.setattr(mail_domain, "resolver", lambda: resolver)
        found = findings(data, MAIL_URL=server.url, MAIL_FROM="Wij <wij@post.example.org>")
        assert "mail_server" not in found
        assert "_dmarc.post.example.org" in found["mail_dns_dmarc"]["do"]
        assert not {"mail_dns_mx", "mail_dns_unknown"} & found.keys()
        assert server._letters == []
        named = server.url.replace("//", "//naam:geheim-woord@")
        refused = findings(data, MAIL_URL=named)["mail_server"]
        assert "geheim-woord" not in refused["sentence"]
    half = findings(data, MAIL_URL="smtp://naam:gehe/im@127.0.0.1")["mail_server"]
    assert "gehe" not in half["sentence"]
    assert "%2F" in half["sentence"]
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "mail_server" in findings(data, MAIL_URL=f"smtp://127.0.0.1:{port}")


def test_what_keeps_it_from_being_opened_is_said(data: Path) -> None:
    (data / "wiki.db").write_bytes(b"this is no database" * 100)
    assert "closed" in findings(data)
    (data / "wiki.db").unlink()
    assert "closed" in findings(data)
    away = findings(data, DATABASE_URL="postgresql://a:geheim@127.0.0.1:1/a")["closed"]
    assert "geheim" not in away["sentence"]


def test_every_finding_has_its_words_in_both_languages() -> None:
    for language in ("nl", "en"):
        texts = translations(language).texts
        codes = {key for key in texts if key.startswith("notice.doctor_") and f"{key}_do" in texts}
        assert len(codes) > 30
        assert {f"notice.doctor_{lack.value}" for lack in mail_domain.Lack} <= codes
        source = Path("wiki/services/operation/doctor.py").read_text(encoding="utf-8")
        health = Path("wiki/services/operation/health.py").read_text(encoding="utf-8")
        for text, call in ((source, "Finding("), (health, "Trouble(")):
            for part in text.split(call)[1:]:
                first = part.strip().partition(",")[0].strip(')"')
                if first.isidentifier() and part.lstrip().startswith('"'):
                    assert f"notice.doctor_{first}" in codes, first


def every_byte(data: Path) -> dict[str, bytes]:
    return {str(f): f.read_bytes() for f in sorted(data.rglob("*")) if f.is_file()}


def test_an_upgrade_is_told_before_and_nothing_is_written(data: Path) -> None:
    words = ["--data", str(data), "--check"]
    steps = sorted({name.partition("_")[0] for name in migrations.after("")})
    done = CliRunner().invoke(upgrade, words)
    assert (done.exit_code, "niets te doen" in done.stdout) == (0, True), done.output
    with sqlite3.connect(data / "wiki.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (steps[-3],))
    raw.close()
    live = data / f"projections-{(data / 'projections.live').read_text()}.db"
    with sqlite3.connect(live) as raw:
        raw.execute("INSERT OR REPLACE INTO progress VALUES ('history', '', 1)")
    raw.close()
    before = every_byte(data)
    done = CliRunner().invoke(upgrade, [*words], env={"DENKTANK_LANGUAGE": "en"})
    assert done.exit_code == 1, done.output
    told = [step for step in steps if f" {step}_" in done.stdout]
    assert told == steps[-2:]
    assert "history is made anew" in done.stdout
    assert "seconds" in done.stdout
    assert "upgrade_waits" in findings(data)
    assert every_byte(data) == before


def test_tables_of_a_newer_version_are_said_to_be(data: Path) -> None:
    with sqlite3.connect(data / "wiki.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    done = CliRunner().invoke(upgrade, ["--data", str(data)])
    assert (done.exit_code, "9999" in done.stdout) == (2, True)
    assert findings(data)["upgrade_waits"]["grave"]


def test_an_upgrade_of_a_database_on_a_server(tmp_path: Path, database_url: str) -> None:
    settings = Settings(data=tmp_path / "wiki", database_url=database_url)
    words = ["--data", str(settings.data), "--check"]
    settings.data.mkdir()
    (settings.data / "denktank.cfg").write_text(f"DATABASE_URL = {database_url}\nLANGUAGE = en\n")
    open_wiki(settings).close()
    assert CliRunner().invoke(upgrade, words).exit_code == 0
    wiki = open_wiki(settings)
    with wiki.database.project() as connection:
        connection.exec_driver_sql(
            "UPDATE projections.progress SET format = 1 WHERE name='history'"
        )
    wiki.close()
    done = CliRunner().invoke(upgrade, words)
    assert (done.exit_code, "history is made anew" in done.stdout) == (1, True), done.output
    assert CliRunner().invoke(upgrade, words[:2]).exit_code == 0
    assert CliRunner().invoke(upgrade, words).exit_code == 0
