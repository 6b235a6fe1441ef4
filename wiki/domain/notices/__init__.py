"""Notices: the kinds of things that members are told, and what they ask to be told of.

Uses no other room, and only the standard library: no input or output, no clock, no globals.
"""
