"""Moderation: reports and warnings.

Tables stand beside their queries; a query takes a Connection first.
"""
