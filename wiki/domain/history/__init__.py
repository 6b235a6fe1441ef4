"""History: revisions and trailers, differences and patches, sentences, what is hidden of each.

May use `content`, `errors` and `markdown` of this floor, and only the standard library: no input or
output, no clock, no globals.
"""
