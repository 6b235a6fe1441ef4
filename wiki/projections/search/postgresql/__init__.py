"""The second search engine: documents and words in PostgreSQL, shared by every node.

May use, of the rooms of the search projection: `answering` (plans, bounds, corrections, snippets),
`writing`, `storage` (what is kept of a document) and `texts`. Its SQL is in `wiki/database/search`.
"""
