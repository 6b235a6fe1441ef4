"""The settings as an administrator sees them, and those that are chosen on the screen.

What is chosen there is kept in SQL and holds at once in every process; a value from the file, the
environment or the command that started the wiki goes before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from wiki.database.operation import choices
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import FieldError, Invalid, NotFound
from wiki.engine import Wiki
from wiki.render.pictures import emblem
from wiki.services.access import audit
from wiki.settings import FILE, SECRETS, SettingError, Source, parse, sources, table

NAME_MOST, LINE_MOST = 60, 200
"""Characters of a site's name, and of everything else that is chosen on the screen."""


@dataclass(frozen=True, slots=True)
class SettingView:
    """One setting; the value of a secret one is left out (`is_set` says whether it has one).

    `waits`: a restart would give it another value. `on_screen`: it is set on the screen, unless
    it is `fixed` by what goes before that.
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
    on_screen: bool
    fixed: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """All settings; `file` is where they are written, `wrong` why that cannot be read any more."""

    settings: Sequence[SettingView]
    file: Path
    wrong: str
    logo: str

    @property
    def chosen(self) -> Mapping[str, SettingView]:
        """Those that are set on the screen, by the name of their field."""
        return {each.name.lower(): each for each in self.settings if each.on_screen}

    @property
    def cards(self) -> Mapping[str, Sequence[SettingView]]:
        """All of them, for who runs the server, by what they are about."""
        cards: dict[str, list[SettingView]] = {card: [] for card in CARDS}
        for each in self.settings:
            cards["site" if each.on_screen else _card(each.name.lower())].append(each)
        return cards


CARDS: Mapping[str, Sequence[str]] = {
    "site": (),
    "server": (),
    "mail": ("mail_",),
    "login": ("password_", "require_"),
    "provider": ("oidc_",),
    "new": ("newcomers_", "hold_", "new_member_"),
    "pace": ("comments_", "edits_", "previews_", "drafts_", "searches_", "costly_", "uploads_"),
    "pages": ("terms_page", "max_"),
    "kept": ("retain_",),
}
"""The cards in which settings stand, and how those begin that belong there; all else: the first."""


def _card(name: str) -> str:
    fitting = (card for card, begins in CARDS.items() if name.startswith(tuple(begins)))
    return next(fitting, "server")


def listing(wiki: Wiki, actor: Actor, environment: Mapping[str, str]) -> Listed:
    """Every setting as it is in this process; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    data, wrong = wiki.settings.data, ""
    values: Mapping[str, tuple[Source, Any]] = {}
    try:
        values = sources(data, environment)
    except (SettingError, UnicodeDecodeError) as error:
        wrong = str(error)
    with wiki.database.read() as connection:
        chosen, mark = choices.every(connection), choices.logo_mark(connection)
    shown = [_shown(wiki, setting, values.get(setting.name), chosen) for setting in table()]
    return Listed(shown, data / FILE, wrong, mark)


def _shown(
    wiki: Wiki, setting: Any, reading: tuple[Source, Any] | None, chosen: Mapping[str, str]
) -> SettingView:
    name, value = setting.name, getattr(wiki.settings, setting.name)
    base = getattr(wiki.configured, name)
    source, fresh = reading or (Source.GIVEN, base)
    is_secret, is_made = name in SECRETS, name == "secret_key" and not fresh
    waits = not is_made and fresh != base
    if waits and source is Source.DEFAULT:
        # Neither the file nor the environment says so: the command that started the wiki did.
        source, waits = Source.GIVEN, False
    on_screen, fixed = setting.metadata["on_screen"], name in wiki.configured.fixed
    if on_screen and not fixed and name in chosen and source in (Source.DEFAULT, Source.GIVEN):
        source = Source.SCREEN
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
        on_screen=on_screen,
        fixed=fixed,
    )


def choose(wiki: Wiki, actor: Actor, sent: Mapping[str, str]) -> None:
    """Set what is set on the screen; what is not sent, or set elsewhere, stays as it is.

    For administrators. Raises LoginRequired, Forbidden, Invalid (with fields).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    wanted: dict[str, str] = {}
    wrong: list[FieldError] = []
    for setting in table():
        name = setting.name
        if not setting.metadata["on_screen"] or name in wiki.settings.fixed or name not in sent:
            continue
        try:
            wanted[name] = _checked(name, sent[name])
        except Invalid as error:
            wrong.extend(error.fields)
    question = wanted.get("door_question", wiki.settings.door_question)
    if question and not wanted.get("door_answer", wiki.settings.door_answer).strip(" ,"):
        wrong.append(FieldError("door_answer", "door_answer_empty", {}))
    if wrong:
        raise Invalid("form_wrong", fields=wrong)
    changed = {name: it for name, it in wanted.items() if it != getattr(wiki.settings, name)}
    with wiki.database.write() as connection:
        kept = choices.every(connection)
        if fresh := {name: it for name, it in wanted.items() if it != kept.get(name)}:
            choices.put(connection, fresh)
        for name, value in changed.items():
            audit.write(wiki, connection, actor, LoggedAct.SETTING, name.upper(), value=value)
    wiki.renew()


def _checked(name: str, written: str) -> str:
    most = NAME_MOST if name == "site_name" else LINE_MOST
    value = " ".join(written.split())
    if not value.isprintable():
        raise Invalid.field(name, "setting_characters")
    if len(value) > most:
        raise Invalid.field(name, "setting_long", most=most)
    if name == "site_name" and not value:
        raise Invalid.field(name, "site_name_empty")
    try:
        return str(parse(name, value))
    except SettingError as error:
        raise Invalid.field(name, "choice_unknown") from error


def set_logo(wiki: Wiki, actor: Actor, data: bytes) -> None:
    """Use a picture as the site's logo, made small; without data the wiki's own sign.

    For administrators. Raises LoginRequired, Forbidden, TooLarge, Refused.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    made = emblem(data) if data else b""
    mark = sha256(made).hexdigest()[: choices.MARK_LENGTH] if made else ""
    with wiki.database.write() as connection:
        choices.put_logo(connection, mark, made)
        audit.write(wiki, connection, actor, LoggedAct.SETTING, "LOGO", value=mark)
    wiki.renew()


def logo(wiki: Wiki, mark: str) -> bytes:
    """The site's logo, a PNG, for everybody: it stands on the login page. Raises NotFound."""
    with wiki.database.read() as connection:
        data = choices.logo(connection, mark)
    if data is None:
        raise NotFound("file_missing", file=f"{mark}.png")
    return data


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
