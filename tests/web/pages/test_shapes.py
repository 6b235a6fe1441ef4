"""Pages of the shapes that other people's repositories have, each as its writer sees it there.

What a rename does with them stands in `tests/web/editing/test_moves.py`, which words of them are
found in `tests/projections/search`, their history in `tests/projections/test_history.py`, the turns
of minutes in `tests/domain/pages`, files under names that collide in `tests/web/content`.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote, unquote

from wiki.domain.history.revisions import Author
from wiki.store.store import Change

PIXEL = b"\x89PNG\r\n\x1a\n"
VECTOR = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
DIALOGUE = "---\nkind: dialogue\ntitle: {}\nstatus: held\ndate: {}\nparticipants: [{}]\n---\n"
MINUTES = (
    "# Overleg van 3 mei\n\n**Attendees:**\n\n| Name | Abbreviation |\n|---|---|\n"
    "| Els Vos | EV |\n| Piet Kok | PK |\n\n## Begin\n\nEV: Dag.\n\nPK: Dag Els.\n\nEV: Goed.\n"
)
HEADINGS = ("Kosten/Baten (kort)", "mijn_map", "Nut", "Nut", "Plan 2.1", "问题", "Wie & wat", "F#")
ANCHORS = ("kostenbaten-kort", "mijn_map", "nut-1", "plan-21", "问题", "wie--wat", "f", "zomaar")
LONG = "Een kop die zo lang is dat hij in een adres niet meer helemaal past maar op GitHub wel"

FILES: dict[str, str | bytes] = {
    "wenk/a.md": "<!-- Vul in.\n\n``` << nooit >> open\n\n-->\n"
    "# Besluit\n\nWel. <!-- niet --> Ook.\n",
    "html/a.md": "# H\n\n<details><summary>Meer</summary>\n\nBinnen.\n\n</details>\n\n"
    '<p align="center"><img src="../naast/p.png" width="9" alt="P"></p>\n\n'
    "| a |\n|---|\n| een<br>twee, H<sub>2</sub>O |\n\n"
    '<picture>\n<source srcset="d.png 2x">\n<img src="../naast/p.png" alt="Q">\n</picture>\n\n'
    '<kbd>Esc</kbd> <b>v</b> <u>o</u> <a href="../wenk/a.md">link</a>\n',
    "naast/a.md": "![p](p.png) ![q](./p.png) [n](n.pdf) [l](LICENSE)\n",
    "naast/p.png": PIXEL,
    "naast/n.pdf": b"%PDF-1.4\n",
    "naast/LICENSE": b"vrij\n",
    "map/README.md": "# M\n\n[m](in/) [e](in/een.md)\n",
    "map/in/een.md": "# Een\n",
    "kop/a.md": "# Top\n\n"
    + " ".join(
        f"[{n}](#{to})" for n, to in enumerate((*ANCHORS, "top", LONG.lower().replace(" ", "-")))
    )
    + "\n\n"
    + "\n".join(f"## {words}" for words in (*HEADINGS, LONG))
    + '\n<a name="zomaar"></a>\n',
    "naam/a.md": "[[Stukken]] [[Stukken#Tweede kop|k]]\n",
    "naam/ver/Stukken.md": "## Kort\n\n## Tweede kop\n",
    "titel/eigen.md": "---\ntitle: Kort\n---\n# Veel langer gezegd\n\nx\n",
    "titel/geen.md": "## Inhoud\n\n- a\n\n## Deel\n",
    "titel/tekens.md": "# Van de_map tot `f(_:_:)`, R&amp;D en C:\\temp ~x\n",
    "titel/beeld.md": "![m](https://voorbeeld.nl/m.svg)\n\n# Na het beeld\n\n# Nog een\n",
    "tabel/a.md": "- punt\n\n  | in | lijst |\n  |---|---|\n  | 1 | 2 |\n\n"
    "> | in | citaat |\n> |---|---|\n> | 1 | 2 |\n\nzonder | rand\n---|---\n1 | 2 |\n\n"
    "| a | b | c |\n|---|---|---|\n| kort |\n| te | lang | is | weg |\n",
    "haak/a.md": "[[1]](https://voorbeeld.nl/1) [[2]][t] [[X-9]]\n\n"
    "[t]: https://voorbeeld.nl/2\n[X-9]: https://voorbeeld.nl/3\n",
    "adres/a.md": "*zie https://v.nl/a* **_en https://v.nl/b/_** __of https://v.nl/c/__ https://v.nl/d_(e)\n"
    "“https://v.nl/f” https://v.nl/g… jan@v.nl, www.v.nl <leeg> <jan@w.nl>\n\n"
    "> [!NOTE]\n> Pas op.\n",
    "verslag/2024-05-03.md": MINUTES,
    "verslag/kort.md": DIALOGUE.format("Kort", "2024-05-03", "EV, Els Vos")
    + "EV: a.\n\n**EV**: b.\n\n**EV:** c.\n\n**Els Vos** zonder punt.\n\n- EV: d.\n",
    "beeld/a.md": "![v](in/v.svg)\n",
    "beeld/in/v.svg": VECTOR,
    "eigen/Home.md": "# Thuis\n",
    "lees/Readme.md": "# Lees\n",
    "hugo/_index.md": "---\ntitle: Hugo\n---\nx\n",
    "punt/a.md": "[b](b-v2.4)\n",
    "punt/b-v2.4.md": "# B\n",
    "deel/a.md": "![[q.png]] en ![[b-v2.4]]\n",
    "deel/q.png": PIXEL,
    "deel/blok.md": "Een zin. ^84ab24\n\n- punt ^punt-1\n\n10 ^2 en 2^10000\n",
    "deel/naar.md": "[[blok#^84ab24]] [[deel/blok#^punt-1|p]]\n",
    "taal/ar.md": "---\nlang: ar\ntitle: مرحبا\n---\nهذا نص.\n",
    "taal/nl.md": "---\nlang: nl\ntitle: Dag\n---\nTekst.\n",
    "groot/HOOFD.MD": "# Hoofd\n",
    "noot/a.md": "# N[^1]\n\n## Een[^1]\n\nx\n\n## Twee\n\n[^1]: de noot\n",
    "wie/a.md": DIALOGUE.format("W", "2024-01-01", "王伟 (UvA)") + "x\n",
    "wie/b.md": DIALOGUE.format("L", "2024-01-02", "李娜 (UvA)") + "x\n",
    "ver/a.md": DIALOGUE.format("Begin", "0001-01-01 00:00", "Els") + "x\n",
    "ver/b.md": DIALOGUE.format("Eind", "9999-12-31T23:00-05:00", "Els") + "x\n",
}

SHOWN: dict[str, tuple[str, ...]] = {
    "wenk/a": ("title:Besluit", "Wel.  Ook.", "!nooit", "!Vul in"),
    "html/a": (
        "<summary>Meer",
        "Binnen.",
        '<p class="align-center"><img src="/files/naast/p.png"',
        *('src="/files/naast/p.png" alt="Q"', "!picture&gt;", "!source"),
        "een<br>",
        "H<sub>2</sub>O",
        "<kbd>Esc</kbd> <b>v</b> <u>o</u>",
        '<a href="/wiki/wenk/a">link',
    ),
    "naast/a": (
        *('src="/files/naast/p.png" alt="p"', 'src="/files/naast/p.png" alt="q"'),
        *('<a href="/files/naast/n.pdf">n', '<a href="/files/naast/LICENSE">l'),
    ),
    "map": ("title:M", '<a href="/wiki/map/in">m', '<a href="/wiki/map/in/een">e'),
    "map/in": ("title:in",),
    "kop/a": ("title:Top", "F#"),
    "naam/a": (
        '<a href="/wiki/naam/ver/Stukken">',
        '<a href="/wiki/naam/ver/Stukken#tweede-kop">k',
    ),
    "naam/ver/Stukken": ("title:Stukken", ">Kort<"),
    "titel/eigen": ("title:Kort", "Veel langer gezegd<"),
    "titel/geen": ("title:geen", "Inhoud<"),
    "titel/tekens": ("title:Van de_map tot f(_:_:), R&D en C:\\temp ~x",),
    "titel/beeld": ("title:Na het beeld", "Nog een<"),
    "tabel/a": (
        *(f'scope="col">{word}</th>' for word in ("lijst", "citaat", "rand", "c")),
        *("<td>kort</td>\n<td></td>\n<td></td>", "<td>is</td>\n</tr>", "!<td>weg"),
    ),
    "haak/a": tuple(f'<a href="https://voorbeeld.nl/{n}"' for n in (1, 2, 3)),
    "adres/a": (
        *(f'href="https://v.nl/{end}"' for end in ("a", "b/", "c/", "d_(e)", "f", "g")),
        *('href="mailto:jan@v.nl"', 'href="http://www.v.nl"', "&lt;leeg&gt;"),
        *('href="mailto:jan@w.nl"', 'class="alert alert-note"'),
    ),
    "verslag/2024-05-03": ("title:Overleg van 3 mei",),
    "verslag/kort": ('id="turn-4"', "<strong>Els Vos</strong> zonder punt", '!id="turn-5"'),
    "beeld/a": ('<img src="/files/beeld/in/v.svg"',),
    "eigen": ("title:Thuis",),
    "lees": ("title:Lees",),
    "hugo": ("title:Hugo",),
    "punt/a": ('<a href="/wiki/punt/b-v2.4">b',),
    "deel/a": ('<img src="/files/deel/q.png"', '<a href="/wiki/punt/b-v2.4">'),
    "deel/blok": ('zin.<span id="84ab24">', 'punt<span id="punt-1">', "10 ^2 en 2^10000"),
    "deel/naar": ('href="/wiki/deel/blok#84ab24"', 'href="/wiki/deel/blok#punt-1"'),
    "taal/ar": ('lang="ar" dir="rtl"', "title:مرحبا"),
    "taal/nl": ('lang="nl" dir="ltr"',),
    "groot/HOOFD.MD": ("title:Hoofd",),
    "noot/a": ("title:N", "de noot"),
    "wie/a": ("title:W",),
    "ver/a": ("title:Begin",),
    "ver/b": ("title:Eind",),
}


def test_each_shape_reads_as_its_writer_sees_it(
    app: Any, client: Any, wiki: Any, member: Any, login: Any
) -> None:
    changes = [Change(f, d.encode() if isinstance(d, str) else d) for f, d in FILES.items()]
    person = Author("Proef", "p@voorbeeld.nl")
    wiki.store.commit(
        changes, author=person, message="x", trailers={}, expect={}, when=wiki.clock()
    )
    wiki.follow()
    for path, expected in SHOWN.items():
        answer = client.get(f"/wiki/{quote(path)}", follow_redirects=True)
        found = re.search(r"<article.*?</article>", answer.text, re.DOTALL)
        text = found[0] if found else ""
        title = re.search(r"<title>(.*?) · ", answer.text)
        assert answer.status_code == 200, path
        for words in expected:
            if words.startswith("title:"):
                assert unescape(title[1] if title else "") == words.removeprefix("title:"), path
            elif words.startswith("!"):
                assert words[1:] not in text, (path, words)
            else:
                assert words in text, (path, words, text)
        ids = set(re.findall(r'id="([^"]*)"', answer.text))
        assert {unquote(a) for a in re.findall(r'href="#([^"]+)"', text)} <= ids, path
    picture = client.get("/files/beeld/in/v.svg")
    assert picture.mimetype == "image/svg+xml"
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    # What is in the way of other parts of the site: far dates, people with one Latin name.
    assert [client.get(at).status_code for at in ("/", "/agenda", "/dialogues", "/recent")] == [
        200
    ] * 4
    people = client.get("/people").text
    assert len(set(re.findall(r'href="(/people/[^"?]+)"', people))) == 5
    # The note's number is no part of the heading where the page's contents name it.
    assert re.search(r'<a href="#h-een">\s*Een\s*</a>', client.get("/wiki/noot/a").text)
    login(browser := app.test_client(), "anna")
    assert 'action="/adopt/verslag/2024-05-03"' in browser.get("/wiki/verslag/2024-05-03").text
    assert 'action="/adopt/' not in browser.get("/wiki/titel/geen").text
