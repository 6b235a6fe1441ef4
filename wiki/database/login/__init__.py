"""Login: passwords, passkeys, sessions, second steps, providers.

Tables stand beside their queries; a query takes a Connection first.
"""
