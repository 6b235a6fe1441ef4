"""History: revisions, differences, blame, what is gone, what is hidden.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
