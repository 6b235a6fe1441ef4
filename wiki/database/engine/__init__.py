"""Engine: connections to both databases on SQLite and PostgreSQL, schemas, migrations, dumps.

Uses no other room of this floor; below it: the domain and SQLAlchemy. Tables stand beside their
queries; a query takes a Connection first.
"""
