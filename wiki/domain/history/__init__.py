"""History: revisions, differences, blame, what is gone, what is hidden.

Standard library only: no input or output, no clock, no globals.
"""
