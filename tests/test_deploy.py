"""The files for a server: they can be read, and name what there is."""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
from ruamel.yaml import YAML

from wiki import cli
from wiki.domain import proxies
from wiki.domain.operation import retention
from wiki.settings import load, table

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
GUIDES = (ROOT / "docs" / "server.md", ROOT / "docs" / "server.nl.md")
MANUAL = sorted(
    [
        *ROOT.glob("docs/??/**/*.md"),
        *ROOT.glob("docs/nodes*.md"),
        ROOT / "docs" / "asvs.md",
        ROOT / "README.md",
    ]
)
FILES = sorted(file for file in DEPLOY.iterdir() if file.is_file())
BASE = DEPLOY / "compose.yaml"
COMPOSED = sorted(DEPLOY.glob("compose*.yaml"))
UNITS = sorted(DEPLOY.glob("*.service"))
SETTINGS = {setting.name.upper() for setting in table()} | {"DATA"}
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
HARDENED = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "SystemCallFilter": "@system-service",
    "UMask": "0077",
}


def read(file: Path) -> str:
    """The text of a file."""
    return file.read_text(encoding="utf-8")


def composed(file: Path) -> dict[str, Any]:
    """What a compose file says."""
    found = YAML(typ="safe").load(read(file))
    assert isinstance(found, dict)
    return found


def together(*files: Path) -> dict[str, Any]:
    """What compose files say together, as `docker compose -f one -f other` reads them."""

    def joined(one: Any, other: Any) -> Any:
        if isinstance(one, dict) and isinstance(other, dict):
            return one | {key: joined(one.get(key), value) for key, value in other.items()}
        return one + other if isinstance(one, list) and isinstance(other, list) else other

    return reduce(joined, map(composed, files), {})


def filled(written: str, values: Mapping[str, str]) -> str:
    """A value of a compose file with what `.env` says; a name that is needed has to be there."""

    def one(found: re.Match[str]) -> str:
        name, sign, rest = found.groups()
        return values.get(name) or (rest if sign == ":-" else values[name])

    return re.sub(r"\$\{(\w+)(:[-?])?([^}]*)\}", one, written)


def told() -> dict[str, str]:
    """What the guide tells to write in `deploy/.env`."""
    block = re.search(r"`deploy/\.env`:\n\n```\n(.*?)```", read(GUIDES[0]), re.DOTALL)
    assert block
    return dict(line.split("=", 1) for line in block[1].splitlines())


def unit(file: Path) -> configparser.RawConfigParser:
    """What a unit of systemd says."""
    made = configparser.RawConfigParser(strict=True)
    made.optionxform = str  # type: ignore[assignment,method-assign]
    made.read_string(read(file))
    return made


def calls(text: str) -> list[str]:
    """Each line that runs a command of ours: what stands after its name."""
    return re.findall(r"(?:^|[\s`/&])denktank +([a-z][^\n`\"&]*)", text, re.MULTILINE)


def code_of(file: Path) -> str:
    """What a page of Markdown says in code; all of any other file."""
    text = read(file)
    return text if file.suffix != ".md" else "\n".join(CODE.findall(text))


