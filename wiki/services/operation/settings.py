"""The settings as an administrator sees them: what each is, and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from wiki.domain.access.rights import Actor, Right
from wiki.engine import Wiki
from wiki.settings import FILE, SECRETS, SettingError, Settings, Source, sources


@dataclass(frozen=True, slots=True)
class SettingView:
    """One setting; the value of a secret one is left out (`is_set` says whether it has one).

    `waits`: a restart would give it another value.
    """

    name: str
    help: str
    value: str
    default: str
    choices: Sequence[str]
    source: Source
    is_secret: bool
    is_set: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """All settings; `file` is where they are written, `wrong` why that cannot be read any more."""

    settings: Sequence[SettingView]
    file: Path
    wrong: str


def listing(wiki: Wiki, actor: Actor, environment: Mapping[str, str]) -> Listed:
    """Every setting as it is in this process; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    data, wrong = wiki.settings.data, ""
    values: Mapping[str, tuple[Source, Any]] = {}
    try:
        values = sources(data, environment)
    except (SettingError, UnicodeDecodeError) as error:
        wrong = str(error)
    table = [setting for setting in fields(Settings) if setting.name != "data"]
    shown = [_shown(wiki.settings, setting, values.get(setting.name)) for setting in table]
    return Listed(shown, data / FILE, wrong)


def _shown(settings: Settings, setting: Any, found: tuple[Source, Any] | None) -> SettingView:
    name, value = setting.name, getattr(settings, setting.name)
    source, fresh = found or (Source.GIVEN, value)
    is_secret, is_made = name in SECRETS, name == "secret_key" and not fresh
    waits = not is_made and fresh != value
    if waits and source is Source.DEFAULT:
        # Neither the file nor the environment says so: the command that started the wiki did.
        source, waits = Source.GIVEN, False
    return SettingView(
        name=name.upper(),
        help=setting.metadata["help"],
        value="" if is_secret else _text(value),
        default=_text(setting.default),
        choices=[_text(choice) for choice in setting.metadata["choices"]],
        source=source,
        is_secret=is_secret,
        is_set=bool(value),
        waits=waits,
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
