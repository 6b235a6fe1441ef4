"""Operation: what a purge takes out of history and what it makes of texts that spoke of it.

May use `content` of this floor, and only the standard library: no input or output, no clock, no
globals.
"""
