"""Talk: comments, the passages that they are about and where these went, closed talk.

May use `errors` and `history` of this floor, and only the standard library: no input or output, no
clock, no globals.
"""
