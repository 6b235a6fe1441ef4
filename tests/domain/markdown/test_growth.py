"""What reading costs grows with the text and no faster, whatever the text."""

from __future__ import annotations

import gc
import time

import pytest

from wiki.domain.markdown import read, read_comment
from wiki.domain.markdown.nodes import Leaf, walk

SMALL = 1_000
"""Characters of the shorter text; the longer one has four times as many."""

MOST = 6

UNITS = [
    "[", "](", "*", "_", "**a", "_a_", "*a_", "`", "` ", "`` `", "<", "<a ", "<a b='", '<a b="',
    "</a ", "&#32;", "&", "&a", "|", "a|", "> ", "- ", "-\n", "\\", " ", "\t", "́", "[a](", "![",
    "![a](", "<!--", "<!-- -->", "<!", "<?", "||", "[^a]:", "[^a]", "[^", "[[", "[[a|", "[[a]](",
    "[a][", "[a][b]", "[a]: b\n", "[a]: b 'c\n", "[a](b 'c", '[a](b "', "[a](<", "[a](\\(", "]",
    "[]", "![]", "[x](y)", "![[x](y)", "~", "~~a", "~a~", "http://", "http://a", "www.a.b ",
    "_www.", "www.a_", "@", "a@", "a@b.", "a.@", "a\n", "a\n\n", "a  \n", "> a\n", "- a\n",
    "> - ", "1. a\n", "1) ", "# a\n", "#", "a\n=\n", "a\n-\n", "```\n", "~~~\na\n", "    a\n",
    "|a|\n", "|a|\n|-|\n", "a|b\n-|-\n", "|-", "---|\n", "a\n: b\n", ": b\n", "[^a]: b\n\n",
    "[^a]: b\n    c\n", "<div>\n", "<b>\n", "<pre>\n", "- [ ] a\n", ">\n", ">\n- ", "!", "w", ":",
    "\n", "*a**b", "'", '"', "***a** b* ", "a*", "*[", "[*", "<a@b", "<a:b", "\\|", "`|`|",
    "=", "==", "==a", "a==", "==a==", "^", "^a", "a^b^", "a~b~", "a~b", "<details>", "</p>",
    "<p>\n",
    "{{a}}\n", "- {{a}}\n", "> {{a}}\n", "{{recent}} ", "{{a b=c}}\n\n", "{{", "{{a b=\"", "}}",
    ":a:", ":smile:", ":smile:a", "*[a]: b\n", "*[a", "*[a]:", "# a {#b}\n", "{#",
    "# a {#", "[TOC]\n\n",
    "$", "$a", "$a$", "$ ", "$$", "$$a", "$$\n", "$$\na\n", "\\$", "$`", "$a ",
    "> [!NOTE]\n", "<a name=b>", "<b>", "</b>",
]  # fmt: skip


def explained(begin: str, number: int) -> str:
    """So many abbreviations that begin alike."""
    return "".join(f"*[{begin}{n}]: b\n\n" for n in range(number))


FRAMES = [("", "x"), ("> [a](", ")`\n")]
GROWING = {
    "ticks": lambda size: " ".join("`" * n for n in range(1, int((2 * size) ** 0.5))),
    "nested": lambda size: "*" * (size // 2) + "a" + "*" * (size // 2),
    "brackets": lambda size: "[" * (size // 5) + "a" + "](x)" * (size // 5),
    "pictures": lambda size: "![" * (size // 6) + "a" + "](x)" * (size // 6),
    "pictures and links": lambda size: "![" * (size // 8) + "[a](b)" * (size // 8),
    "quotes": lambda size: ">" * size,
    "wide table": lambda size: "a|" * (size // 4) + "\n" + "-|" * (size // 4) + "\na\n",
    "lists in each other": lambda size: "".join("  " * n + "- a\n" for n in range(int(size**0.5))),
    "lazy lines": lambda size: "> " * 20 + "a\n" + "a\n" * (size // 2),
    "labels": lambda size: "".join(f"[{n}]: a\n" for n in range(size // 9)) + "[1] " * (size // 9),
    "abbreviations": lambda size: explained("a", size // 22) + "a1 a " * (size // 10),
    "alike": lambda size: explained("a ", size // 24) + "a " * (size // 4),
    "notes": lambda size: "".join(f"[^{n}]: a [^{n + 1}]\n" for n in range(size // 16)),
}  # fmt: skip


def everything(text: str) -> None:
    document = read_comment(text) if "@" in text else read(text)
    for block in walk(document.root):
        if isinstance(block, Leaf):
            document.inlines(block)
            document.links(block)


def cost(text: str, times: int) -> float:
    best = float("inf")
    for _ in range(times):
        started = time.process_time()
        everything(text)
        best = min(best, time.process_time() - started)
    return best


def assert_linear(short: str, long: str) -> None:
    """Measured once, and again with more patience where that looks wrong."""
    gc.disable()
    try:
        for times in (1, 3, 9):
            least = max(cost(short, times), 0.001)
            if cost(long, times) <= MOST * least * len(long) / len(short) / 4:
                return
    finally:
        gc.enable()
    raise AssertionError(f"{short[:40]!r} costs {cost(short, 5):.4f}, {cost(long, 5):.4f} s")


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_again_and_again(unit: str) -> None:
    for prefix, suffix in FRAMES:
        short, long = (prefix + unit * (n // len(unit)) + suffix for n in (SMALL, 4 * SMALL))
        assert_linear(short, long)


@pytest.mark.parametrize("name", GROWING)
def test_what_is_no_repetition(name: str) -> None:
    assert_linear(GROWING[name](SMALL), GROWING[name](4 * SMALL))
