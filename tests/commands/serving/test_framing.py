"""A body comes in by pieces, and ends where it says, wherever the pieces are cut."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.commands.serving.framing import Body, Malformed, TooMuch

NEXT = b"GET / HTTP/1.1\r\n"


def chunked(pieces: list[bytes]) -> bytes:
    """The pieces as chunks, with a word that counts for nothing and a trailer."""
    lines = [b"%x;w=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece]
    return b"".join(lines) + b"0\r\nX-Sum: 1\r\n\r\n"


def fed(body: Body, data: bytes, cuts: list[int]) -> bytes:
    """Feed the data, cut at these places; gives what was behind the end."""
    rest, at = b"", 0
    for cut in [*sorted(cuts), len(data)]:
        rest += body.take(data[at : max(at, cut)])
        at = max(at, cut)
    body.begin()
    return rest


@given(st.lists(st.binary(max_size=200), max_size=20), st.lists(st.integers(0, 2000), max_size=20))
def test_the_cuts_do_not_matter(pieces, cuts):
    whole = b"".join(pieces)
    with closing(Body(None, 10_000)) as body:
        assert fed(body, chunked(pieces) + NEXT, cuts) == NEXT
        assert (body.file.read(), body.size, body.is_whole) == (whole, len(whole), True)
    with closing(Body(len(whole), 10_000)) as body:
        assert fed(body, whole + NEXT, cuts) == NEXT
        assert (body.file.read(), body.is_whole) == (whole, True)


@pytest.mark.parametrize(
    "data",
    [
        b"zz\r\n",
        b"\r\n",
        b"-1\r\n",
        b"0x5\r\nhello\r\n",
        b"1_0\r\n",
        b"+5\r\nhello\r\n",
        b"5\r\nhelloX\r\n",
        b"1" * 2000,
        b"f" * 17 + b"\r\n",
        b"0\r\n" + b"a: b\r\n" * 200,
        b"1\r\na\r\n" * 5000,
    ],
)
def test_what_is_no_body_is_refused(data):
    with closing(Body(None, 10_000)) as body, pytest.raises((Malformed, TooMuch)):
        body.take(data)


def test_the_limit_counts_before_anything_comes_in():
    with pytest.raises(TooMuch):
        Body(101, 100)
    with closing(Body(None, 100)) as body, pytest.raises(TooMuch):
        body.take(b"65\r\n")
