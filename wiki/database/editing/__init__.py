"""Editing: drafts, and suggestions that wait for an editor.

May use, beside `access`, `engine`, `history` and `members` on this floor: the domain and
SQLAlchemy. Tables stand beside their queries; a query takes a Connection first.
"""
