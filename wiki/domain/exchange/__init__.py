"""Exchange: repositories elsewhere that the wiki keeps in step with.

May use `content` and `errors` of this floor, and only the standard library: no input or output, no
clock, no globals.
"""
