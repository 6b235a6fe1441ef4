"""Which passwords may be chosen, and what is kept of one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.errors import Invalid
from wiki.services.login import passwords
from wiki.settings import Settings

SETTINGS = Settings(data=Path("nowhere"))


@pytest.mark.parametrize(
    "password",
    ["wachtwoord1", "Welkom2024!", "elizabeth1979", "trustno1", "P@ssw0rd123", "vergadering2024",
     "!!monkey!!", "dragondragondragon", "superman", "qwertyuiop", "12345678901", "Denktank"],
)  # fmt: skip
def test_what_everybody_tries_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check(SETTINGS, password)
    assert refused.value.code == "password_common"


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "een heel ander wachtwoord", "x9!kLq2z", "  spaties  ook  ",
     "8264018365 me 9273650183", "wij drinken thee om vier uur", "密码是一个好密码吗"],
)  # fmt: skip
def test_the_rest_is_free(password: str) -> None:
    assert passwords.check(SETTINGS, password)


def test_the_list_is_as_large_as_it_says() -> None:
    listed = passwords._listed()
    marks = [listed[at : at + 4] for at in range(0, len(listed), 4)]
    assert len(marks) == 107_919
    assert marks == sorted(set(marks))
    assert all(passwords.is_listed(word) for word in ("123456", "password", "gemeente", "smith"))


def test_a_site_may_ask_longer_ones() -> None:
    strict = Settings(data=Path("nowhere"), password_length=15)
    with pytest.raises(Invalid) as refused:
        passwords.check(strict, "x9!kLq2z", field="new_password")
    assert refused.value.fields[0].values == {"least": 15}
    lax = Settings(data=Path("nowhere"), password_length=1)
    with pytest.raises(Invalid):
        passwords.check(lax, "x9!kLq2")


@given(st.text(min_size=1, max_size=40))
def test_any_text_is_checked_and_found_again(password: str) -> None:
    passwords.is_listed(password.encode("utf-8", "replace").decode())
    kept = passwords.hashed(password.encode("utf-8", "replace").decode())
    assert passwords.verify(kept, password.encode("utf-8", "replace").decode())
    assert not passwords.verify("", password.encode("utf-8", "replace").decode())
