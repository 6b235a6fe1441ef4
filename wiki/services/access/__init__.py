"""Access: rules, groups, moderators, sight, how strong a login must be, limits, audit, journal.

Uses no other room of this floor; below it: the engine and every floor below, never Flask. Functions
are verbs; the actor is an argument.
"""
