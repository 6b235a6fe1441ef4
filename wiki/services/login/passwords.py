"""Passwords: which may be chosen, what is kept of one, whether one is right.

The 107,919 words that may not be chosen stand in `passwords.bin`: the first four bytes of the SHA-1
of each, sorted. They are the 30,000 passwords found most often in breaches, common words and names
(zxcvbn's lists, MIT) and the Dutch words of wiki/analysis (OpenTaal); docs/passwords.py makes it.
"""

from __future__ import annotations

import hashlib
import secrets
from bisect import bisect_left
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from wiki.domain.errors import Invalid
from wiki.domain.login.passwords import forms
from wiki.domain.members.members import (
    PASSWORD_LEAST,
    check_password,
    may_be_password,
    normal_password,
)
from wiki.settings import Settings

PREFIX = 4

# The second choice of OWASP's list: a login holds 19 MB for some 20 ms, also with every thread
# of a small server logging somebody in.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def check(settings: Settings, password: str, *about: str, field: str = "password") -> str:
    """The password in the form in which it is hashed; raises Invalid on the form's `field`.

    Rules as NIST SP 800-63B has them: a length (PASSWORD_LENGTH), no rules on kinds of characters,
    and nothing that is known from breaches, from a dictionary, or `about` the person or the site.
    """
    about = (*about, settings.site_name)
    password = check_password(password, *about, field=field, least=shortest(settings))
    if any(is_listed(form) for form in forms(password)):
        raise Invalid.field(field, "password_common")
    return password


def shortest(settings: Settings) -> int:
    """Return how many characters a password has at least."""
    return max(PASSWORD_LEAST, settings.password_length)


def is_listed(word: str) -> bool:
    """Whether a word is among those that nobody may choose."""
    listed = _listed()
    mark = hashlib.sha1(word.encode(), usedforsecurity=False).digest()[:PREFIX]
    place = bisect_left(range(len(listed) // PREFIX), mark, key=lambda at: _at(listed, at))
    return _at(listed, place) == mark


def _at(listed: bytes, place: int) -> bytes:
    return listed[place * PREFIX : (place + 1) * PREFIX]


@cache
def _listed() -> bytes:
    return (files("wiki.services.login") / "passwords.bin").read_bytes()


def hashed(password: str) -> str:
    """Return the hash that is kept of a password."""
    return _hasher.hash(normal_password(password))


def verify(hashed: str, password: str) -> bool:
    """Whether this is the password; takes as long when nothing is kept.

    What is too long to be one is refused before any work is done.
    """
    if not may_be_password(password):
        return False
    try:
        return _hasher.verify(hashed or _nobodys(), normal_password(password)) and bool(hashed)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with less work than today's are."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
