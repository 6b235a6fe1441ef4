"""Pages: the catalogue of pages, recent changes, views, and when members were here.

May use, beside `access`, `content`, `engine`, `history`, `members` and `talk` on this floor: the
domain and SQLAlchemy. Tables stand beside their queries; a query takes a Connection first.
"""
