"""What is kept in memory stays within its size; what was used longest ago goes first."""

from __future__ import annotations

from wiki.shelf import Shelf


def test_what_was_used_longest_ago_goes_first() -> None:
    shelf: Shelf[str, str] = Shelf(4, len)
    shelf.put("a", "xx")
    shelf.put("b", "yy")
    assert shelf.get("a") == "xx"
    shelf.put("c", "zz")
    assert [shelf.get(key) for key in "abc"] == ["xx", None, "zz"]


def test_the_size_counts_a_value_once_and_a_large_one_is_not_kept() -> None:
    shelf: Shelf[str, str] = Shelf(4, len)
    for text in ("xxx", "xx", "x"):
        shelf.put("a", text)
    shelf.put("b", "yyy")
    assert (shelf.get("a"), shelf.get("b")) == ("x", "yyy")
    shelf.put("c", "zzzzz")
    assert shelf.get("c") is None
    shelf.clear()
    assert shelf.get("b") is None
