"""Pages: pages as they are read: front page, lists, people, feeds, recent changes.

Tables stand beside their queries; a query takes a Connection first.
"""
