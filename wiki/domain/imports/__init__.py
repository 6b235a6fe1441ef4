"""Imports: what an export of another wiki holds, and the languages that texts there are written in.

Uses `content` and `markdown` of this floor, and only the standard library: no input or output, no
clock, no globals.
"""
