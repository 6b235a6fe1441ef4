"""What other servers look up of the domain that mail comes from, before they believe it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from dns.exception import DNSException
from dns.name import Name, from_text
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT
from dns.resolver import NXDOMAIN, Resolver

SECONDS = 5.0
"""How long each of the few questions may take in all."""


class Lack(StrEnum):
    """What a domain lacks; `UNKNOWN`: nobody answered."""

    UNKNOWN = "mail_dns_unknown"
    DOMAIN = "mail_dns_gone"
    MX = "mail_dns_mx"
    SPF = "mail_dns_spf"
    SPF_TWICE = "mail_dns_spf_twice"
    DMARC = "mail_dns_dmarc"


def lacks(domain: str) -> Sequence[Lack]:
    """Look a domain up and give what it lacks.

    DKIM is not looked at: only a mail that was signed says where its key stands.
    """
    try:
        name = from_text(domain)
        return [*_look(resolver(), name)] if len(name) > 2 else [Lack.DOMAIN]
    except NXDOMAIN:
        return [Lack.DOMAIN]
    except DNSException:
        return [Lack.UNKNOWN]


def resolver() -> Resolver:
    """Who is asked: what this machine asks for all else."""
    made = Resolver()
    made.lifetime = SECONDS
    return made


def _look(asked: Resolver, name: Name) -> Sequence[Lack]:
    found = []
    if not _takes_mail(asked, name):
        found.append(Lack.MX)
    policies = [text for text in _texts(asked, name) if text.partition(" ")[0] == "v=spf1"]
    if len(policies) != 1:
        found.append(Lack.SPF_TWICE if policies else Lack.SPF)
    if not _has_dmarc(asked, name):
        found.append(Lack.DMARC)
    return found


def _takes_mail(asked: Resolver, name: Name) -> bool:
    """Whether mail to a domain goes anywhere; where no MX is, it goes to its address (RFC 5321)."""
    answer = asked.resolve(name, "MX", raise_on_no_answer=False)
    servers = [one.exchange for one in answer if isinstance(one, MX)]
    if servers:
        return any(len(server) > 1 for server in servers)
    kinds = ("A", "AAAA")
    return any(len(asked.resolve(name, kind, raise_on_no_answer=False)) for kind in kinds)


def _texts(asked: Resolver, name: Name) -> Sequence[str]:
    answer = asked.resolve(name, "TXT", raise_on_no_answer=False)
    return [
        b"".join(one.strings).decode("ascii", "replace") for one in answer if isinstance(one, TXT)
    ]


def _has_dmarc(asked: Resolver, name: Name) -> bool:
    """Whether a domain, or one above it, says what to do with mail that only says it is its."""
    while len(name) > 2:
        try:
            texts = _texts(asked, from_text("_dmarc", name))
        except NXDOMAIN:
            texts = []
        if any(text.partition(";")[0].strip() == "v=DMARC1" for text in texts):
            return True
        name = name.parent()
    return False
