"""Markdown to safe HTML, front matter to values, differences to HTML.

`markdown.py` is what the floors above ask first. Rooms of its own: `writing` and `plugins`.
"""
