"""Search: in titles while the index is made, the shared index, and searches that members keep.

May use, beside `access`, `content` and `engine` on this floor: the domain and SQLAlchemy. Tables
stand beside their queries; a query takes a Connection first.
"""
