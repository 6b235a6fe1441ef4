"""The yardstick of the bench answers, whatever the server asks of its applications."""

from __future__ import annotations

import urllib.request

from bench.site import hello


def test_hello_says_as_many_bytes_as_it_should() -> None:
    with hello(1_000, workers=1, threads=1) as url, urllib.request.urlopen(url) as answer:
        assert answer.read() == b"h" * 1_000
