"""History: a page's past and its differences, blame, deleted text, what is hidden of each.

May use, beside `access` and `content` on this floor: the engine and every floor below, never Flask.
Functions are verbs; the actor is an argument.
"""
