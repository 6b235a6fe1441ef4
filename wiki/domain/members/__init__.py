"""Members: accounts, profiles, invitations, terms, leaving.

Standard library only: no input or output, no clock, no globals.
"""
