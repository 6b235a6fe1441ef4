"""Content: paths, files and what a page's bytes say.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
