"""No address of a person or a machine is left."""

from __future__ import annotations

import pytest

from wiki.domain.imports.addresses import is_machine, without_machines, without_mail


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail jan.p+x@voorbeeld.co.nl.", "mail (…)."),
        ("<mailto:jan@x.nl>", "<mailto:(…)>"),
        ("https://jan@x.nl/pad", "https://(…)/pad"),
        ("a@b @jan pijl@ git@github.com:a/b", "a@b @jan pijl@ git@github.com:a/b"),
        ("één@bücher.example, b@c.nl", "(…), (…)"),
    ],
)
def test_mail(text, left):
    assert without_mail(text)[0] == left


def test_machines():
    assert (
        without_machines("door 192.0.2.7 en 2001:db8::1, om 12:30:45")
        == "door (…) en (…), om 12:30:45"
    )
    assert without_machines("door 192.0.2.7 en 192.0.2.8", {"192.0.2.8"}) == "door 192.0.2.7 en (…)"
    assert is_machine(" 192.0.2.7")
    assert not is_machine("jan")
