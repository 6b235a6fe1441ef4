"""Secrets that the wiki has to use again, and therefore cannot keep as a hash.

They are encrypted with a key made of `SECRET_KEY`: who has the database or a backup of it alone has
none of them. Fernet: AES-128 in CBC mode with an HMAC (https://github.com/fernet/spec).
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from wiki.domain.errors import Conflict
from wiki.engine import Wiki

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


ELSEWHERE = "secret of another site"
SECOND_FACTOR = "second factor"
"""What secrets are for; each purpose has a key of its own."""


def seal(wiki: Wiki, secret: str, purpose: str = ELSEWHERE) -> str:
    """The secret as it is kept; an empty one stays empty."""
    return _fernet(wiki, purpose).encrypt(secret.encode()).decode() if secret else ""


def unseal(wiki: Wiki, sealed: str, purpose: str = ELSEWHERE) -> str:
    """The secret again. Raises Conflict (`secret_lost`) where the key is another one by now."""
    from cryptography.fernet import InvalidToken

    if not sealed:
        return ""
    try:
        return _fernet(wiki, purpose).decrypt(sealed).decode()
    except InvalidToken:
        raise Conflict("secret_lost") from None


def _fernet(wiki: Wiki, purpose: str) -> Fernet:
    # Three megabytes and a fiftieth of the start; few processes ever need it.
    from cryptography.fernet import Fernet

    key = hashlib.sha256(f"{purpose}\n{wiki.settings.secret_key}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
