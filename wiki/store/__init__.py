"""Where versions live: one git repository.

`store.py` is what the floors above ask; `adopt.py` opens a folder, `damage.py` mends one. All
three use the rooms below them: `rewriting`, `branch`, `history`, `git` and `objects`. Above them
stands `shared`: the store of a wiki on several nodes.
"""
