"""Pages: pages as they are read: front page, lists, people, feeds, recent changes.

Standard library only: no input or output, no clock, no globals.
"""
