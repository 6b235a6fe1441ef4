"""Pages: pages as they are read: front page, lists, people, feeds, recent changes.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
