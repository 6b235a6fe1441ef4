"""Where headings stand in the source, so that a section can be edited from its heading.

In: a heading that is in no other block. Out: its token carries `at`, the place of the line that
makes it a heading (for an underlined heading, the underline).
"""

from __future__ import annotations

import re

from mistune import BlockParser
from mistune.core import BlockState


class PlacedBlockParser(BlockParser):
    """The block parser, with places of top-level headings and without raw HTML (it is text)."""

    def parse_atx_heading(self, m: re.Match[str], state: BlockState) -> int:
        """The heading and, at the top level, where its line starts."""
        end = super().parse_atx_heading(m, state)
        if state.src is state.env.get("source"):
            state.tokens[-1]["at"] = m.start()
        return end

    def parse_setex_heading(self, m: re.Match[str], state: BlockState) -> int | None:
        """The heading and, at the top level, where its underline starts."""
        end = super().parse_setex_heading(m, state)
        if end and state.tokens[-1]["type"] == "heading" and state.src is state.env.get("source"):
            state.tokens[-1]["at"] = m.start()
        return end

    def parse_raw_html(self, m: re.Match[str], state: BlockState) -> int | None:
        """Nothing: HTML is shown as the text it is."""
        return None
