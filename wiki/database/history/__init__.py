"""History: revisions, differences, blame, what is gone, what is hidden.

Tables stand beside their queries; a query takes a Connection first.
"""
