"""Search: the query as it is read, what is found, the interface of an index, saved searches.

May use `access` and `content` of this floor, and only the standard library: no input or output, no
clock, no globals.
"""
