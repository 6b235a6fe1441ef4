"""Turns of a dialogue: a paragraph that opens with a participant's name in bold and a colon.

In: `**Spreker A (15.04):** Goedemiddag.` Out: `<section class="turn" id="turn-1">` with the speaker
and the time apart from what is said, up to the next turn or heading.
"""

from __future__ import annotations

from typing import Any

from wiki.domain.dialogues import Speakers

Token = dict[str, Any]


def gather(tokens: list[Token], speakers: Speakers) -> list[Token]:
    """Top-level block tokens with those of each turn put inside a token `turn`."""
    if not speakers.names:
        return tokens
    result: list[Token] = []
    turn: Token | None = None
    number = 0
    for token in tokens:
        kind = token["type"]
        opening = speakers.opening(token["text"]) if kind == "paragraph" else None
        if opening:
            number += 1
            token["text"] = token["text"][opening.length :]
            attrs = {"number": number, "speaker": opening.speaker, "time": opening.time}
            turn = {"type": "turn", "children": [], "about": attrs}
            result.append(turn)
        elif kind == "heading":
            turn = None
        (result if turn is None else turn["children"]).append(token)
    return result
