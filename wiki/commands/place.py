"""Where the wiki is: the `--data` option that every command has, and the wiki opened there."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from wiki.domain.errors import WikiError
from wiki.engine import Wiki, open_wiki
from wiki.i18n.errors import sentence
from wiki.settings import FILE, SettingError, Settings, load

MARKS = ("wiki.db", "pages/.git", FILE)


class Stop(click.ClickException):
    """A command that cannot go on: one line that says why and what to do; exit code 2."""

    exit_code = 2


data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="DENKTANK_DATA",
    help="The folder that holds the wiki (also DENKTANK_DATA).",
)


def settings_in(data: Path | None, *, may_be_new: bool = False) -> Settings:
    """The settings of the wiki in this folder (None: the current folder, if it holds a wiki).

    Raises Stop if there is no wiki, unless `may_be_new`, or if a setting is wrong.
    """
    folder = data or _current()
    if not may_be_new and not _is_wiki(folder):
        raise Stop(f"there is no wiki in {folder}; `denktank init --data {folder}` makes one")
    try:
        return load(folder.resolve(), os.environ)
    except SettingError as error:
        raise Stop(str(error)) from error
    except OSError as error:
        raise Stop(f"cannot read {error.filename}: {error.strerror}") from error


def _current() -> Path:
    here = Path.cwd()
    if not _is_wiki(here):
        raise Stop("there is no wiki in the current folder; name its folder with --data")
    return here


def _is_wiki(folder: Path) -> bool:
    return any((folder / mark).exists() for mark in MARKS)


def opened(settings: Settings, *, alone: bool = False) -> Wiki:
    """The wiki with these settings, `alone` if nobody else may have it open.

    Raises Stop if its folder cannot be read or written, or is in use.
    """
    try:
        return open_wiki(settings, alone=alone)
    except WikiError as error:
        raise Stop(sentence("en", error.code, error.values)) from error
    except OSError as error:
        raise failed(error, settings.data) from error


def failed(error: OSError, data: Path) -> Stop:
    """Tell an operator that the disk or a file in the wiki's folder failed."""
    return Stop(f"cannot use {error.filename or data}: {error.strerror}")


def with_wiki(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a click command the `--data` option and, as its first argument, the wiki opened there.

    A refusal by the wiki ends the command with its sentence and exit code 2.
    """

    @data_option
    @functools.wraps(command)
    def run(*args: Any, data: Path | None, **options: Any) -> Any:
        wiki = opened(settings_in(data))
        try:
            return command(wiki, *args, **options)
        except WikiError as error:
            raise Stop(sentence("en", error.code, error.values)) from error
        except OSError as error:
            raise failed(error, wiki.settings.data) from error
        finally:
            wiki.close()

    return run
