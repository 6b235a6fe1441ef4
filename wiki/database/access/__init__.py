"""Access: rules on paths, groups, tries that are counted, the audit log, which rows one sees.

May use, beside `engine` and `members` on this floor: the domain and SQLAlchemy. Tables stand beside
their queries; a query takes a Connection first.
"""
