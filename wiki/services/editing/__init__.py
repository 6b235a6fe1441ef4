"""Editing: saving, new pages, drafts, suggestions, conflicts, renames, trash, undoing.

May use, beside `access`, `content`, `history` and `notices` on this floor: the engine and every
floor below, never Flask. Functions are verbs; the actor is an argument.
"""
