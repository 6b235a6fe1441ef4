"""Shared: one repository on several nodes, each a copy of what a ledger in the database says.

May use, of the rooms of the store: `branch`, `git`, `objects` and `rewriting`.
"""
