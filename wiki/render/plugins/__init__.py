"""Markdown syntax beyond the ordinary, one plugin per file."""
