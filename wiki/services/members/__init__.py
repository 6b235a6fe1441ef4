"""Members: accounts, profiles, invitations, terms, leaving.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
