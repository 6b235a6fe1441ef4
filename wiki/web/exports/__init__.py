"""Exports: the address at which archives and catalogues harvest what is public.

Uses `http` of this floor; below it services, never the store, the database or the projections.
"""
