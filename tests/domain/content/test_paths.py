"""Which paths a page may have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content import paths
from wiki.domain.errors import Invalid


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", "path_empty"),
        ("a\x00b", "path_control"),
        ("a\nb", "path_control"),
        ("\ud800", "path_control"),
        ("a" * 198, "path_long"),
        ("../x", "path_dot"),
        ("a/../b", "path_dot"),
        (".git/config", "path_dot"),
        ("a//b", "path_segment_empty"),
        ("/a", "path_segment_empty"),
        ("a/", "path_segment_empty"),
        ("CON", "path_device"),
        ("a/nul.txt", "path_device"),
        ("com1", "path_device"),
        ("a.", "path_edge"),
        ("a /b", "path_edge"),
        ("a:b", "path_character"),
        ("a?", "path_character"),
    ],
)
def test_refused(path: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        paths.check(path)
    assert caught.value.code == code


@pytest.mark.parametrize("path", ["a", "vragen/hoe-blijft", "Één map/Página 1", "a.b", "console"])
def test_allowed(path: str) -> None:
    assert paths.check(path) == path
    assert paths.page_of(paths.file_of(path)) == path


@given(st.text(max_size=120))
def test_a_slug_is_a_path_or_nothing(title: str) -> None:
    slug = paths.slug(title)
    assert slug.isascii()
    assert slug == slug.lower()
    assert paths.slug(slug) == slug


def test_slugs() -> None:
    assert paths.slug("Hoe blijft de beweging vitaal?") == "hoe-blijft-de-beweging-vitaal"
    assert paths.slug("Zorg & welzijn: de cliënt") == "zorg-en-welzijn-de-client"


def test_twins_fold_alike() -> None:
    assert paths.fold("Vragen/É") == paths.fold("vragen/e\u0301")


def test_places() -> None:
    assert list(paths.ancestors("a/b/c")) == ["a", "a/b"]
    assert paths.is_inside("a/b", "a/")
    assert not paths.is_inside("ab", "a")
    assert paths.page_of(".x/a.md") is None
    assert paths.page_of("a.png") is None
