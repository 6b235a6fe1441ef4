"""Operation: the worker, health, backup, purging: the wiki as its operator sees it.

Tables stand beside their queries; a query takes a Connection first.
"""
