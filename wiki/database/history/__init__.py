"""History: revisions and where pages were, sentences, hidden parts, deleted text, seals.

May use, beside `access`, `engine` and `members` on this floor: the domain and SQLAlchemy. Tables
stand beside their queries; a query takes a Connection first.
"""
