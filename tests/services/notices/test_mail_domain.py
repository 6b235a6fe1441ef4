"""What a domain lacks before other servers believe its mail, asked of a server of names."""

from __future__ import annotations

from typing import Any

import pytest
from dns.resolver import Resolver

from tests.fixtures import names
from wiki.services.notices import mail_domain
from wiki.services.notices.mail_domain import Lack

SPF, DMARC = '"v=spf1 mx -all"', '"v=DMARC1; p=none"'
WELL = {
    ("example.org", "MX"): ["10 mail.example.org."],
    ("example.org", "TXT"): ['"something else"', '"v=spf1 include:x" ".example -all"'],
    ("_dmarc.example.org", "TXT"): [DMARC],
}


@pytest.mark.parametrize(
    ("domain", "differs", "found"),
    [
        ("example.org", {}, []),
        # What stands above counts for mail from below; SPF does not.
        ("post.example.org", {("post.example.org", "A"): ["192.0.2.1"]}, [Lack.SPF]),
        ("example.org", {("example.org", "MX"): ["0 ."]}, [Lack.MX]),
        (
            "example.org",
            {("example.org", "MX"): [], ("example.org", "TXT"): ['"v=spf10"']},
            [Lack.MX, Lack.SPF],
        ),
        ("example.org", {("example.org", "TXT"): [SPF, '"v=spf1 -all"']}, [Lack.SPF_TWICE]),
        ("example.org", {("_dmarc.example.org", "TXT"): [SPF]}, [Lack.DMARC]),
        ("elsewhere.example", {}, [Lack.DOMAIN]),
        ("localhost", {}, [Lack.DOMAIN]),
        ("x..y", {}, [Lack.UNKNOWN]),
    ],
)
def test_what_a_domain_lacks(
    monkeypatch: pytest.MonkeyPatch, domain: str, differs: dict[Any, Any], found: list[Lack]
):
    with names.served(WELL | differs) as resolver:
        monkeypatch.setattr(mail_domain, "resolver", lambda: resolver)
        assert mail_domain.lacks(domain) == found


def test_where_nobody_answers_it_says_so(monkeypatch: pytest.MonkeyPatch):
    nobody = Resolver(configure=False)
    nobody.nameservers = ["127.0.0.1"]
    nobody.lifetime = 0.0
    monkeypatch.setattr(mail_domain, "resolver", lambda: nobody)
    assert mail_domain.lacks("example.org") == [Lack.UNKNOWN]
