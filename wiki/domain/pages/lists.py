"""Lists of questions or dialogues as they are asked for: which of them, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wiki.domain.content.pages import STATUSES, Kind

_LONGEST = 200
"""Characters of a tag or a person's slug that are looked at."""


class Order(StrEnum):
    """The orders of a list, by what it begins with."""

    CHANGED = "changed"
    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"


ORDERS = {
    Kind.QUESTION: (Order.CHANGED, Order.NEWEST, Order.OLDEST, Order.TITLE),
    Kind.DIALOGUE: (Order.NEWEST, Order.OLDEST, Order.CHANGED, Order.TITLE),
}
"""The orders of each list, the usual one first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Pages of a kind; what is empty or 0 holds for all.

    A question's `year` is that in which it was asked, and its `person` took part in a dialogue
    about it; a dialogue's year is that of its date.
    """

    kind: Kind
    status: str = ""
    tag: str = ""
    person: str = ""
    year: int = 0
    order: Order = Order.NEWEST

    @property
    def narrows(self) -> bool:
        """Whether anything but the status is asked for."""
        return bool(self.tag or self.person or self.year)

    @property
    def sort(self) -> str:
        """The order as an address says it: empty for the usual one."""
        return "" if self.order is ORDERS[self.kind][0] else self.order.value


def wanted(
    kind: Kind, status: str = "", tag: str = "", person: str = "", year: int = 0, sort: str = ""
) -> Wanted:
    """Read what was asked; what does not exist is as if it was not asked for."""
    orders = ORDERS[kind]
    return Wanted(
        kind,
        status if status in STATUSES[kind] else "",
        _cut(tag),
        _cut(person),
        year if 1 <= year <= 9998 else 0,
        Order(sort) if sort in orders else orders[0],
    )


def _cut(text: str) -> str:
    return text[:_LONGEST].replace("\0", "").strip()


@dataclass(frozen=True, slots=True)
class Value:
    """A year, tag or person that a list can be narrowed to, and how many pages that leaves."""

    value: str
    name: str
    count: int
