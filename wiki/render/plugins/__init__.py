"""Markdown syntax beyond the ordinary, one plugin per file.

Uses no other room of rendering.
"""
