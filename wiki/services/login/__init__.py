"""Login: passwords, sessions, devices, passkeys, second steps, providers, suspensions.

May use, beside `access` and `notices` on this floor: the engine and every floor below, never Flask.
Functions are verbs; the actor is an argument.
"""
