"""Notices: what members are told, by notification and by mail.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
