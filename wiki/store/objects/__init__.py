"""Git's objects, read and written in process: blobs, trees, commits and their seals.

Uses no other room of the store.
"""
