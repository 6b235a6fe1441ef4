"""Editing: writing: the editor, drafts, conflicts, renames, trash, undoing, suggestions.

One blueprint for each noun; handlers of about ten lines, which ask services.
"""
