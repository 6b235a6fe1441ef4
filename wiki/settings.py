"""The wiki's settings: one table, read from the command line, environment and `denktank.cfg`."""

from __future__ import annotations

import difflib
import fcntl
import logging
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wiki.domain import proxies
from wiki.domain.content.addresses import prefix_of
from wiki.domain.content.conventions import dialogues
from wiki.domain.content.links import Way
from wiki.domain.content.setaside import MOST_BYTES
from wiki.domain.login.identities import check_issuer, roles_by_group
from wiki.domain.numbers import whole
from wiki.keeping import PRIVATE, keep

log = logging.getLogger(__name__)

PREFIX = "DENKTANK_"
FILE = "denktank.cfg"
SECRET_FILE = "secret_key"
LEAST_SECRET = 16
_NODE_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_PATH = re.compile(r"(?:/(?!\.)[A-Za-z0-9._-]+)+/?")

WHOOSH, POSTGRESQL = "whoosh", "postgresql"
"""What may search."""

SECRETS = frozenset({"secret_key", "mail_url", "database_url", "oidc_client_secret"})
"""Settings whose value nobody is shown."""


class Source(StrEnum):
    """Where a setting's value comes from; `GIVEN` is the command that started the wiki."""

    DEFAULT = "default"
    SCREEN = "screen"
    FILE = "file"
    ENVIRONMENT = "environment"
    GIVEN = "given"


class SettingError(Exception):
    """A setting that is unknown or has a value that cannot be used; the message says what to do."""


def _setting(
    default: Any,
    help: str,
    choices: tuple[str, ...] = (),
    check: Callable[[Any], object] | None = None,
    *,
    on_screen: bool = False,
) -> Any:
    """One setting; `check` raises ValueError, with a sentence, for a value that cannot be used.

    `on_screen`: an administrator sets it on the screen, where neither file nor environment does.
    """
    metadata = {"help": help, "choices": choices, "check": check, "on_screen": on_screen}
    return field(default=default, metadata=metadata)


def _check_address(written: str) -> None:
    """Raise ValueError for an address under which the wiki cannot stand."""
    parts = urlsplit(written)
    if not written:
        return
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write the whole address, such as https://denktank.example.org")
    if parts.query or parts.fragment:
        raise ValueError("leave out what follows ? and #")
    if parts.path.strip("/") and not _PATH.fullmatch(parts.path):
        raise ValueError(
            "write the path with letters, digits, dots, dashes and underscores only, such as "
            f"{parts.scheme}://{parts.netloc}/denktank"
        )


def _check_size(size: int) -> None:
    """Raise ValueError for a size above which no page is read."""
    if size > MOST_BYTES:
        raise ValueError(
            f"{MOST_BYTES} at most; a larger page could be saved, but not read: it would be shown "
            "as a link to its file"
        )


