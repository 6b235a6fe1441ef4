"""Members: accounts, profiles, invitations, terms, leaving.

Tables stand beside their queries; a query takes a Connection first.
"""
