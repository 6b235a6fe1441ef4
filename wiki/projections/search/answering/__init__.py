"""From a query to what is found: its plan, its cost, the hits, snippets, spelling, completion.

May use, of the rooms of the search projection: `storage` and `texts`.
"""
