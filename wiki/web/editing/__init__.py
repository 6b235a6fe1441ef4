"""Editing: the editor's forms, conflicts, suggestions, moves of pages, undoing.

May use, beside `http` on this floor: services, render and the domain, never git or SQL. Handlers
ask a service and show the answer.
"""
