"""Addresses by name: what stands in their place is percent-encoded by its kind."""

from __future__ import annotations

import pytest

from wiki.domain.content.addresses import url_of, within


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (url_of("front"), "/"),
        (url_of("comment_edit", 7), "/comment/7/edit"),
        (url_of("page", "vragen/één & ander"), "/wiki/vragen/%C3%A9%C3%A9n%20%26%20ander"),
        (url_of("member", "a/b?c"), "/members/a%2Fb%3Fc"),
        (url_of("avatar", "0f"), "/avatars/0f.webp"),
        (url_of("diff", "x", from_="1a", to=2, view=""), "/diff/x?from=1a&to=2"),
        (url_of("login", next="/a?b=c&d"), "/login?next=%2Fa%3Fb%3Dc%26d"),
        (url_of("new", path=None), "/new"),
    ],
)
def test_the_address_is_written_for_a_browser(made: str, expected: str) -> None:
    assert made == expected


@pytest.mark.parametrize("values", [(), (1, 2), ("x",)])
def test_what_does_not_fit_is_refused(values: tuple[object, ...]) -> None:
    with pytest.raises((TypeError, ValueError)):
        url_of("comment", *values)


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        url_of("nowhere")


@pytest.mark.parametrize(
    ("asked", "prefix", "path"),
    [
        ("/wiki/a", "", "/wiki/a"),
        ("/denktank/wiki/a", "/denktank", "/wiki/a"),
        ("/denktank/nothing", "/denktank", "/nothing"),
        ("/denktank", "/denktank", "/"),
        ("/wiki/a", "/denktank", "/wiki/a"),
        ("/denktanks/a", "/denktank", "/denktanks/a"),
        ("", "/denktank", ""),
        ("/wiki/wiki/a", "/wiki", "/wiki/a"),
        ("/wiki/agenda", "/wiki", "/agenda"),
        ("/wiki/a", "/wiki", "/wiki/a"),
        ("/wiki/", "/wiki", "/"),
        ("/a/wiki/wiki/b", "/a/wiki", "/wiki/b"),
        ("/wiki//a", "/wiki", "/wiki//a"),
    ],
)
def test_a_prefix_goes_off_whether_or_not_a_proxy_took_it(
    asked: str, prefix: str, path: str
) -> None:
    assert within(asked, prefix) == path
