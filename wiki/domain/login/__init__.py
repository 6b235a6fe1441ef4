"""Login: passwords everybody tries, second steps, identities elsewhere, suspensions.

May use `access` of this floor, and only the standard library: no input or output, no clock, no
globals.
"""
