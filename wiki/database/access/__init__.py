"""Access: who may do what where: rights, rules, groups, the log of those in charge.

Tables stand beside their queries; a query takes a Connection first.
"""
