"""Where a long list goes on."""

from __future__ import annotations

from wiki.web.http.pager import Pager, counted, cut, pages_of


def test_a_pager_has_only_the_pages_that_are_there() -> None:
    def address(page: int) -> str:
        return f"/list?page={page}"

    assert counted(address, 1, 1) == Pager(number=1, pages=1)
    assert counted(address, 2, 3) == Pager("/list?page=1", "/list?page=3", 2, 3)
    assert cut([1, 2, 3], 2) == ([1, 2], 2)
    assert cut([1, 2], 2) == ([1, 2], None)
    assert [pages_of(count, 20) for count in (0, 20, 21)] == [1, 1, 2]
