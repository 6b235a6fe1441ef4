"""Notices: what members are told, by notification and by mail.

Tables stand beside their queries; a query takes a Connection first.
"""
