"""Members: signing up, accounts, profiles, invitations, terms, what they take away with them.

May use, beside `access`, `content`, `history`, `login`, `notices`, `pages` and `talk` on this
floor: the engine and every floor below, never Flask. Functions are verbs; the actor is an argument.
"""
