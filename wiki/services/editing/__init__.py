"""Editing: writing: the editor, drafts, conflicts, renames, trash, undoing, suggestions.

Uses the engine and every lower floor; never Flask. Functions are verbs, the actor is an argument.
"""
