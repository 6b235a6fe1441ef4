"""Words in a line with marks that open and close, written as Markdown.

Whatever is not closed, or would overlap with another, stays as it was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from wiki.domain.imports.writing import escaped


@dataclass(slots=True)
class Words:
    """The text that was written so far, and which marks are open, each with its place."""

    _pieces: list[str] = field(default_factory=list)
    _open: dict[str, int] = field(default_factory=dict)

    def plain(self, text: str) -> None:
        """Words that are to mean themselves."""
        self._pieces.append(escaped(text))

    def written(self, text: str) -> None:
        """Return what is Markdown already."""
        self._pieces.append(text)

    def toggle(self, mark: str, literal: str) -> None:
        """A mark that opens, or closes what it opened; it was written as `literal`."""
        if mark in self._open:
            self.close(mark)
        else:
            self.open(mark, literal)

    def open(self, mark: str, literal: str) -> None:
        """A mark that opens."""
        if mark not in self._open:
            self._open[mark] = len(self._pieces)
            self._pieces.append(escaped(literal))

    def close(self, mark: str) -> None:
        """A mark that closes; nothing if it is not open."""
        at = self._open.pop(mark, None)
        if at is None:
            return
        # What was opened since and is not closed overlaps: it stays as it was written.
        self._open = {one: place for one, place in self._open.items() if place < at}
        inside = "".join(self._pieces[at + 1 :])
        words = inside.strip()
        lead = inside[: len(inside) - len(inside.lstrip())] if words else inside
        tail = inside[len(inside.rstrip()) :] if words else ""
        self._pieces[at:] = [f"{lead}{mark}{words}{mark}{tail}" if words else lead]

    def text(self) -> str:
        """All of it."""
        return "".join(self._pieces)
