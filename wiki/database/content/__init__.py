"""Content: what front matter and text of each page say at the newest revision, and its titles.

May use, beside `access`, `engine` and `history` on this floor: the domain and
SQLAlchemy. Tables stand beside their queries; a query takes a Connection first.
"""
