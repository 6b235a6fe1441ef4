"""Members: names, addresses and passwords that may be, profiles, the terms they accept.

May use `access`, `content`, `errors` and `login` of this floor, and only the standard library: no
input or output, no clock, no globals.
"""
