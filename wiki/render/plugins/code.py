"""Fenced code, coloured by classes.

In: a fence with a known language.
Out: `<pre class="highlight" tabindex="0"><code>` with `<span class="k">`.
"""

from __future__ import annotations

from functools import cache
from html import escape

from pygments import lex
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

LANGUAGES = frozenset(
    "python py javascript js json yaml yml html xml css sql bash sh shell diff markdown md"
    " ini toml java c cpp csharp go rust ruby php typescript ts r".split()
)
"""Lexers known to take time in proportion to the text."""

_MOST_CHARACTERS = 20_000
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def code_block(code: str, info: str, room: int) -> str:
    """HTML of a code block; not coloured if the language is unknown or there is no room left."""
    language = info.split()[0].strip("{.}").lower() if info.strip() else ""
    if language not in LANGUAGES or len(code) > min(_MOST_CHARACTERS, room):
        return f'<pre tabindex="0"><code>{escape(code)}</code></pre>\n'
    pieces: list[str] = []
    _FORMATTER.format(lex(code, _lexer(language)), _Sink(pieces))
    return f'<pre class="highlight" tabindex="0"><code>{"".join(pieces)}</code></pre>\n'


@cache
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False)


class _Sink:
    def __init__(self, pieces: list[str]) -> None:
        self.write = pieces.append
