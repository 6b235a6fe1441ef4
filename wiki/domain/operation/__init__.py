"""Operation: the worker, health, backup, purging: the wiki as its operator sees it.

Standard library only: no input or output, no clock, no globals.
"""
