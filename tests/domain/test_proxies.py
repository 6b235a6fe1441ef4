"""Who is believed about a visitor."""

from __future__ import annotations

import pytest

from wiki.domain.proxies import read

CHAIN = ["203.0.113.9", "10.0.0.7"]


@pytest.mark.parametrize(
    ("written", "peer", "visitors", "through"),
    [
        ("", "127.0.0.1", CHAIN, 0),
        ("0", "127.0.0.1", CHAIN, 0),
        ("1", "127.0.0.1", CHAIN, 1),
        ("2", "10.0.0.1", CHAIN, 2),
        ("1", "fd00::1", CHAIN, 1),
        ("1", "", CHAIN, 1),
        ("1", "8.8.8.8", CHAIN, 0),
        ("1", "nonsense", CHAIN, 0),
        ("127.0.0.1", "127.0.0.1", CHAIN, 1),
        ("127.0.0.1, 10.0.0.0/8", "127.0.0.1", CHAIN, 2),
        ("10.0.0.0/8", "127.0.0.1", CHAIN, 0),
        ("8.8.8.8", "8.8.8.8", ["10.0.0.7"], 1),
        ("::1", "::1", CHAIN, 1),
        ("10.0.0.0/8", "::ffff:10.0.0.1", CHAIN, 2),
    ],
)
def test_how_many_proxies_are_believed(written, peer, visitors, through):
    assert read(written).between(peer, visitors) == through


@pytest.mark.parametrize("written", ["proxy.example", "10.0.0.300", "99", "-1", "10.0.0.0/33"])
def test_what_is_no_proxy_is_refused(written):
    with pytest.raises(ValueError, match=r"no address|more than"):
        read(written)
