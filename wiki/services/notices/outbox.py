"""Mail: written into the outbox with what it tells of, sent from there by the worker."""

from __future__ import annotations

import ipaddress
import logging
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr
from urllib.parse import SplitResult, unquote, urlsplit

from wiki.database.engine.connection import Connection
from wiki.database.notices import outbox
from wiki.database.notices.outbox import Letter
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import NotFound
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.notices import mail_stops
from wiki.settings import Settings

log = logging.getLogger(__name__)

TIMEOUT = 20.0
CLAIM = timedelta(minutes=10)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""How long to wait after the first, second, ... failure; after the last one the mail stays."""
OF_US = b"5.7."
"""How an answer begins that is about who sends (RFC 3463, policy), not about the address."""

LINE_MOST = 900
"""Characters of a header that is not folded; RFC 5322 ends a line at 998."""

Renew = Callable[[Letter], Letter | None]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The outbox as an administrator sees it: how much waits, and how much of it was given up."""

    can_send: bool
    waiting: int
    given_up: int
    letters: Sequence[Letter]


def can_send(settings: Settings) -> bool:
    """Whether mail with a link in it reaches people: links need the site's own address."""
    return bool(settings.mail_url and settings.base_url)


def link(settings: Settings, path: str) -> str:
    """An address for a mail; from BASE_URL only, never from what a request says of itself."""
    return settings.base_url.rstrip("/") + path


def put(
    wiki: Wiki,
    connection: Connection,
    recipient: str,
    subject: str,
    text: str,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    member: int | None = None,
) -> int:
    """Put a mail in the outbox, in the caller's transaction; the worker sends it. Gives its id.

    `member` is whose notifications it tells, if it does: they are asked about again when it goes.
    """
    subject = one_line(subject)
    return outbox.add(connection, recipient, subject, text, wiki.clock(), html, headers, member)


def listing(
    wiki: Wiki, actor: Actor, *, given_up: bool = False, before: int = 0, limit: int = 50
) -> Outgoing:
    """The mail that is not sent yet, or only what is tried no more; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        letters = outbox.unsent(connection, given_up=given_up, before=before, limit=limit)
        waiting, lost = outbox.waiting(connection), outbox.given_up(connection)
        return Outgoing(can_send(wiki.settings), waiting, lost, letters)


def oldest(wiki: Wiki, actor: Actor) -> datetime | None:
    """Since when the oldest mail waits that is still tried; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return outbox.oldest(connection)


def retry_all(wiki: Wiki, actor: Actor) -> int:
    """Try all mail again that was given up; gives how much that is. For administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        number = outbox.all_again(connection, wiki.clock())
        if number:
            audit.write(wiki, connection, actor, LoggedAct.MAIL_RETRY_ALL, "", number=str(number))
    wiki.wake()
    return number


def retry(wiki: Wiki, actor: Actor, id: int) -> None:
    """Try a mail again at once, as if for the first time; for administrators. Raises NotFound."""
    letter = _unsent(wiki, actor, id)
    with wiki.database.write() as connection:
        outbox.again(connection, letter, wiki.clock())
        audit.write(wiki, connection, actor, LoggedAct.MAIL_RETRY, letter.recipient)
    wiki.wake()


def drop(wiki: Wiki, actor: Actor, id: int) -> None:
    """Do not send a mail after all; for administrators. Raises NotFound (`mail_missing`)."""
    letter = _unsent(wiki, actor, id)
    with wiki.database.write() as connection:
        outbox.remove(connection, letter)
        audit.write(wiki, connection, actor, LoggedAct.MAIL_DROP, letter.recipient)


def _unsent(wiki: Wiki, actor: Actor, id: int) -> Letter:
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        letter = outbox.unsent_one(connection, id)
    if letter is None:
        raise NotFound("mail_missing")
    return letter


def deliver(wiki: Wiki, renew: Renew = lambda letter: letter) -> bool:
    """Send the mail whose time has come; whether there was any. For the worker.

    Each mail is claimed before it is sent: a worker that dies leaves it for a later try. `renew`
    gives a mail as it is to be right before it goes, or None if it dealt with it otherwise.
    """
    if not wiki.settings.mail_url:
        return False
    now = wiki.clock()
    until = now + CLAIM
    with wiki.database.read() as connection:
        due = outbox.due(connection, now)
    claimed = []
    for letter in due:
        with wiki.database.write() as connection:
            if outbox.claim(connection, letter, until):
                claimed.append(letter)
    if claimed:
        _send_all(wiki, claimed, until, renew)
    return bool(claimed)


def _renewed(wiki: Wiki, letter: Letter, renew: Renew) -> Letter | None:
    try:
        return renew(letter)
    except Exception as error:
        # One mail that cannot be made must not hold up all others.
        log.exception("mail %s could not be made", letter.id)
        _failed(wiki, letter, f"{type(error).__name__}: {error}", permanent=False)
        return None


def _made(wiki: Wiki, letter: Letter) -> EmailMessage | None:
    try:
        return message(wiki.settings, letter)
    except Exception as error:
        # Whatever is in it, one that cannot be written down must not hold up all others.
        log.exception("mail %s could not be written", letter.id)
        _failed(wiki, letter, f"{type(error).__name__}: {error}", permanent=True)
        return None


def tidy(wiki: Wiki) -> None:
    """Forget mail that was sent, or given up, long ago."""
    days = wiki.settings.retain_mail_days
    if days:
        with wiki.database.write() as connection:
            outbox.forget(connection, wiki.clock() - timedelta(days=days))


def _send_all(wiki: Wiki, letters: Sequence[Letter], until: datetime, renew: Renew) -> None:
    try:
        server = connect(wiki.settings)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("no mail server: %s", error)
        for letter in letters:
            _failed(wiki, letter, answer(error), permanent=False)
        return
    with server:
        for letter in letters:
            fresh = _renewed(wiki, letter, renew)
            if fresh is None:
                continue
            made = _made(wiki, fresh)
            if made is None:
                continue
            if wiki.clock() >= until:
                return  # who stood still for so long: another worker may send them by now
            try:
                server.send_message(made)
            except (OSError, smtplib.SMTPException, ValueError) as error:
                log.warning("mail %s was not sent: %s", letter.id, error)
                _failed(wiki, letter, answer(error), permanent=_is_permanent(error))
                if _is_nobody(error):
                    with wiki.database.write() as connection:
                        mail_stops.stop(wiki, connection, letter.recipient, _said(error))
            else:
                with wiki.database.write() as connection:
                    outbox.sent(connection, letter, wiki.clock())


def _failed(wiki: Wiki, letter: Letter, error: str, *, permanent: bool) -> None:
    again = None
    if not permanent and letter.tries < len(PAUSES):
        again = wiki.clock() + PAUSES[letter.tries]
    with wiki.database.write() as connection:
        outbox.failed(connection, letter, error, again)


def _is_permanent(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 550
    return isinstance(error, ValueError)


def _is_nobody(error: Exception) -> bool:
    """Whether the mail server refuses the address for good, and not for what it thinks of us."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    answers = error.recipients.values()
    return all(code >= 500 and not text.startswith(OF_US) for code, text in answers)


