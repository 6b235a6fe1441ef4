"""The colours of wiki/static/css/tokens.css can be read, by day and by night (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[3] / "wiki" / "static" / "css" / "tokens.css"
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
GROUNDS = ("paper", "raised", "sunken")
COLOURS = ("blue", "amber", "green", "red", "violet", "teal")
TEXTS = [
    *((text, ground) for text in ("ink", "quiet", *COLOURS) for ground in GROUNDS),
    *((text, f"{text}-soft") for text in COLOURS),
    *(("ink", f"{colour}-soft") for colour in COLOURS),
    ("on-blue", "blue"),
    ("on-red", "red"),
    ("on-ink", "ink"),
]
SHAPES = [("edge", "paper"), ("edge", "raised")]
SHAPES += [("focus", ground) for ground in GROUNDS]


def tokens(theme: int) -> dict[str, str]:
    return {name: pair[theme] for name, *pair in PAIR.findall(TOKENS.read_text(encoding="utf-8"))}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXTS, 4.5), (SHAPES, 3.0)], ids=["text", "shapes"])
def test_contrast(theme: int, pairs: list[tuple[str, str]], least: float) -> None:
    found = tokens(theme)
    ratios = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in pairs}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < least} == {}
