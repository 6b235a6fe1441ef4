"""The branch: read, moved by a save or a push (also over HTTP), guarded; the work tree.

May use, of the rooms of the store: `git`, `history` and `objects`.
"""
