"""The branch: read, moved by a save or a push, guarded against what was purged; the work tree.

May use, of the rooms of the store: `git`, `history` and `objects`.
"""
