"""Content: reading a page's text, its fields and files, finding its place, committing.

Uses no other room of this floor; below it: the engine and every floor below, never Flask. Functions
are verbs; the actor is an argument.
"""