def _said(error: Exception) -> str:
    """Return the mail server's words about an address."""
    answers = error.recipients.values() if isinstance(error, smtplib.SMTPRecipientsRefused) else ()
    return " ".join(f"{code} {text.decode(errors='replace')}" for code, text in answers)


def answer(error: Exception) -> str:
    """Return what went wrong, in the mail server's own words where it has any."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {words}"
    return _said(error) or str(error)


def message(settings: Settings, letter: Letter) -> EmailMessage:
    """The mail as it goes over the line; raises ValueError if a header would break.

    Its Message-ID is the same at every try, so that who gets it twice sees it once.
    """
    made = EmailMessage(policy=_Lines())
    sender = settings.mail_from or f"denktank@{domain(settings)}"
    made["From"] = sender if "<" in sender else formataddr((one_line(settings.site_name), sender))
    made["To"] = letter.recipient
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(letter.created)
    stamp = int(letter.created.timestamp() * 1000)
    headers = {
        "Message-ID": f"<mail-{letter.id}-{stamp:x}@{domain(settings)}>",
        "Auto-Submitted": "auto-generated",
        **letter.headers,
    }
    for name, value in headers.items():
        made[name] = value
    made.set_content(letter.text)
    if letter.html:
        made.add_alternative(letter.html, subtype="html")
    return made


def domain(settings: Settings) -> str:
    """The host of the site, as mail wants it."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    return host.encode("idna").decode() if not host.isascii() else host


class _Lines(EmailPolicy):
    """Headers that programs read stay on one line: folded, a long address would be encoded."""

    _RAW = frozenset(
        "message-id in-reply-to references list-id list-unsubscribe list-unsubscribe-post".split()
    )

    def fold(self, name: str, value: str) -> str:
        """A header as text."""
        return self._line(name, value) if name.lower() in self._RAW else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """A header as bytes."""
        if name.lower() in self._RAW:
            return self._line(name, value).encode("ascii")
        return super().fold_binary(name, value)

    def _line(self, name: str, value: str) -> str:
        if not (value.isascii() and value.isprintable() and len(value) < LINE_MOST):
            raise ValueError(f"{name} cannot be written in one line")
        return f"{name}: {value}{self.linesep}"


def one_line(text: str, most: int = 200) -> str:
    """A text as it can stand in a header: on one line, without what cannot be printed."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def connect(settings: Settings, timeout: float = TIMEOUT) -> smtplib.SMTP:
    """A logged-in connection to `smtp[s]://user:pass@host:port`; TLS wherever it is offered.

    Raises ValueError, before anything is said, if another machine offers none (who stands between
    may have left the offer out) and MAIL_CLEAR_TEXT does not allow that.
    """
    parts = urlsplit(settings.mail_url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not _has_port(parts):
        raise ValueError("MAIL_URL is smtp[s]://user:pass@host:port; write / in a password as %2F")
    secure = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(
            parts.hostname, parts.port or 465, timeout=timeout, context=secure
        )
    else:
        server = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=timeout)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=secure)
        elif not (settings.mail_clear_text or _is_here(parts.hostname)):
            server.close()
            raise ValueError(
                f"{parts.hostname} offers no TLS; use smtps://, or set MAIL_CLEAR_TEXT = yes"
            )
    try:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _has_port(parts: SplitResult) -> bool:
    """Whether the port is a number, or left out; else it is a part of the password."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def _is_here(host: str) -> bool:
    """Whether a mail server is on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
