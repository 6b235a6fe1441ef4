"""Commits read in order: what each did, the files of one; also of another repository.

May use, of the rooms of the store: `git` and `objects`.
"""
