"""Editing: writing: the editor, drafts, conflicts, renames, trash, undoing, suggestions.

Tables stand beside their queries; a query takes a Connection first.
"""
