"""`[[path]]`, `[[path|text]]` and `[[Title#heading]]` link to pages of this wiki.

In: `Zie [[vragen/vitaal|de vraag]].` Out: `Zie <a href="/wiki/vragen/vitaal">de vraag</a>.`
"""

from __future__ import annotations

import re

from mistune import InlineParser, Markdown
from mistune.core import InlineState

from wiki.render.links import WIKILINK


def wikilinks(markdown: Markdown) -> None:
    """Register the syntax; the token `wikilink` holds the target and the text as written."""
    markdown.inline.register("wikilink", WIKILINK, _parse, before="link", start_chars="[")


def _parse(inline: InlineParser, match: re.Match[str], state: InlineState) -> int:
    target, text = match["wiki_target"], match["wiki_text"]
    state.append_token({"type": "wikilink", "target": target, "label": text or ""})
    return match.end()
