"""Settings that cannot be used are refused at the start, with what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.running import denktank
from wiki.commands.settings import page
from wiki.settings import SettingError, load

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("base_url", "https://example.org/a b", "https://example.org/denktank"),
        ("base_url", "https://example.org/../wiki", "https://example.org/denktank"),
        ("base_url", "https://example.org//wiki", "https://example.org/denktank"),
        ("base_url", "https://example.org/wiki?a=b", "leave out"),
        ("base_url", "denk.example.org", "whole address"),
        ("base_url", "ftp://denk.example.org", "whole address"),
        ("max_text_bytes", "5000000", "4000000 at most"),
        ("trusted_proxies", "proxy.example.org", "no address"),
        ("dialogues", "notulen/*", "has to name a day once"),
    ],
)
def test_refused_with_advice(tmp_path, name, value, said):
    with pytest.raises(SettingError, match=said):
        load(tmp_path, {f"DENKTANK_{name.upper()}": value})


@pytest.mark.parametrize(
    ("value", "prefix"),
    [
        ("", ""),
        ("https://denk.example.org", ""),
        ("http://localhost:8000/", ""),
        ("https://example.org/wiki", "/wiki"),
        ("https://example.org/a/b.c/", "/a/b.c"),
    ],
)
def test_an_address_with_and_without_a_path(tmp_path: Path, value: str, prefix: str) -> None:
    settings = load(tmp_path, {"DENKTANK_BASE_URL": value})
    assert (settings.base_url, settings.prefix) == (value, prefix)


def test_the_page_of_settings_is_up_to_date():
    assert (DOCS / "settings.md").read_text() == page()


def test_what_the_wiki_writes_is_for_its_user_alone(tmp_path):
    data = tmp_path / "wiki"
    done = denktank("init", "--data", data)
    assert done.returncode == 0, done.stderr
    open_to_others = [path for path in [data, *data.rglob("*")] if path.stat().st_mode & 0o077]
    assert not open_to_others


def test_several_nodes_search_in_their_database(tmp_path: Path) -> None:
    url = {"database_url": "postgresql://localhost/x"}
    assert not load(tmp_path, {}).searches_in_database
    assert not load(tmp_path, {}, url).searches_in_database
    assert load(tmp_path, {}, {**url, "shared_pages": "yes"}).searches_in_database
    with pytest.raises(SettingError, match="leave SEARCH out"):
        load(tmp_path, {}, {**url, "shared_pages": "yes", "search": "whoosh"})
