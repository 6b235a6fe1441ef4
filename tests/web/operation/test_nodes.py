"""What an operator sees of several nodes: on the screen, for machines and on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from wiki.cli import main
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki
from wiki.services.operation import nodes
from wiki.settings import Settings

pytestmark = pytest.mark.postgres


@pytest.fixture
def settings(tmp_path: Path, postgres_url: str) -> Settings:
    """Settings of a node."""
    return Settings(
        data=tmp_path / "wiki",
        secret_key="only for tests",
        database_url=postgres_url,
        shared_pages=True,
        node_name="een",
    )


def test_nodes_are_shown_to_who_runs_them(
    client: Any, wiki: Wiki, admin: Actor, login: Callable[..., None], page: Callable[..., str]
) -> None:
    page("a", "# A\n")
    nodes.Presence(wiki).renew()
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["node"] == {
        "name": "een",
        "behind": 0,
        "leader": "een",
        "standby": "none",
    }
    counts = client.get("/metrics").text
    assert 'denktank_node_leads{node="een"} 1\n' in counts
    assert 'denktank_node_behind{node="een"} 0\n' in counts
    assert "denktank_standby_synchronous 0\n" in counts
    login(client, admin.username)
    screen = client.get("/admin/health").text
    assert re.findall(r'data-node="(\w+)"', screen) == ["een"]
    assert 'data-trouble="standby_missing"' in screen
    asked = {"SHARED_PAGES": "yes", "DATABASE_URL": wiki.settings.database_url}
    said = listed(wiki, **asked)
    assert re.fullmatch(r"een\t\d+ s ago\t\S+\tup to date\tleads\nstandby: none\n", said)
    assert "SHARED_PAGES = yes" in listed(wiki, **{**asked, "SHARED_PAGES": "no"})


def listed(wiki: Wiki, **asked: str) -> str:
    """What the command prints."""
    words = ["node", "list", "--data", str(wiki.settings.data)]
    environment = {f"DENKTANK_{name}": value for name, value in asked.items()}
    return CliRunner().invoke(main, words, env=environment).output
