"""Search: finding what was said, and searches that are kept.

Standard library only: no input or output, no clock, no globals.
"""
