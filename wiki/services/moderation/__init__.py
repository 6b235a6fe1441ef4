"""Moderation: reports and what becomes of them, cautions.

May use, beside `access`, `login`, `notices` and `talk` on this floor: the engine and every floor
below, never Flask. Functions are verbs; the actor is an argument.
"""
