"""Editing: merging texts, what a rename does to them, drafts and suggestions as values.

May use `content`, `errors` and `markdown` of this floor, and only the standard library: no input or
output, no clock, no globals.
"""
