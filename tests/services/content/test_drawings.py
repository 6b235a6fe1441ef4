"""Diagrams: drawn by a command that is bounded, cleaned, shown as a picture; code without it."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wiki.render import drawings as render
from wiki.services.content import drawings, limits

SOURCE = "graph TD\n  A[Vraag] --> B[Antwoord]\n"
TEXT = f"# Plaat\n\n```mermaid\n{SOURCE}```\n"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" width="100%" onload="x()">'
    "<style>.a{fill:red}</style><style>@import 'x'</style><script>x()</script>"
    '<a href="javascript:x()"><text>kwijt</text></a><text class="a" style="fill:url(http://x)">'
    'Vraag</text><foreignObject><div>x</div></foreignObject><use href="#a"/><use href="http://x"/>'
    "</svg>"
)
Command = Callable[[str], str]


@pytest.fixture
def command(wiki: Any, tmp_path: Path) -> Command:
    """Let the wiki draw with a Python program, in which `out` is the file to be written."""

    def use(program: str) -> str:
        file = tmp_path / "draw.py"
        first = "import sys\nout = sys.argv[sys.argv.index('-o') + 1]\n"
        file.write_text(first + program)
        said = f"{shlex.quote(sys.executable)} {shlex.quote(str(file))}"
        wiki.settings = replace(wiki.settings, mermaid_command=said)
        return said

    return use


def file_of(wiki: Any) -> Path:
    return render.file_of(wiki.settings.data / render.FOLDER, render.digest(SOURCE))


def article(client: Any) -> str:
    text: str = client.get("/wiki/a").text
    return text.partition("<article")[2].partition("</article>")[0]


def test_a_diagram_is_code_where_nothing_draws(client: Any, page: Any, wiki: Any) -> None:
    page("a", TEXT)
    shown = article(client)
    assert "<code>graph TD" in shown
    assert "<img" not in shown
    assert not drawings.draw(wiki)
    assert not (wiki.settings.data / render.FOLDER).exists()


def test_a_diagram_is_drawn_and_shown(client: Any, page: Any, wiki: Any, command: Command) -> None:
    command(f"open(out, 'w').write({SVG!r})")
    page("a", TEXT)
    assert "<img" not in article(client)
    assert not drawings.draw(wiki)
    address = f"/diagrams/{render.digest(SOURCE)}.svg"
    shown = article(client)
    assert f'<img src="{address}" alt="' in shown
    assert "<code>graph TD" in shown.partition("<details>")[2]
    sent = client.get(address)
    assert sent.content_type == "image/svg+xml"
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    for left in ("Vraag", 'width="40"', ".a{fill:red}", 'href="#a"'):
        assert left in sent.text
    for gone in ("script", "onload", "foreign", "http://x", "@import", "javascript", "kwijt"):
        assert gone not in sent.text
    assert "<img" not in client.get("/export/a?format=html").text.partition("<body")[2]
    drawings.forget(wiki.settings.data)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "program",
    [
        "sys.exit(1)",
        "pass",
        "open(out, 'w').write('geen svg')",
        "open(out, 'w').write('<svg/>')",
        f"open(out, 'w').write({'<!DOCTYPE svg>' + SVG!r})",
        "open(out, 'w').write('x' * 3_000_000)",
        "import os; os.symlink('/etc/passwd', out)",
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_stays_code_and_is_not_tried_at_once(
    client: Any, page: Any, wiki: Any, command: Command, program: str
) -> None:
    command(program)
    page("a", TEXT)
    article(client)
    assert not drawings.draw(wiki)
    assert file_of(wiki).read_bytes() == b""
    drawings.want(wiki, [SOURCE])
    assert drawings._waiting(wiki.settings.data / render.FOLDER) == []
    shown = article(client)
    assert "<code>graph TD" in shown
    assert "<img" not in shown


def test_a_command_that_is_not_there_costs_nothing(client: Any, page: Any, wiki: Any) -> None:
    wiki.settings = replace(wiki.settings, mermaid_command="/nergens/mmdc 'x")
    page("a", TEXT)
    assert "<code>graph TD" in article(client)
    assert not drawings.draw(wiki)


@pytest.mark.parametrize(
    ("program", "bounds"),
    [
        ("import time; time.sleep(300)", {"MOST_SECONDS": 1.0}),
        ("x = bytearray(400_000_000); import time; time.sleep(300)", {"MOST_MEMORY": 200_000_000}),
    ],
)
def test_a_command_that_takes_too_much_is_ended_with_all_it_started(
    wiki: Any,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    program: str,
    bounds: dict[str, float],
) -> None:
    note = tmp_path / "child"
    command(
        "import subprocess\n"
        "child = subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\n{program}"
    )
    for name, value in bounds.items():
        monkeypatch.setattr(drawings, name, value)
    drawings.want(wiki, [SOURCE])
    assert not drawings.draw(wiki)
    assert file_of(wiki).read_bytes() == b""
    assert not _lives(int(note.read_text()))


def _lives(pid: int) -> bool:
    """Whether a process runs; one that was killed may still have to be taken note of."""
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        time.sleep(0.05)
    return True


def test_so_many_wait_and_no_more(
    wiki: Any, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("pass")
    monkeypatch.setattr(drawings, "MOST_WANTED", 3)
    drawings.want(wiki, [f"graph TD\n{n}" for n in range(9)])
    drawings.want(wiki, ["x" * (render.MOST_CHARACTERS + 1)])
    assert len(list((wiki.settings.data / render.FOLDER / drawings.WANTED).iterdir())) == 3
    assert drawings.draw(wiki)
    assert limits.LOOKS < 1
