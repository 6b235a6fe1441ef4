"""The command `denktank`."""

from __future__ import annotations

import gc
import os
from importlib import import_module
from keyword import iskeyword

import click

NAMES = (
    "init",
    "serve",
    "worker",
    "reindex",
    "check",
    "backup",
    "restore",
    "drill",
    "upgrade",
    "doctor",
    "settings",
    "user",
    "node",
    "purge",
    "import",
    "export",
    "adopt-minutes",
)
_BESIDE = {
    "restore": "backup",
    "drill": "backup",
    "node": "worker",
    "import": "import_",
    "adopt-minutes": "adopt_minutes",
}
"""Commands that stand in a module of another name."""


def command(name: str) -> click.Command:
    """The command of this name, loaded now."""
    collects = gc.isenabled()
    # Half a million objects come to stay: to look for garbage among them is a sixth of the start.
    gc.disable()
    # What a wiki writes is for who runs it alone: people's talk, addresses and keys are in it.
    os.umask(0o077)
    try:
        module = import_module(f"wiki.commands.{_BESIDE.get(name, name)}")
    finally:
        if collects:
            gc.enable()
    found = getattr(module, f"{name}_" if iskeyword(name) else name.replace("-", "_"))
    assert isinstance(found, click.Command)
    return found


class Commands(click.Group):
    """All commands; each is loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them, or None."""
        return command(cmd_name) if cmd_name in NAMES else None


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="denktank")
def main() -> None:
    """A wiki for think tanks, with its pages in git."""


if __name__ == "__main__":
    main(prog_name="denktank")
