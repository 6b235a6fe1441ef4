"""Content: paths, files and what a page's bytes say.

Standard library only: no input or output, no clock, no globals.
"""
