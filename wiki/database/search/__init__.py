"""Search: finding what was said, and searches that are kept.

Tables stand beside their queries; a query takes a Connection first.
"""
