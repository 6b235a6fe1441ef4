"""The pager below a long list: the addresses of the pages before and after the one shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from wiki.domain.content.addresses import url_of

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a list goes on: addresses, empty where there is no such page.

    `number` is the page shown, of `pages`; each is 0 where it is not known.
    """

    newer: str = ""
    older: str = ""
    number: int = 0
    pages: int = 0


def numbered(
    address: Callable[[int], str], number: int, *, has_more: bool, pages: int = 0
) -> Pager:
    """The pager of a list whose pages have numbers; `address` gives that of each page."""
    return Pager(
        newer=address(number - 1) if number > 1 else "",
        older=address(number + 1) if has_more else "",
        number=number,
        pages=pages,
    )


class NumberedList(Protocol):
    """A page of a list that services give: its number, and whether the list goes on."""

    @property
    def number(self) -> int: ...

    @property
    def has_more(self) -> bool: ...


def pager_of(listing: NumberedList, name: str, *values: object, **query: object) -> Pager:
    """The pager of a listing whose pages stand at an address by name, as `url_of` has it."""
    return numbered(
        lambda page: url_of(name, *values, **query, page=page),
        listing.number,
        has_more=listing.has_more,
    )


def counted(address: Callable[[int], str], number: int, pages: int) -> Pager:
    """The pager of a list of which it is known how many pages it has."""
    return numbered(address, number, has_more=number < pages, pages=pages)


def cut(rows: Sequence[Row], size: int) -> tuple[list[Row], Row | None]:
    """Cut off the row that was only read to see whether there are more than `size`.

    With what is left goes its last row if the list goes on after it.
    """
    return list(rows[:size]), rows[size - 1] if len(rows) > size else None


def pages_of(count: int, size: int) -> int:
    """Count the pages of a list of `count` rows; an empty list has one."""
    return max(1, -(-count // size))
