"""`denktank upgrade`: what this version makes of a data folder of an older one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from wiki.commands.place import Stop, data_option, failed, opened, settings_in
from wiki.domain.errors import WikiError
from wiki.i18n.errors import notice, sentence
from wiki.services.operation import upgrading
from wiki.services.operation.upgrading import Part, Plan
from wiki.settings import Settings


@click.command()
@data_option
@click.option("--check", is_flag=True, help="Only say what would be done; nothing is written.")
def upgrade(data: Path | None, check: bool) -> None:
    """Bring the wiki's tables and lists to this version, with nobody else there.

    The next start does the same by itself. With --check: exit code 1 if there is something to do.
    """
    settings = settings_in(data)
    plan = _planned(settings)
    for line in _lines(settings.language, plan):
        click.echo(line)
    if plan.database.is_newer:
        sys.exit(2)
    if check:
        sys.exit(1 if plan.is_needed else 0)
    if plan.is_needed:
        _take(settings)
        click.echo(notice(settings.language, "upgrade_done", {}))


def _take(settings: Settings) -> None:
    """Take the steps, and make the lists that a start makes; Stop if that fails."""
    wiki = opened(settings, alone=True)
    try:
        # Opening goes on with old lists where new ones cannot be made.
        wiki.follow()
    except WikiError as error:
        raise Stop(sentence(settings.language, error.code, error.values)) from error
    except OSError as error:
        raise failed(error, settings.data) from error
    finally:
        wiki.close()


def _planned(settings: Settings) -> Plan:
    try:
        return upgrading.plan(settings)
    except WikiError as error:
        raise Stop(sentence(settings.language, error.code, error.values)) from error


def _lines(language: str, plan: Plan) -> Sequence[str]:
    database = plan.database
    if database.is_newer:
        return [notice(language, "upgrade_newer", {"step": database.step})]
    if not plan.is_needed:
        return [notice(language, "upgrade_nothing", {"step": database.step})]
    lines = [notice(language, "upgrade_step", {"step": step}) for step in database.steps]
    lines += _told(language, "upgrade_first", plan.first)
    lines += _told(language, "upgrade_later", plan.later)
    values = {
        "first": max(1, round(plan.seconds)),
        "later": round(plan.seconds_later),
        "commits": plan.commits,
        "files": plan.files,
    }
    return [*lines, notice(language, "upgrade_time", values)]


def _told(language: str, code: str, parts: Sequence[Part]) -> list[str]:
    return [
        notice(language, code, {"name": part.name, "found": part.found, "wanted": part.wanted})
        for part in parts
    ]
