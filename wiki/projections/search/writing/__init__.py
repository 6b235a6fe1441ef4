"""Making the index from nothing, letting it follow what changed, comparing it with its sources.

May use, of the rooms of the search projection: `storage` and `texts`.
"""
