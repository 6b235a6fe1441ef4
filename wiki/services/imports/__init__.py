"""Imports: other wikis come in, with their history, their writers and their talk.

May use, beside `access`, `content` and `members` on this floor: the engine and every floor below,
never Flask. Functions are verbs.
"""
