"""Moderation: reports and warnings.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
