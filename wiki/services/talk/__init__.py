"""Talk: comments, threads and their passages, mentions, closing, comments that wait.

May use, beside `access`, `content`, `history` and `notices` on this floor: the engine
and every floor below, never Flask. Functions are verbs; the actor is an argument.
"""
