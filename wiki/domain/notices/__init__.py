"""Notices: what members are told, by notification and by mail.

Standard library only: no input or output, no clock, no globals.
"""
