from __future__ import annotations

import pytest

from wiki.i18n.languages import choose, translations


@pytest.mark.parametrize(
    ("accept", "cookie", "member", "language"),
    [
        ("", "", "", "nl"),
        ("en-GB,en;q=0.8", "", "", "en"),
        ("fr, en;q=0.4, nl-BE;q=0.9", "", "", "nl"),
        ("fr", "", "", "nl"),
        ("nl", "en", "", "en"),
        ("nl", "xx", "en", "en"),
        (";;q=a,,=", "", "", "nl"),
    ],
)
def test_choose(accept: str, cookie: str, member: str, language: str) -> None:
    assert choose(accept, cookie, member) == language


def test_a_site_has_its_own_default() -> None:
    assert choose("fr", default="en") == "en"


def test_plurals() -> None:
    one, many = "%(num)s comment", "%(num)s comments"
    assert translations("nl").ngettext(one, many, 1) == "%(num)s reactie"
    assert translations("nl").ngettext(one, many, 0) == "%(num)s reacties"
    assert translations("en").ngettext(one, many, 2) == many
