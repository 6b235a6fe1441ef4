"""The help: every construct that it shows comes out as it says, in both languages."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from wiki.domain.search import query
from wiki.services.pages.help import CHAPTERS, LANGUAGES, text

BECOMES = [
    ("\n\n", "</p>\n<p>"),
    ("is *s", "<em>"),
    ("**", "<strong>"),
    ("~~", "<s>"),
    ("==", "<mark>"),
    ("H~2~O", "H<sub>2</sub>O"),
    ("m^2^", "m<sup>2</sup>"),
    (",\\\n", "<br>"),
    (":smile:", "😄"),
    ("\\*backslash\\*", "*backslash*"),
    ("[TOC]", "<nav aria-label="),
    ("## ", "<h3"),
    ("{#", 'id="help-writing-7:'),
    ("[[", 'class="wanted"'),
    ("https://example.org/a", '<a href="https://example.org/a" class="external"'),
    ("- ", "<ul>"),
    ("1. ", "<ol>"),
    ("- [x]", '<li class="task">'),
    ("\n: ", "<dd>"),
    ("> ", "<blockquote>"),
    ("[!NOTE]", 'class="alert alert-note"'),
    ("[!WARNING]", 'class="alert alert-warning"'),
    ("[^1]", 'class="footnote-ref"'),
    ("*[", "<abbr title="),
    ("<details>", "<summary>"),
    ("<!--", "<p>"),
    ("|---|", "<table>"),
    ("--:|", 'class="align-right"'),
    ("<br>", "<br>"),
    ("![", "example.org"),
    ("![[", 'class="wanted"'),
    ("`", "<code>"),
    ("```python", '<pre class="highlight"'),
    ("```mermaid", '<div class="diagram"><pre'),
    ("$E", "<math alttext="),
    ("$$", '<math display="block"'),
    ("{{", '<div class="short-code"><p class="listing-empty">'),
]


def examples(client: Any, language: str) -> list[tuple[str, str]]:
    """Each example on the screen: as it is written, and what comes of it."""
    shown = client.get("/help", headers={"Accept-Language": language})
    assert shown.status_code == 200
    found = re.findall(
        r'<div class="help-source">.*?<code>(.*?)</code></pre></div>\n'
        r'<div class="help-result"><p class="help-says">[^<]*</p>\n(.*?)</div>\n</div>',
        shown.text,
        re.DOTALL,
    )
    return [(unescape(source), html) for source, html in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_construct_becomes_what_it_is_shown_for(client: Any, language: str) -> None:
    found = examples(client, language)
    assert len(found) == text(language, "writing").count("markdown example")
    used = set()
    for marks, html in BECOMES:
        fitting = [source for source, shown in found if marks in source and html in shown]
        assert fitting, (marks, html)
        used.update(fitting)
    assert {source for source, _ in found} == used
    whole = client.get("/help", headers={"Accept-Language": language}).text
    ids = re.findall(r' id="([^"]+)"', whole)
    assert len(ids) == len(set(ids))
    for place in re.findall(r' href="#([^"]+)"', whole):
        assert place in ids, place
    for wrong in ("listing-wrong", "formula-note", "include-wrong", "…"):
        assert wrong not in "".join(shown for _, shown in found), wrong


def test_both_languages_show_the_same() -> None:
    for name in CHAPTERS:
        nl, en = (text(language, name) for language in LANGUAGES)
        for mark in ("\n## ", "markdown example", "\n| "):
            assert nl.count(mark) == en.count(mark), (name, mark)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_search_can_be_searched(language: str) -> None:
    written = re.findall(r"^\| `([^`]+)` \|", text(language, "search"), re.MULTILINE)
    assert len(written) > 10
    for line in written:
        asked = query.parse(line)
        assert not asked.notices, line
        if re.match("[a-z]+:", line):
            titled = any(term.title for clause in asked.clauses for term in clause.any_of)
            assert titled or asked.filters != query.Filters() or asked.where, line
            assert ":" not in "".join(
                term.text for clause in asked.clauses for term in clause.any_of
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_one_that_the_list_of_keys_has(client: Any, language: str) -> None:
    shown = client.get("/help").text
    listed = re.findall(r"<kbd>(.*?)</kbd>", shown.partition('id="keys"')[2])
    written = re.findall(
        r"`([^`]+)`", text(language, "keys").partition("|---|")[2].partition("\n\n")[0]
    )
    assert written == listed


def test_the_foot_leads_to_help(client: Any) -> None:
    assert '<a href="/help">Help</a>' in client.get("/", headers={"Accept-Language": "en"}).text
