"""Whole numbers, as people and programs write them."""

from __future__ import annotations


def whole(written: str, digits: int = 9) -> int | None:
    """Read a whole number of at most `digits` digits; None for anything else.

    A longer one is none that anybody means, and reading it takes the square of its length.
    """
    if len(written) > digits or not (written.isascii() and written.isdecimal()):
        return None
    return int(written)
