"""The HTML of every screen, as the W3C's checker reads it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, template_rendered

from tests.web.access.test_rights import LINES, Visitor, people, values
from tests.web.http.test_attacks import patient, some
from wiki.engine import Wiki
from wiki.services.operation import starter

__all__ = ["patient", "people", "some", "values"]
CHECKOUT = Path(__file__).parents[3]
JAR = CHECKOUT / ".make/vnu/node_modules/vnu-jar/build/dist/vnu.jar"
"""Where `.ci/machine` puts it."""
MORE = ("/", "/login", "/help", "/new?kind=question", "/new?kind=dialogue", "/edit/hof/plan")
"""Screens that look otherwise for each reader, or have a form for each kind."""


@pytest.fixture(scope="module")
def checker() -> list[str]:
    """The command that checks a folder of pages."""
    java = shutil.which("java")
    if not (java and JAR.is_file()):
        assert os.environ.get("CI") != "true", "no Java or no vnu: make test installs them"
        pytest.skip("vnu is not installed; make test does that")
    # It reads all screens in two seconds: nothing is won by compiling for a long run.
    short = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx600m", "-Xss2m"]
    return [java, *short, "-jar", str(JAR), "--errors-only", "--format", "json"]


@pytest.mark.slow
def test_every_screen_is_html(
    app: Flask,
    wiki: Wiki,
    values: dict[str, str],
    some: dict[str, Visitor],
    checker: list[str],
    tmp_path: Path,
) -> None:
    starter.write(wiki)
    wiki.follow()
    screens = tmp_path / "screens"
    screens.mkdir()
    asked: dict[str, str] = {}
    lines = [line.filled(values).path for line in LINES if line.method == "GET"]
    seen: set[str] = set()
    shown: list[str] = []
    with template_rendered.connected_to(lambda _, template, **__: shown.append(template.name), app):
        for who, address in product(("admin", "member", "anonymous"), [*lines, *MORE]):
            if "logout" in address or (who != "admin" and address not in MORE):
                continue
            shown.clear()
            with some[who].client.get(address, headers={"Accept": "text/html"}) as answer:
                is_known = address not in MORE and seen.issuperset(shown)
                if answer.mimetype != "text/html" or is_known:
                    continue
                seen.update(shown)
                name = f"{len(asked)}.html"
                asked[name] = f"{who}: {address}"
                (screens / name).write_text(answer.text)
    assert len(asked) > 60, "screens were left out"
    done = subprocess.run([*checker, str(screens)], capture_output=True, text=True, check=False)
    found: list[dict[str, Any]] = json.loads(done.stderr)["messages"]
    wrong = {
        f"{one['message']} {one.get('extract', '')!r} on {asked[Path(one['url']).name]}"
        for one in found
    }
    assert not wrong, "\n" + "\n".join(sorted(wrong)[:30])
