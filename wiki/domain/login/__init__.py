"""Login: passwords, passkeys, sessions, second steps, providers.

Standard library only: no input or output, no clock, no globals.
"""
