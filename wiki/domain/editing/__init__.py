"""Editing: writing: the editor, drafts, conflicts, renames, trash, undoing, suggestions.

Standard library only: no input or output, no clock, no globals.
"""
