"""Talk: comments, threads, mentions, closed talk.

Standard library only: no input or output, no clock, no globals.
"""
