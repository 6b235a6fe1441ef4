"""Search: finding pages and talk as far as one may, and searches that are kept.

May use, beside `access`, `history` and `notices` on this floor: the engine and every floor below,
never Flask. Functions are verbs; the actor is an argument.
"""
