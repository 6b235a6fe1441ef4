from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content import paths
from wiki.domain.content.normal import MOST_MARKS, form
from wiki.domain.errors import Invalid
from wiki.domain.members import members
from wiki.services.login import passwords

MARKS = "\u0301\u0323" * 200_000


@given(
    st.text(alphabet=st.sampled_from("aé\u0301\u0323\u0344가각ﬁ漢 \U0001d15e"), max_size=MOST_MARKS)
)
def test_ordinary_text_is_normalised_as_unicode_has_it(text: str) -> None:
    assert form(text, "NFC") == normalize("NFC", text)
    assert form(text, "NFKD") == normalize("NFKD", text)


def test_a_row_of_marks_is_cut_and_stays_what_it_is() -> None:
    marked = form("a" + MARKS, "NFC")
    assert form(marked, "NFC") == marked
    assert marked.replace("\u034f", "").count("\u0323") >= 190_000


@pytest.mark.parametrize(
    "check", [members.check_username, members.check_email, members.check_name, paths.check]
)
def test_a_name_of_marks_is_refused(check) -> None:
    with pytest.raises(Invalid):
        check("a" + MARKS)


def test_a_password_beyond_the_limit_is_refused_unread() -> None:
    with pytest.raises(Invalid) as refused:
        members.check_password("a" + MARKS)
    assert [one.code for one in refused.value.fields] == ["password_long"]
    assert not passwords.verify(passwords.hashed("goed genoeg"), MARKS)


def test_long_logins_are_equal_to_nobodys() -> None:
    assert members.fold_username("piet" + MARKS) != members.fold_username("piet")
    assert members.fold_email("p@example.nl" + MARKS) != members.fold_email("p@example.nl")
    assert members.fold_username(" Piet ") == "piet"


def test_a_title_of_marks_has_a_slug() -> None:
    assert paths.slug("a" + MARKS + "b") == "ab"
