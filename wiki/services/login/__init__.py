"""Login: passwords, passkeys, sessions, second steps, providers.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
