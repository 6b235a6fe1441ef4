"""Exchange: git's addresses, and the screen of repositories elsewhere.

Uses `http` of this floor; below it services, never the store, the database or the projections.
"""
