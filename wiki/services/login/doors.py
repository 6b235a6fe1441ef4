"""The doors of an account: password, passkeys, accounts at a provider. The last one stays."""

from __future__ import annotations

from wiki.database.engine.connection import Connection
from wiki.database.login import identities, passkeys
from wiki.database.members import members
from wiki.domain.errors import Conflict


def keep_one(connection: Connection, member: int) -> None:
    """Pass if one door of this member's may go; raises Conflict (`door_last`)."""
    has_password = bool(members.password_of(connection, member))
    doors = has_password + passkeys.number(connection, member)
    if doors + identities.number(connection, member) < 2:
        raise Conflict("door_last")
