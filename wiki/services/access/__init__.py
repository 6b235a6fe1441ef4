"""Access: who may do what where: rights, rules, groups, the log of those in charge.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
