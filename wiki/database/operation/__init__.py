"""Operation: erasing a member, purging, texts that are set aside: what touches all tables.

May use, beside `access`, `editing`, `engine`, `history`, `login`, `members`, `notices` and `talk`
on this floor: the domain and SQLAlchemy. Tables stand beside their queries; a query takes a
Connection first.
"""
