"""Notices: telling members, by notification and by mail, and what they want to be told.

May use, beside `access`, `content` and `history` on this floor: the engine and every floor below,
never Flask. Functions are verbs; the actor is an argument.
"""
