"""Search: finding what was said, and searches that are kept.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
