"""Exports: answers in XML, the address at which archives harvest what is public, and git's.

Uses `http` of this floor; below it services, never the store, the database or the projections.
"""
