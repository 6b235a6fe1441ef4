"""Which part of a wiki somebody sees, as prefixes of paths."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sight:
    """Prefixes of which nothing is seen, and longer ones inside those that are seen again."""

    hidden: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is seen."""
        return "" in self.hidden and not self.shown

    @property
    def is_whole(self) -> bool:
        """Whether everything is seen."""
        return not self.hidden


EVERYTHING = Sight()
"""What the wiki itself sees."""
