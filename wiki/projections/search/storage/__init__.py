"""The index on disk and opened for reading: its fields, folder, segments; all that is Whoosh's.

May use, of the rooms of the search projection: `texts`.
"""
