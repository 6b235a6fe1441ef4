"""Markdown to safe HTML, front matter to values, differences to HTML."""
