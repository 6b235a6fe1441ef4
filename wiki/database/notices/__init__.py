"""Notices: notifications, watches, what is still to be told, mail that is chosen, waits, stops.

May use, beside `engine` and `history` on this floor: the domain and SQLAlchemy. Tables stand beside
their queries; a query takes a Connection first.
"""
