"""Pages: reading one, and the lists: front page, tags, people, recent changes, feeds, views.

May use, beside `access`, `content`, `editing`, `history` and `talk` on this floor: the engine and
every floor below, never Flask. Functions are verbs; the actor is an argument.
"""
