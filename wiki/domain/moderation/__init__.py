"""Moderation: reports to the moderators and their cautions, as values.

May use `errors` of this floor, and only the standard library: no input or output, no clock, no
globals.
"""
