"""The names of SQLAlchemy that other layers may say; whatever does more with SQL belongs here."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

__all__ = ["Connection", "IntegrityError", "SQLAlchemyError", "Table", "after", "take_after"]

_AFTER = "denktank.after"


def after(connection: Connection, act: Callable[[], None]) -> None:
    """Act once the transaction is committed; not at all if it is rolled back."""
    connection.info.setdefault(_AFTER, []).append(act)


def take_after(connection: Connection) -> Sequence[Callable[[], None]]:
    """Take from a transaction what was to be done after it; nothing where its session was ended."""
    if connection.invalidated:
        return ()
    acts: Sequence[Callable[[], None]] = connection.info.pop(_AFTER, ())
    return acts
