"""The names of SQLAlchemy that other layers may say; whatever does more with SQL belongs here."""

from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

__all__ = ["Connection", "IntegrityError", "SQLAlchemyError", "Table"]
