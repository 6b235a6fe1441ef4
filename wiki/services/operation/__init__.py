"""Operation: the worker, health, backup, purging: the wiki as its operator sees it.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
