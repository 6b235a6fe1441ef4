"""Login: sessions, tokens, passkeys, second factors, identities elsewhere, suspensions.

May use, beside `engine`, `members`, `moderation` and `notices` on this floor: the domain and
SQLAlchemy. Tables stand beside their queries; a query takes a Connection first.
"""
