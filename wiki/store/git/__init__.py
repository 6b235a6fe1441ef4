"""Git's own command, for what is long or rare, and the locks that keep writers apart.

May use, of the rooms of the store: `objects`.
"""