@pytest.mark.parametrize(
    "file", [*FILES, *GUIDES, *MANUAL], ids=lambda file: f"{file.parent.name}/{file.name}"
)
def test_settings_and_commands_that_are_named_exist(file: Path) -> None:
    text = read(file)
    named = set(re.findall(r"\bDENKTANK_([A-Z_]+)", text))
    named |= set(re.findall(r"^ *([A-Z_]+) = ", text, re.MULTILINE))
    assert named - {"NAME"} <= SETTINGS
    for call in calls(code_of(file)):
        name, *words = call.partition("#")[0].split()
        if not name.islower():
            continue
        assert name in cli.NAMES, call
        command = cli.command(name)
        if isinstance(command, click.Group) and words:
            command = command.commands[re.split(r"\W", words[0])[0]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, call
        if "--keep" in words:
            assert retention.read(words[words.index("--keep") + 1])


def test_the_guide_runs_commands_at_all() -> None:
    assert {call.split()[0] for call in calls(read(GUIDES[0]))} >= {
        *("serve", "init", "doctor", "backup", "drill", "restore", "upgrade"),
    }


def test_the_guide_names_every_file() -> None:
    for file in FILES:
        assert file.name in read(GUIDES[0]), file.name
    for guide in GUIDES:
        for target in re.findall(r"\]\(([^)#]+)\)", read(guide)):
            assert (guide.parent / target).exists(), target


@pytest.mark.parametrize("file", COMPOSED, ids=lambda file: file.name)
def test_images_are_not_bound_to_a_registry(file: Path) -> None:
    found = composed(file)
    for service in found["services"].values():
        host = service.get("image", "").partition("/")[0]
        assert "/" not in service.get("image", "") or not re.search(r"[.:]", host)
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in found.get("volumes", {}) or (DEPLOY / source).exists(), volume


def test_the_wiki_in_a_container_can_write_its_volume_only() -> None:
    wiki = composed(BASE)["services"]["wiki"]
    assert wiki["read_only"] is True
    assert wiki["cap_drop"] == ["ALL"]
    assert wiki["volumes"] == ["data:/data"]
    assert (DEPLOY / wiki["build"]["context"] / wiki["build"]["dockerfile"]).samefile(
        DEPLOY / "Containerfile"
    )
    caddy = composed(DEPLOY / "compose.caddy.yaml")["services"]["wiki"]
    assert proxies.read(caddy["environment"]["DENKTANK_TRUSTED_PROXIES"])


def test_the_containers_together_are_a_wiki(tmp_path: Path) -> None:
    found = together(BASE, *(file for file in COMPOSED if file != BASE))
    services = found["services"]
    values = told() | {"SITE_PATH": "/denktank"}
    environment = {
        name: filled(value, values) for name, value in services["wiki"]["environment"].items()
    }
    settings = load(tmp_path, environment)
    assert settings.base_url == f"https://{values['SITE_HOST']}/denktank"
    assert settings.mail_url == values["MAIL_URL"]
    assert settings.mail_from == values["MAIL_FROM"]
    database = urlsplit(settings.database_url)
    assert (database.scheme, database.hostname) == ("postgresql", "db")
    kept = {name: filled(value, values) for name, value in services["db"]["environment"].items()}
    assert (database.username, database.password) == (
        kept["POSTGRES_USER"],
        kept["POSTGRES_PASSWORD"],
    )
    assert database.path == f"/{kept['POSTGRES_DB']}"
    host, _, port = services["caddy"]["environment"]["UPSTREAM"].partition(":")
    assert host in services
    assert f'"--port", "{port}"' in read(DEPLOY / "Containerfile")
    for service in services.values():
        waits = service.get("depends_on", {})
        assert set(waits) <= set(services)
        for name, how in waits.items() if isinstance(waits, dict) else ():
            assert how["condition"] == "service_healthy"
            assert "healthcheck" in services[name]
    used = {one.partition(":")[0] for each in services.values() for one in each.get("volumes", ())}
    assert set(found["volumes"]) <= used


def test_the_wiki_alone_needs_nothing_told(tmp_path: Path) -> None:
    wiki = composed(BASE)["services"]["wiki"]
    environment = {name: filled(value, {}) for name, value in wiki["environment"].items()}
    settings = load(tmp_path, environment)
    assert settings.base_url == f"http://localhost:{wiki['ports'][0].split(':')[1]}"
    assert settings.mail_url == ""


def test_the_image() -> None:
    text = read(DEPLOY / "Containerfile")
    steps = re.sub(r"\\\n\s*", "", text).splitlines()
    bases = [step.split()[1] for step in steps if step.startswith("FROM")]
    assert bases
    assert not any("/" in base for base in bases)
    assert [step for step in steps if step.startswith("USER")] == ["USER 10001:10001"]
    assert [step for step in steps if step.startswith("VOLUME")] == ["VOLUME /data"]
    assert any(step.startswith("HEALTHCHECK") and "/healthz" in step for step in steps)
    assert all(
        "--require-hashes" in step or "--no-index" in step
        for step in steps
        if "pip install" in step
    )
    allowed = {line[1:] for line in read(ROOT / ".dockerignore").splitlines() if line[:1] == "!"}
    copied = [step.split()[1:-1] for step in steps if step.startswith("COPY") and "--" not in step]
    names = {name for each in copied for name in each}
    assert names == allowed
    assert all((ROOT / name).exists() for name in names)


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_a_unit_is_hardened(file: Path) -> None:
    service = unit(file)["Service"]
    assert {name: service.get(name) for name in HARDENED} == HARDENED
    assert service["User"] == "denktank"
    data = re.search(r"--data (\S+)", service["ExecStart"])
    assert data
    assert data[1] in service["ReadWritePaths"].split()


def test_a_timer_starts_the_backup() -> None:
    timer = unit(DEPLOY / "denktank-backup.timer")
    assert timer["Timer"]["Persistent"] == "yes"
    assert (DEPLOY / "denktank-backup.service").exists()


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_a_proxy_leads_to_the_wiki(name: str) -> None:
    text = read(DEPLOY / name)
    assert text.count("{") == text.count("}")
    assert "127.0.0.1:8000" in text
    headers = ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")
    if name == "nginx.conf":
        assert all(re.search(rf"proxy_set_header {header} ", text) for header in headers)
