"""`@username` in a comment calls a member; in an address, a word or code it is text.

In: `Wat denk jij, @anna?` Out: `Wat denk jij, <a class="mention" href="/members/anna">@anna</a>?`
"""

from __future__ import annotations

import re

from mistune import InlineParser, Markdown
from mistune.core import InlineState

MENTION = r"(?<![\w@./+\-])@(?P<mentioned>[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*)(?![\w@])"


def mentions(markdown: Markdown) -> None:
    """Register the syntax; the token `mention` holds the name as written."""
    markdown.inline.register("mention", MENTION, _parse, start_chars="@")


def _parse(inline: InlineParser, match: re.Match[str], state: InlineState) -> int:
    state.append_token({"type": "mention", "raw": match["mentioned"]})
    return match.end()
