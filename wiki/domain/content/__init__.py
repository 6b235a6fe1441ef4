"""Content: paths, links, sections and front matter of a page; comparing and normalising its text.

May use `errors` and `markdown` of this floor, and only the standard library: no input or output, no
clock, no globals.
"""
