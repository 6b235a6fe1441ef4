"""Access: who may do what where: rights, rules, groups, the log of those in charge.

Standard library only: no input or output, no clock, no globals.
"""
