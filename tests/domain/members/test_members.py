"""What a username, an e-mail address and a password may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.errors import Invalid
from wiki.domain.members.members import (
    check_email,
    check_name,
    check_password,
    check_username,
    fold_username,
)


@pytest.mark.parametrize("name", ["anna", "Jan.de.Vries", "a1", "x-y_z", "  spaced  "])
def test_usernames(name: str) -> None:
    assert check_username(name) == name.strip()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "username_empty"),
        ("a", "username_length"),
        ("a" * 33, "username_length"),
        ("1abc", "username_characters"),
        ("a..b", "username_characters"),
        ("a b", "username_characters"),
        ("a<b>", "username_characters"),
        ("anna\nx", "username_characters"),
        ("Анна", "username_characters"),
        ("Denktank", "username_reserved"),
        ("ADMIN", "username_reserved"),
    ],
)
def test_refused_usernames(name: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_username(name)
    assert refused.value.code == code
    assert [error.field for error in refused.value.fields] == ["username"]


@given(st.text(max_size=40))
def test_an_accepted_username_is_safe_in_git_mail_and_urls(name: str) -> None:
    try:
        checked = check_username(name)
    except Invalid:
        return
    assert checked.isascii()
    assert not set(checked) & set("<>@/\\ \n\t%?#&\"'")
    assert fold_username(checked) == checked.lower()


@pytest.mark.parametrize("email", ["a@b", "anna@example.org", "a.b+c@x.y.z", "é@voorbeeld.nl"])
def test_addresses(email: str) -> None:
    assert check_email(f" {email} ") == email


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a",
        "@b",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b\nBcc: x@y",
        "a@b\r\nx",
        "a,b@c",
        "a@b..c",
        "a@b.",
        "a@" + "b" * 253,
    ],
)
def test_refused_addresses(email: str) -> None:
    with pytest.raises(Invalid):
        check_email(email)


def test_names_are_one_line() -> None:
    assert check_name("  Anna \n de  Vries ") == "Anna de Vries"
    for name in ("x" * 81, "a\u202eb", "a\0b"):
        with pytest.raises(Invalid):
            check_name(name)


@pytest.mark.parametrize("password", ["correct horse battery", "k9#vTq2!", "ééééabcd", "xyz" * 85])
def test_passwords(password: str) -> None:
    assert check_password(password)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_short"),
        ("ab" * 129, "password_long"),
        ("password1", "password_common"),
        ("Welkom2024!", "password_common"),
        ("w@chtw00rd", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("12345678", "password_common"),
        ("87654321", "password_common"),
        ("abcdefghij", "password_common"),
        ("Anna-Bakker", "password_common"),
    ],
)
def test_refused_passwords(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, "anna-bakker", field="new_password")
    assert refused.value.code == code
    assert refused.value.fields[0].field == "new_password"


def test_a_password_is_the_same_however_it_is_typed() -> None:
    assert check_password("e\u0301e\u0301 samen sterk") == check_password("éé samen sterk")
