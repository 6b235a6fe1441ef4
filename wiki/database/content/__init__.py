"""Content: paths, files and what a page's bytes say.

Tables stand beside their queries; a query takes a Connection first.
"""
