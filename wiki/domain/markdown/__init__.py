"""The reader of Markdown: one walk over a text gives all that anything here knows of it.

Rendering, links and their repair, sections, the index, sentences and turns ask it. What it costs
grows with the text and no faster, whatever the text: it scans characters and small fixed patterns,
looks for nothing twice, and bounds how deep things nest.
"""

from wiki.domain.markdown.document import Document, read, read_comment

__all__ = ["Document", "read", "read_comment"]
