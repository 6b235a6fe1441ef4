"""Exchange: the table of repositories elsewhere.

May use, beside `engine` on this floor: the domain and SQLAlchemy. Tables stand beside their
queries; a query takes a Connection first.
"""
