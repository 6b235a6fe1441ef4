"""Lists in a text by short codes, as their reader may see them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.web.pages.test_lists import dialogue, question
from wiki.domain.access.rights import Right, Role, Rule
from wiki.services.pages.listings import MOST

ENGLISH = {"Accept-Language": "en"}


def lists(client: Any, path: str, headers: dict[str, str] | None = None) -> list[str]:
    """What stands in the place of each short code on a page."""
    text = client.get(f"/wiki/{path}", headers=headers or ENGLISH).text
    found = re.findall(r'<div class="short-code">(.*?)</div>', text, re.DOTALL)
    return [unescape(one) for one in found]


def titles(shown: str) -> list[str]:
    return re.findall(r'<a href="/wiki/[^"]+">([^<]+)</a>', shown)


def test_lists_stand_where_a_text_asks_for_them(client: Any, page: Any) -> None:
    page("v/open", question("open", "Open & vraag", "[Water]"))
    page("v/dicht", question("parked", "Geparkeerd"))
    for name, at in (("eerste", "2009-12-02"), ("tweede", "2010-12-02"), ("derde", "2011-12-02")):
        text = dialogue(at, name.title(), "held")
        page(f"g/{name}", text.replace("kind:", "questions: [v/open]\nkind:"))
    page("g/straks", dialogue("2190-05-01 15:00", "Straks"))
    page("a", "{{questions status=open}}\n{{vragen status=geparkeerd}}\n\n{{pages tag=water}}\n\n"
         "{{dialogues question=v/open limit=2}}\n\n{{dialogues question=\"Geparkeerd\"}}\n\n"
         "{{agenda}}\n\n{{recent limit=3}}\n\n{{pages folder=g limit=2}}\n")  # fmt: skip
    found = lists(client, "a")
    assert [titles(one) for one in found] == [
        ["Open & vraag"], ["Geparkeerd"], ["Open & vraag"], ["Derde", "Tweede"], [], ["Straks"],
        titles(found[6]), ["Derde", "Eerste"],
    ]  # fmt: skip
    assert "open · 3 dialogues" in found[0]
    assert "Nothing to list yet." in found[4]
    assert "1 May 2190, 15:00" in found[5]
    assert len(titles(found[6])) == 3
    assert "open · 3 gesprekken" in lists(client, "a", {"Accept-Language": "nl"})[0]
    text = dialogue("2012-12-02", "Vierde", "held")
    page("g/vierde", text.replace("kind:", "questions: [v/open]\nkind:"))
    assert titles(lists(client, "a")[3]) == ["Vierde", "Derde"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("quesions", "There is no list “quesions”. Choose from: questions, dialogues, agenda"),
        ("questions statuss=open", "no field of the list questions. Choose from: status, tag"),
        ("questions status=weg", 'Choose from: open, "in dialogue", answered, parked.'),
        ("recent limit=1000", "“1000” is no number of pages. Give one from 1 to 100."),
        ("dialogues question=nergens", "There is no question “nergens” that you may read."),
        ("pages <script> %(x)s", "“<script> %(x)s” cannot be read."),
    ],
)
def test_what_is_wrong_with_a_short_code_stands_in_its_place(
    client: Any, page: Any, code: str, says: str
) -> None:
    page("a", f"{{{{{code}}}}}\n")
    [found] = lists(client, "a")
    assert says in found
    assert f"<code>{{{{{code}}}}}</code>" in found
    assert (
        "<script" not in client.get("/wiki/a").text.partition("<article")[2].partition("</art")[0]
    )


def test_lists_stand_in_items_and_quotes(client: Any, page: Any) -> None:
    page("vragen/a", question("open", "Vraag A", "[water]"))
    page("b", "# Blad\n\nWoorden van b.\n")
    code = "{{questions status=open}}"
    page(
        "a",
        f"""# A

- eerst:
  - {code}
- ![[b]]
  - lager

> Citaat.
>
> {code}
> {code}
>
> 1. ![[b]]

Term
: {code}

| kop |
| --- |
| {code} |

Zie {code} en {{{{naam}}}}, `{code}` en {{{{questions

    {code}

~~~
{code}
~~~
""",
    )
    text = client.get("/wiki/a", headers=ENGLISH).text
    assert [titles(one) for one in lists(client, "a")] == [["Vraag A"]] * 4
    assert text.count("Woorden van b.") == 2
    why = '<span class="list-note">(a list stands on a line of its own)</span>'
    assert f"Zie {code} {why} en {{{{naam}}}}, <code>{code}</code> en {{{{questions" in text
    assert text.count(why) == 2
    assert text.partition("<article")[2].partition("</article")[0].count(code) == 5


def test_a_page_holds_so_many_lists(client: Any, page: Any) -> None:
    page("a", "{{recent limit=1}}\n\n" * (MOST + 2))
    found = lists(client, "a")
    assert [bool(titles(one)) for one in found] == [True] * MOST + [False] * 2
    assert "one too many" in found[-1]


def test_nobody_is_shown_what_they_may_not_read(
    client: Any, page: Any, wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("dicht/v", question("open", "Geheime vraag", "[water]"))
    page("dicht/g", dialogue("2190-05-01", "Geheim gesprek"))
    page("open/g", dialogue("2190-05-01", "Gewoon").replace("kind:", "questions: [dicht/v]\nkind:"))
    page("a", "{{questions}}\n{{dialogues}}\n{{agenda}}\n{{recent}}\n{{pages tag=water}}\n"
         "{{pages folder=dicht}}\n{{dialogues question=dicht/v}}\n")  # fmt: skip
    page("_sidebar", "{{pages}}\n")
    page("om", "![[a]]\n")
    assert "Geheim" in client.get("/wiki/om", headers=ENGLISH).text
    assert "Geheim" in str(lists(client, "a"))
    rights = type(wiki.rights)(wiki.rights.site, (Rule("dicht/", Right.READ, Role.EDITOR),))
    monkeypatch.setattr(type(wiki), "rights", property(lambda _: rights))
    for path in ("a", "om"):
        # In another language: what was kept for the rights of before is not asked for.
        shown = client.get(f"/wiki/{path}", headers={"Accept-Language": "nl"}).text
        assert "Geheim" not in shown
        assert "Gewoon" in shown
        assert "geen vraagstuk ‘dicht/v’ dat je kunt lezen" in unescape(shown)
    assert "Geheim" not in client.get("/export/a?format=html").text


def test_an_old_version_shows_what_was_written(client: Any, page: Any, wiki: Any) -> None:
    page("a", "Eerst.\n\n{{recent}}\n")
    at = wiki.store.head()
    page("a", "Later.\n")
    text = client.get(f"/wiki/a?at={at}").text
    assert '<div class="short-code"><code>{{recent}}</code></div>' in text
