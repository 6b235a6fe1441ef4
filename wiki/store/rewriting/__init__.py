"""Many commits in one step: written in bulk, history written anew, what nothing reaches pruned.

May use, of the rooms of the store: `branch`, `git`, `history` and `objects`.
"""
