"""Measure how wide and high the faces are against the device's own, for the fallbacks in type.css.

Run: .venv/bin/python frontend/measure.py
"""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import sync_playwright

FONTS = Path(__file__).parents[1] / "wiki" / "static" / "fonts"
TEXT = (
    "Wie van onderop begint, werkt meestal naast de bestaande organisatie. Dat geeft ruimte: er is "
    "geen opdracht, geen format en niemand die om een planning vraagt. De prijs is dat het kwetsbaar "
    "blijft zolang het niemands taak is. What did we learn from the first dialogue in Utrecht?"
)
PAIRS = (
    ("source-serif-4-latin", "Liberation Serif"),  # as wide as Times New Roman
    ("source-sans-3-latin", "Liberation Sans"),  # as wide as Arial
)
SCRIPT = """async ([data, fallback, text]) => {
  const face = new FontFace("measured", `url(data:font/woff2;base64,${data})`);
  document.fonts.add(await face.load());
  const context = document.createElement("canvas").getContext("2d");
  const measure = (family) => { context.font = `20px "${family}"`; return context.measureText(text); };
  const ours = measure("measured"), theirs = measure(fallback);
  const scale = ours.width / theirs.width;
  return [scale, ours.fontBoundingBoxAscent / 20 / scale, ours.fontBoundingBoxDescent / 20 / scale];
}"""


def main() -> None:
    """Print the descriptors of each fallback, as percentages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page()
        for file, fallback in PAIRS:
            data = base64.b64encode((FONTS / f"{file}.woff2").read_bytes()).decode()
            scale, ascent, descent = page.evaluate(SCRIPT, [data, fallback, TEXT])
            print(  # noqa: T201
                f"{file}: size-adjust {scale:.1%}, ascent {ascent:.1%}, descent {descent:.1%}"
            )
        browser.close()


if __name__ == "__main__":
    main()
