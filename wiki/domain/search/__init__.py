"""Search: the query as read, what is found, an index as an interface, saved searches, office files.

May use `access`, `content` and `errors` of this floor, and only the standard library: no input or
output, no clock, no globals.
"""
