"""Texts to be found: pages, turns, comments, people, and the words in files.

Uses no other room of the search projection, and nothing of Whoosh.
"""
