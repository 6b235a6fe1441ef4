"""Exports: what is public, written in forms that outlive this wiki.

May use, beside `access`, `content`, `history`, `pages` and `talk` on this floor: the engine and
every floor below, never Flask. Functions are verbs.
"""
