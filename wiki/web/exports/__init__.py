"""Exports: answers in XML, and the address at which archives harvest what is public.

Uses `http` of this floor; below it services, never the store, the database or the projections.
"""
