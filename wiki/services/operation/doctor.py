"""Findings of what is wrong with a wiki and its machine, each with a code: for `denktank doctor`.

The folder is looked at first, without opening the wiki: a wiki that cannot be opened, or that
opening would change (its owner is somebody else, its tables are older), is described as far as
that goes.
"""

from __future__ import annotations

import os
import platform
import pwd
import re
import shutil
import smtplib
import ssl
import stat
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from wiki.domain.access.rights import SYSTEM
from wiki.domain.errors import Unavailable, WikiError
from wiki.engine import PAGES, Wiki, open_wiki
from wiki.services.notices import mail_domain, outbox
from wiki.services.operation import health, upgrading
from wiki.settings import SECRET_FILE, Settings

OLDEST_GIT = (2, 31)
LEAST_INODES = 10_000
MAIL_SECONDS, MAIL_STEP_SECONDS = 15.0, 5.0
"""How long a mail server may take in all, and for each of its answers."""
LIBRARIES = ("SQLAlchemy", "alembic", "pygit2", "Whoosh", "Flask", "gunicorn", "mistune", "nh3")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be; `is_grave`: something fails, or may get lost."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    is_grave: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, the gravest first, and the versions of what the wiki stands on."""

    findings: Sequence[Finding]
    versions: Mapping[str, str]

    @property
    def is_well(self) -> bool:
        """Whether nothing is grave."""
        return not any(finding.is_grave for finding in self.findings)


def examine(settings: Settings) -> Report:
    """Look at everything that can be looked at; nothing is mended or upgraded, no mail is sent."""
    findings = [*_of_folder(settings.data), *_of_git(), *_of_address(settings), *_of_mail(settings)]
    versions = _versions()
    try:
        is_ours = settings.data.stat().st_uid == os.geteuid()
        plan = upgrading.plan(settings)
        if plan.database.steps or plan.database.is_newer or plan.first:
            findings.append(Finding("upgrade_waits", is_grave=plan.database.is_newer))
        elif is_ours:
            wiki = open_wiki(settings)
            try:
                findings += _of_wiki(wiki)
                versions |= {"SQL": wiki.database.facts().product}
            finally:
                wiki.close()
    except WikiError as error:
        findings.append(Finding("closed", {"error": error}))
    except OSError as error:
        findings.append(Finding("closed_disk", {"detail": str(error)}))
    return Report(sorted(findings, key=lambda finding: not finding.is_grave), versions)


def _of_folder(data: Path) -> Iterator[Finding]:
    """Look at who may do what there, and how much room there is."""
    here = data.stat()
    folder = {"folder": str(data)}
    if here.st_uid != os.geteuid():
        yield Finding("owner", {**folder, "owner": _name(here.st_uid), "me": _name(os.geteuid())})
    elif not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("rights", folder)
    if here.st_mode & stat.S_IRWXO:
        yield Finding("open", folder, is_grave=False)
    secret = data / SECRET_FILE
    if secret.exists() and secret.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("secret_open", {"file": str(secret)})
    disk = os.statvfs(data)
    if disk.f_files and disk.f_favail < LEAST_INODES:
        yield Finding("inodes", {"number": disk.f_favail})
    for part in (PAGES, "search_index"):
        if (data / part).exists() and (data / part).stat().st_dev != here.st_dev:
            yield Finding("split", {**folder, "part": part})


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _of_git() -> Iterator[Finding]:
    installed = _git()
    if not installed:
        yield Finding("git_missing")
    elif _numbers(installed) < OLDEST_GIT:
        yield Finding("git_old", {"found": installed, "wanted": ".".join(map(str, OLDEST_GIT))})


def _git() -> str:
    """The version of git; empty if there is none."""
    program = shutil.which("git")
    if not program:
        return ""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found[0] if found else ""


def _numbers(written: str) -> tuple[int, ...]:
    return tuple(int(part) for part in written.split("."))


def _of_address(settings: Settings) -> Iterator[Finding]:
    if not settings.base_url:
        yield Finding("address_none", is_grave=False)
    elif settings.base_url.startswith("https://") and not settings.trusted_proxies:
        yield Finding("proxies_none", {"address": settings.base_url})


def _of_mail(settings: Settings) -> Iterator[Finding]:
    if not settings.mail_url:
        return
    said = _mail_server_says(settings)
    if said:
        yield Finding("mail_server", {"said": said})
    sender = parseaddr(settings.mail_from)[1].rpartition("@")[2] or outbox.domain(settings)
    for lack in mail_domain.lacks(sender):
        yield Finding(lack.value, {"domain": sender}, is_grave=False)


def _mail_server_says(settings: Settings) -> str:
    """Why no mail could be sent now; empty if it could. It is greeted and logged in to, no more."""
    answers = ["no answer in time"]

    def ask() -> None:
        try:
            with outbox.connect(settings, MAIL_STEP_SECONDS) as server:
                server.ehlo_or_helo_if_needed()
                answers.append("")
        except (OSError, smtplib.SMTPException, ssl.SSLError, ValueError) as error:
            answers.append(outbox.answer(error) or type(error).__name__)

    # A server may say a letter a second, and never be too late with the next one.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(MAIL_SECONDS)
    return answers[-1]


def _of_wiki(wiki: Wiki) -> Iterator[Finding]:
    """Look at what the screen for health shows, and how far the projections are."""
    condition = health.examine(wiki, SYSTEM)
    for trouble in condition.troubles:
        yield Finding(trouble.code, trouble.values, trouble.is_grave)
    for name, behind in condition.health.behind.items():
        if behind < 0:
            yield Finding("building", {"name": name}, is_grave=False)
        elif behind:
            yield Finding("behind", {"name": name, "number": behind}, is_grave=False)
    if condition.health.problem:
        yield Finding("problem", {"error": Unavailable(condition.health.problem)})


def _versions() -> dict[str, str]:
    versions = {"Python": platform.python_version(), "git": _git()}
    for name in ("denktank", *LIBRARIES):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = ""
    return versions
