"""Which proxies are believed about the visitor, and how far."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from wiki.domain.numbers import whole

MOST = 10

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies in front: where they are, or only how many.

    If only their number is known, they are believed if the one that asks is this machine itself or
    in a private network: what comes from elsewhere came past them.
    """

    number: int = 0
    networks: tuple[Network, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.number or self.networks)

    def between(self, peer: str, visitors: Sequence[str]) -> int:
        """Count the proxies that the request came through, as far as they may be believed.

        `visitors` is what X-Forwarded-For says, the nearest last.
        """
        if not self.networks:
            return self.number if _is_near(peer) else 0
        count = 0
        for address in (peer, *reversed(visitors)):
            if not self._is_ours(address):
                break
            count += 1
        return count

    def _is_ours(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self.networks)


def read(written: str) -> Proxies:
    """Return what TRUSTED_PROXIES says: a number, or addresses and networks with commas.

    Raises ValueError, with a sentence, for anything else.
    """
    if not written.strip():
        return Proxies()
    number = whole(written.strip())
    if number is not None:
        if number > MOST:
            raise ValueError(f"{number} proxies in a row are more than {MOST}")
        return Proxies(number)
    networks = []
    for part in filter(None, (part.strip() for part in written.split(","))):
        try:
            networks.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise ValueError(
                f"{part!r} is no address (10.0.0.5) and no network (10.0.0.0/24)"
            ) from None
    return Proxies(networks=tuple(networks))


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if parsed.version == 6 else None
    return mapped or parsed


def _is_near(address: str) -> bool:
    parsed = _parsed(address)
    # A peer without an address is a socket on this machine.
    return not address or (parsed is not None and (parsed.is_loopback or parsed.is_private))
