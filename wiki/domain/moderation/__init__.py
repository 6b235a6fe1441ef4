"""Moderation: reports and warnings.

Standard library only: no input or output, no clock, no globals.
"""
