"""Access: roles, rights and the rules on paths, groups, and which part of a wiki one sees.

May use `errors` of this floor, and only the standard library: no input or output, no clock, no
globals.
"""
