"""The login methods of an account: password, passkeys, provider accounts. The last one stays."""

from __future__ import annotations

from wiki.database.engine.connection import Connection
from wiki.database.login import identities, passkeys
from wiki.database.members import members
from wiki.domain.errors import Conflict


def require_another(connection: Connection, member: int) -> None:
    """Pass if the member can log in without one of them; raises Conflict (`door_last`)."""
    has_password = bool(members.password_of(connection, member))
    methods = has_password + passkeys.number(connection, member)
    if methods + identities.number(connection, member) < 2:
        raise Conflict("door_last")
