"""How Sphinx builds the manual: `make manual`, then build/manual/index.html.

Sphinx with MyST rather than MkDocs: its references are checked, so that a link to a page or a
heading that is gone fails the build, and both are kept by many. Lists of commands and addresses
are made of the code each time.
"""

from __future__ import annotations

import re
from pathlib import Path

import click
from sphinx.application import Sphinx

HERE = Path(__file__).parent
MADE = HERE / "reference"
LINK = re.compile(r"\[([^\]]+)\]\((\.\.[^)#]*)(?:#[^)]*)?\)")

project = "Denktank"
author = "Denktank"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["screenshots"]
html_theme = "furo"
html_title = "Denktank"
html_show_copyright = False
html_show_sphinx = False
myst_heading_anchors = 3
nitpicky = True


def options_of(command: click.Command) -> list[str]:
    """What can be said with a command, a line each."""
    lines = []
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            said = f": {parameter.help}" if parameter.help else ""
            lines.append(f"- `{'`, `'.join(parameter.opts)}`{said}")
    return lines


def described(name: str, command: click.Command) -> list[str]:
    """A command and those below it, as Markdown."""
    lines = [f"## denktank {name}", "", command.help or command.short_help or "", ""]
    lines += [*options_of(command), ""]
    if isinstance(command, click.Group):
        for below in sorted(command.commands):
            lines += described(f"{name} {below}", command.commands[below])
    return lines


def commands() -> str:
    """Every command of `denktank`, from the commands themselves."""
    from wiki import cli

    lines = ["# Commands", "", "`denktank COMMAND --help` says the same.", ""]
    for name in cli.NAMES:
        lines += described(name, cli.command(name))
    return "\n".join(lines)


def addresses() -> str:
    """Every address of a site, from the table that templates, scripts and mail use."""
    from wiki.domain.content.addresses import RULES

    lines = [
        "# Addresses",
        "",
        "`<...>` stands for a part that differs: a path, a name, a number.",
        "",
    ]
    lines += ["| address | name in the code |", "|---|---|"]
    lines += [
        f"| `{rule}` | `{name}` |" for name, rule in sorted(RULES.items(), key=lambda one: one[1])
    ]
    return "\n".join(lines)


def make_lists(app: Sphinx) -> None:
    """Write the lists that the code knows, before anything is read."""
    MADE.mkdir(exist_ok=True)
    for name, text in (("commands", commands()), ("addresses", addresses())):
        file = MADE / f"{name}.md"
        if not file.exists() or file.read_text(encoding="utf-8") != text + "\n":
            file.write_text(text + "\n", encoding="utf-8")


def leave_checkout(app: Sphinx, name: str, source: list[str]) -> None:
    """Make plain words of links to files of the checkout that are not part of the manual.

    A link to a file that is not there stays, and fails the build.
    """
    folder = (HERE / name).parent

    def plain(link: re.Match[str]) -> str:
        file = (folder / link[2]).resolve()
        return link[1] if file.exists() and not file.is_relative_to(HERE) else link[0]

    source[0] = LINK.sub(plain, source[0])


def setup(app: Sphinx) -> None:
    """Join in with Sphinx."""
    app.connect("builder-inited", make_lists)
    app.connect("source-read", leave_checkout)
