"""Texts of PHP's `serialize`, read without making any object of them."""

from __future__ import annotations

from typing import Any

_DEEPEST = 50


def unserialised(data: bytes) -> dict[Any, Any]:
    """The array in the data; empty for anything else. What is damaged is cut off there."""
    stack: list[dict[Any, Any]] = []
    keys: list[Any] = []
    root: dict[Any, Any] = {}
    at, is_key = 0, False
    missing = object()
    while at < len(data):
        if data[at : at + 1] == b"}":
            if not stack:
                break
            stack.pop()
            keys.pop()
            is_key, at = True, at + 1
            continue
        kind, value, at = _value(data, at)
        if not kind:
            break
        if not stack:
            if kind != "a" or root:
                break
            stack, keys, is_key = [root], [missing], True
            continue
        if is_key:
            if kind not in "is":
                break
            keys[-1], is_key = value, False
            continue
        made: Any = {} if kind == "a" else value
        stack[-1][keys[-1]] = made
        is_key = True
        if kind == "a":
            if len(stack) == _DEEPEST:
                break
            stack.append(made)
            keys.append(missing)
    return root


def _value(data: bytes, at: int) -> tuple[str, Any, int]:
    """Read a value at a place: gives its kind (empty for none), itself, and the place after it."""
    kind = data[at : at + 1].decode("latin-1")
    if data[at : at + 2] == b"N;":
        return "N", None, at + 2
    if kind not in "sibda" or data[at + 1 : at + 2] != b":":
        return "", None, at
    end = data.find(b":" if kind in "sa" else b";", at + 2, at + 40)
    if end == -1:
        return "", None, at
    written = data[at + 2 : end]
    if kind == "d":
        return "d", written.decode("latin-1"), end + 1
    if not written.lstrip(b"-").isdigit():
        return "", None, at
    number = int(written)
    if kind == "s":
        text = data[end + 2 : end + 2 + max(0, number)]
        return "s", text.decode("utf-8", "replace"), end + 4 + max(0, number)
    if kind == "a":
        return "a", None, end + 2
    return kind, bool(number) if kind == "b" else number, end + 1
