"""The search projection, which alone knows Whoosh.

`index.py` is what the floors above ask, `deleted_text.py` the second index, `index_base.py` what
the two share. All use the rooms below them: `answering`, `writing`, `storage` and `texts`.
"""
