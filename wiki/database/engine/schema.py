"""The schemas: truth (people and talk) and projections (disposable, rebuilt from git).

Tables live beside their queries, one noun per module; this module holds what they share.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

PROJECTIONS = "projections"
SEARCH = "search"
"""Where PostgreSQL's own search engine keeps what it has: derived, and made when it is needed."""

STAYS = {"stays": True}
"""Of a table whose rows belong to one database and do not travel to another."""

truth = MetaData(naming_convention=_NAMES)
projections = MetaData(naming_convention=_NAMES, schema=PROJECTIONS)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