def _check_name(name: str) -> None:
    """Raise ValueError for what a node cannot be called."""
    if name and not _NODE_NAME.fullmatch(name):
        raise ValueError("write 100 letters, digits, dots, dashes and underscores at most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting with its default; the table in docs/settings.md is made from this one."""

    data: Path = field(default=Path(), metadata={"help": "the folder that holds the wiki"})
    fixed: frozenset[str] = field(
        default=frozenset(), metadata={"help": "the settings that file, environment or command set"}
    )
    site_name: str = _setting(
        "Denktank", "the name of the site, in its header and in mail", on_screen=True
    )
    tagline: str = _setting(
        "", "what the site is for, in one line at the foot of every page", on_screen=True
    )
    base_url: str = _setting(
        "",
        "the public address, such as https://example.org or https://example.org/wiki; links in "
        "mail come only from it",
        check=_check_address,
    )
    language: str = _setting("nl", "the site's own language", ("nl", "en"), on_screen=True)
    timezone: str = _setting("Europe/Amsterdam", "the time zone of dates without one")
    dialogues: str = _setting(
        "",
        "which pages are dialogues by their path, with commas between rules such as "
        "notulen/{date}* or raad/{year}/**/{day}-{month}: {date} (2025-05-28, 20250528), or "
        "{year}, {month} and {day} give the day, * is anything in a name, ** any folders; such a "
        "dialogue was held, unless the page's front matter says otherwise",
        check=dialogues,
    )
    database_url: str = _setting("", "an SQLAlchemy URL; empty: SQLite in the data folder")
    shared_pages: bool = _setting(
        False,
        "whether the wiki runs on several nodes: pages are kept in the database too, which has to "
        "be PostgreSQL, and every node has a copy",
    )
    node_name: str = _setting(
        "",
        "what this machine is called among several nodes; empty: the name of the host",
        check=_check_name,
    )
    search: str = _setting(
        "",
        "what searches: whoosh, in a folder of this machine; or postgresql, in the database of "
        "DATABASE_URL, which several machines share; empty: postgresql with SHARED_PAGES, else "
        "whoosh",
        ("", WHOOSH, POSTGRESQL),
    )
    mail_url: str = _setting("", "smtp[s]://user:pass@host:port; empty: mail stays in the outbox")
    mail_clear_text: bool = _setting(
        False,
        "whether mail and the password for it may go unencrypted to another machine, where the "
        "mail server offers no TLS",
    )
    mail_from: str = _setting("", "the sender of mail; empty: denktank@ and the host of base_url")
    mail_wait_seconds: int = _setting(
        180, "seconds that mail of what is new waits, so that what follows soon comes along"
    )
    registration: str = _setting(
        "open", "who may join", ("open", "approval", "invitation", "closed"), on_screen=True
    )
    door_question: str = _setting(
        "", "a question that who joins has to answer, against machines; empty: none", on_screen=True
    )
    door_answer: str = _setting(
        "", "the answers to it that are right, with commas; capitals do not count", on_screen=True
    )
    password_length: int = _setting(
        8, "the fewest characters of a password; NIST advises 15 where it is the only proof"
    )
    require_second_factor: str = _setting(
        "",
        "from this role on one's rights need a second step at login; empty: from none",
        ("", "member", "editor", "moderator", "admin"),
    )
    oidc_issuer: str = _setting(
        "",
        "an OpenID Connect provider that members may log in with, by its address",
        check=check_issuer,
    )
    oidc_client_id: str = _setting("", "how that provider knows this wiki")
    oidc_client_secret: str = _setting("", "the secret that goes with it; empty: a public client")
    oidc_name: str = _setting("", "what the provider is called on the login page")
    oidc_scope: str = _setting("openid email profile", "what the provider is asked to tell")
    oidc_registration: str = _setting(
        "",
        "who may join with the provider; empty: as REGISTRATION says",
        ("", "open", "approval", "invitation", "closed"),
    )
    oidc_trust_email: bool = _setting(
        False,
        "whether an address that the provider checked is believed: it then opens the account that "
        "has the address here",
    )
    oidc_groups_claim: str = _setting("groups", "the claim that names a person's groups there")
    oidc_roles: str = _setting(
        "",
        "roles by group: beheer=admin, redactie=editor; at each login with the provider the role "
        "follows, who is in none of them is a member; empty: roles stay as they are",
        check=roles_by_group,
    )
    oidc_strong: str = _setting(
        "",
        "words of acr or amr that stand for a second step taken there: mfa, otp; empty: what the "
        "provider says counts as a password does",
    )
    read: str = _setting(
        "reader",
        "the least role that may read",
        ("reader", "member", "editor"),
        on_screen=True,
    )
    comment: str = _setting(
        "member", "the least role that may comment", ("member", "editor"), on_screen=True
    )
    newcomers_suggest: bool = _setting(
        False, "whether members suggest edits until they are made editor (or a rule lets them edit)"
    )
    hold_first_comments: int = _setting(
        0, "how many first comments of a new member wait for a moderator; 0: none"
    )
    new_member_links: int = _setting(
        3, "links to other sites in one comment, or added to a page, of a new member"
    )
    new_member_edits_per_hour: int = _setting(
        60, "pages that a new member saves in an hour; 0: no limit"
    )
    comments_per_minute: int = _setting(10, "comments by one member in a minute")
    comments_per_hour: int = _setting(120, "comments by one member in an hour")
    edits_per_minute: int = _setting(
        300, "saves by one member in a minute, large texts count for several; 0: no limit"
    )
    previews_per_minute: int = _setting(
        300, "previews by one member in a minute, large texts count for several; 0: no limit"
    )
    drafts_per_minute: int = _setting(
        300, "drafts that one member's editors keep in a minute; 0: no limit"
    )
    searches_per_minute: int = _setting(
        300,
        "searches by one member in a minute, or from one address without an account; 0: no limit",
    )
    costly_ms_per_minute: int = _setting(
        3_000,
        "milliseconds of processor time in a minute for old versions, differences, histories, "
        "exports and searches from one address without an account; 0: no limit",
    )
    api_requests_per_minute: int = _setting(
        600,
        "requests by the programs of one member in a minute, or from one address without a token;"
        " 0: no limit",
    )
    uploads_per_hour: int = _setting(
        400, "files by one member in an hour, each by its megabytes; 0: no limit"
    )
    terms_page: str = _setting(
        "voorwaarden", "the page with the terms that who joins accepts; if there is none, none"
    )
    other_pictures: str = _setting(
        "click",
        "how pictures of other sites are shown: never (a link), in place of the link once a "
        "reader clicks, or fetched and kept by the wiki, so that the other site knows no reader; "
        "only with proxy does the wiki ask for anything",
        tuple(Way),
    )
    mermaid_command: str = _setting(
        "",
        "a command that draws diagrams, with its options, such as mmdc -p /etc/puppeteer.json; the "
        "worker adds -i, -o and -c, and ends it after a minute or at 2 GB; empty: a diagram is "
        "shown as the code it is written as",
    )
    max_text_bytes: int = _setting(
        2_000_000, f"the largest page, in bytes; {MOST_BYTES} at most", check=_check_size
    )
    max_file_bytes: int = _setting(20_000_000, "the largest attachment, in bytes")
    max_push_bytes: int = _setting(
        50_000_000, "the most that git sends in one push over HTTP, in bytes as they are packed"
    )
    git_anonymous: bool = _setting(
        False,
        "whether who has no account may clone the wiki with git, where everybody may read all",
    )
    git_public: bool = _setting(
        False,
        "whether what everybody may read is kept as a repository for all, at /git-public",
    )
    private_addresses: bool = _setting(
        False,
        "whether remotes and webhooks may be at addresses of this machine or of the network "
        "around it",
    )
    secret_key: str = _setting("", "signs cookies; empty: made at the first start")
    trusted_proxies: str = _setting(
        "",
        "the proxies in front of the wiki whose X-Forwarded-* is believed: their addresses or "
        "networks, with commas; or how many there are in a row, which then counts only if the one "
        "that asks is this machine or in a private network",
        check=proxies.read,
    )
    workers: int = _setting(2, "web processes")
    threads: int = _setting(8, "threads in each web process")
    retain_audit_days: int = _setting(
        1095, "days that the log of those in charge is kept; 0: for ever"
    )
    retain_mail_days: int = _setting(
        30, "days that is kept to whom mail was sent, and mail that was given up; 0: for ever"
    )
    retain_visits_days: int = _setting(
        365, "days that is kept when a member last looked at what changed; 0: for ever"
    )
    retain_views_months: int = _setting(
        36, "months that is kept how often pages were read; 0: for ever"
    )
    log_format: str = _setting("text", "how logs are written", ("text", "json"))

    @property
    def prefix(self) -> str:
        """The path of a site under which the wiki stands; empty if it has the host for itself."""
        return prefix_of(self.base_url)

    @property
    def searches_in_database(self) -> bool:
        """Whether PostgreSQL searches, rather than an index on this machine."""
        return self.search == POSTGRESQL or (not self.search and self.shared_pages)


def load(
    data: Path, environment: Mapping[str, str], given: Mapping[str, Any] | None = None
) -> Settings:
    """Settings from `denktank.cfg` in the data folder, overruled by the environment, by `given`.

    Raises SettingError for an unknown name (with the nearest known one) or an unusable value.
    """
    written = _read_file(data / FILE)
    raw = {**written, **_named_in(environment), **(given or {})}
    parsed = {name: parse(name, value) for name, value in raw.items()}
    settings = Settings(data=data, fixed=frozenset(parsed), **parsed)
    agree(settings)
    return settings


def agree(settings: Settings) -> None:
    """Raise SettingError for settings of which one needs another."""
    if settings.search == WHOOSH and settings.shared_pages:
        raise SettingError(
            "SEARCH = whoosh keeps an index on each machine, and several nodes would miss each "
            "other's comments: leave SEARCH out with SHARED_PAGES, or write SEARCH = postgresql"
        )
    if settings.search == POSTGRESQL and not _is_postgresql(settings.database_url):
        raise SettingError(
            "SEARCH = postgresql searches in a database on PostgreSQL: let DATABASE_URL lead to "
            "one, or write SEARCH = whoosh"
        )


def _is_postgresql(url: str) -> bool:
    return url.partition(":")[0].partition("+")[0] in (POSTGRESQL, "postgres")


def table() -> list[Field[Any]]:
    """Every setting, in the order in which they are told."""
    return [setting for setting in fields(Settings) if setting.name not in ("data", "fixed")]


def chosen_over(settings: Settings, chosen: Mapping[str, str]) -> Settings:
    """The settings with what was chosen on the screen, where nothing else sets it.

    What cannot be used (any more) is passed over: a version that knows fewer choices still starts.
    """
    taken: dict[str, Any] = {}
    for setting in table():
        name = setting.name
        if not setting.metadata["on_screen"] or name in settings.fixed or name not in chosen:
            continue
        try:
            taken[name] = parse(name, chosen[name])
        except SettingError:
            log.warning("%s was chosen on the screen, and cannot be used", name.upper())
    return replace(settings, **taken) if taken else settings


def sources(data: Path, environment: Mapping[str, str]) -> dict[str, tuple[Source, Any]]:
    """Where each setting would come from if the wiki started now, and its value.

    Raises SettingError like `load`.
    """
    settings = {f.name: (Source.DEFAULT, f.default) for f in table()}
    for source, raw in (
        (Source.FILE, _read_file(data / FILE)),
        (Source.ENVIRONMENT, _named_in(environment)),
    ):
        for name, value in raw.items():
            settings[name] = (source, parse(name, value))
    return settings


def with_secret(settings: Settings) -> Settings:
    """The settings with a secret key: the one given, else the data folder's own (made once)."""
    if settings.secret_key:
        return settings
    return replace(settings, secret_key=_secret_in(settings.data / SECRET_FILE))


def _secret_in(file: Path) -> str:
    """The key in a file; made if there is none that can be used, once for all that ask."""
    if key := _read_secret(file):
        return key
    file.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if key := _read_secret(file):
            return key
        if file.exists():
            log.error("%s holds no key: a new one is made, and everybody has to log in anew", file)
        keep(file, secrets.token_hex(32) + "\n", PRIVATE)
        return _read_secret(file)
    finally:
        os.close(folder)


def _read_secret(file: Path) -> str:
    try:
        secret = file.read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return ""
    # Cut off or zeroed by a power cut: too short, or no letters, to be a secret.
    return secret if len(secret) >= LEAST_SECRET and secret.isprintable() else ""


def _named_in(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name != PREFIX + "DATA"
    }


def _read_file(file: Path) -> dict[str, str]:
    return written_in(file.read_text(encoding="utf-8")) if file.is_file() else {}


def written_in(text: str) -> dict[str, str]:
    """The settings in the text of a `denktank.cfg`, as written; raises SettingError."""
    written = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise SettingError(f"{FILE}, line {number}: write NAME = value")
        written[name.strip().lower()] = value.strip()
    return written


def with_database(text: str, url: str) -> str:
    """The text of a `denktank.cfg` that names this database, whatever it named before.

    What only PostgreSQL can do is no longer asked where the database is none.
    """
    gone = {"database_url"} if _is_postgresql(url) else {"database_url", "search"}
    lines = [line for line in text.splitlines() if gone.isdisjoint(written_in(line))]
    if url:
        lines.append(f"DATABASE_URL = {url}")
    return "".join(f"{line}\n" for line in lines)


def parse(name: str, value: Any) -> Any:
    """The value of a setting as the wiki uses it; raises SettingError."""
    by_name = {f.name: f for f in table()}
    if name not in by_name:
        near = difflib.get_close_matches(name, by_name, 1)
        hint = f" Did you mean {near[0].upper()}?" if near else ""
        raise SettingError(f"there is no setting {name.upper()}.{hint}")
    setting = by_name[name]
    parsed = _convert(name, value, type(setting.default))
    choices = setting.metadata["choices"]
    if choices and parsed not in choices:
        raise SettingError(f"{name.upper()} is one of: {', '.join(choices)}; not {value!r}")
    if setting.metadata["check"]:
        try:
            setting.metadata["check"](parsed)
        except ValueError as error:
            raise SettingError(f"{name.upper()}: {error}") from error
    return parsed


def _convert(name: str, value: Any, kind: type) -> Any:
    if isinstance(value, kind):
        return value
    if kind is bool:
        words = {
            "1": True,
            "true": True,
            "yes": True,
            "0": False,
            "false": False,
            "no": False,
            "": False,
        }
        if str(value).lower() not in words:
            raise SettingError(f"{name.upper()} is yes or no, not {value!r}")
        return words[str(value).lower()]
    if kind is int:
        number = whole(str(value), 18)
        if number is None:
            raise SettingError(f"{name.upper()} is a whole number, not {value!r}")
        return number
    return str(value)
