"""Exports: what is public, in forms that outlive this wiki; and all of it, by git.

May use, beside `access`, `content`, `editing`, `history` and `pages` on this floor: the engine and
every floor below, never Flask. Functions are verbs.
"""
