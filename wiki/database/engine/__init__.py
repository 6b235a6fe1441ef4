"""Engine: the two databases: connections, schemas, changes, progress.

Tables stand beside their queries; a query takes a Connection first.
"""
