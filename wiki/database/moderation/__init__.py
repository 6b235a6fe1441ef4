"""Moderation: reports and cautions.

May use, beside `engine`, `history` and `members` on this floor: the domain and SQLAlchemy. Tables
stand beside their queries; a query takes a Connection first.
"""
