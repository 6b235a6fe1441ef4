"""From what the reader of Markdown found to safe HTML: tokens, raw HTML, the page, the last gate.

May use, of the rooms of rendering: `plugins`. Only `markdown.py` and what compares pages use it.
"""
