"""Where links lead and what stands at folders: the world's repositories read as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

import pytest

from tests.conftest import token_in
from tests.fixtures.access import set_rule
from wiki.store.store import Change

PIXEL = b"\x89PNG\r\n\x1a\n"
Put = Callable[[Mapping[str, str | bytes | None]], None]


@pytest.fixture
def put(wiki: Any) -> Put:
    """Commits files by their names in the repository, in one commit from elsewhere."""
    from wiki.domain.history.revisions import Author

    def commit(files: Mapping[str, str | bytes | None]) -> None:
        changes = [Change(f, d.encode() if isinstance(d, str) else d) for f, d in files.items()]
        wiki.store.commit(
            changes,
            author=Author("Proef", "p@voorbeeld.nl"),
            message="put",
            trailers={},
            expect={},
            when=wiki.clock(),
        )
        wiki.follow()

    return commit


def links(client: Any, path: str) -> dict[str, str]:
    """The words of each link in a page's text, or a picture's description, and where it leads."""
    answer = client.get(f"/wiki/{path}", follow_redirects=True)
    assert answer.status_code == 200, path
    text = re.search(r"<article.*?</article>", answer.text, re.DOTALL)
    assert text
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>([^<]*)</a>', text[0])
    pictures = re.findall(r'<img src="([^"]*)" alt="([^"]*)"', text[0])
    return {words: unquote(address) for address, words in [*found, *pictures] if words != "#"}


def test_a_name_finds_its_page_wherever_that_lies(client: Any, put: Put) -> None:
    put(
        {
            "blad.md": "[[Bestanden]] [[Bestanden#Kop twee|kop]] [[diep/bestanden|pad]]\n"
            "[[Page Name|streep]] [wiki](Page-Name) [weg](Nergens) [[nergens|ook weg]]\n",
            "diep/Bestanden.md": "## Overzicht\n\n## Kop twee\n",
            "diep/Page-Name.md": "x\n",
            "diep/x.md": "[[doel|naast]] [naam](doel.md)\n"
            "[[Ander woord|bijnaam]] [[Mooie titel|titel]]\n",
            "ver/doel.md": "x\n",
            "diep/doel.md": "x\n",
            "ver/p.md": "---\naliases: [Ander woord, nog een]\n---\n# Mooie titel\n",
            "js.md": "[x](Node.js) [y](Deno.js)\n",
            "node/Node.js.md": "# Node\n",
        }
    )
    assert links(client, "blad") == {
        "Bestanden": "/wiki/diep/Bestanden",
        "kop": "/wiki/diep/Bestanden#kop-twee",
        "pad": "/wiki/diep/Bestanden",
        "streep": "/wiki/diep/Page-Name",
        "wiki": "/wiki/diep/Page-Name",
        "weg": "/new?path=Nergens",
        "ook weg": "/new?title=nergens",
    }
    assert links(client, "diep/x") == {
        "naast": "/wiki/diep/doel",
        "naam": "/wiki/diep/doel",
        "bijnaam": "/wiki/ver/p",
        "titel": "/wiki/ver/p",
    }
    assert links(client, "js") == {"x": "/wiki/node/Node.js", "y": "/files/js/Deno.js"}
    # What comes and goes changes where the links of other pages lead, and so their backlinks.
    put({"diep/doel.md": None})
    assert links(client, "diep/x")["naast"] == "/wiki/ver/doel"
    assert "/wiki/diep/x" in client.get("/wiki/ver/doel").text
    put({"diep/doel.md": "terug\n"})
    assert links(client, "diep/x")["naast"] == "/wiki/diep/doel"
    assert "/wiki/diep/x" not in client.get("/wiki/ver/doel").text


def test_files_beside_the_page_and_in_its_own_folder(client: Any, put: Put) -> None:
    put(
        {
            "map/blad.md": "![v](v.png) ![punt](./v.png) ![eigen](eigen.png) [pdf](n.pdf)\n"
            "[licentie](LICENSE) [diep](../map/blad/diep/z.txt) ![[elders.png]] [op](..)\n"
            "![geen plaatje](n.pdf) ![[v.png|120]] ![[blad#kop]] ![[n.pdf|stuk]] ![[weg.png]]\n",
            "map/v.png": PIXEL,
            "map/n.pdf": "%PDF-1.4",
            "map/LICENSE": "x",
            "map/blad/eigen.png": PIXEL,
            "map/blad/diep/z.txt": "z",
            "los/elders.png": PIXEL,
        }
    )
    assert links(client, "map/blad") == {
        "v": "/files/map/v.png",
        "punt": "/files/map/v.png",
        "eigen": "/files/map/blad/eigen.png",
        "pdf": "/files/map/n.pdf",
        "licentie": "/files/map/LICENSE",
        "diep": "/files/map/blad/diep/z.txt",
        "elders.png": "/files/los/elders.png",
        "op": "/",
        "geen plaatje": "/files/map/n.pdf",
        "v.png": "/files/map/v.png",
        "blad#kop": "/wiki/map/blad#kop",
        "stuk": "/files/map/n.pdf",
        "weg.png": "/new?title=weg.png",
    }
    assert 'src="/files/map/v.png" alt="v.png" width="120"' in client.get("/wiki/map/blad").text
    for address in set(links(client, "map/blad").values()):
        assert client.get(address).status_code == (303 if "weg" in address else 200), address


@pytest.mark.parametrize("name", ["Home", "README", "readme", "Readme", "index", "Index", "_index"])
def test_the_own_page_of_a_folder_and_of_the_site(client: Any, put: Put, name: str) -> None:
    put({f"{name}.md": "# Lees mij\n", f"a/{name}.md": "# In a\n", "b.md": "[a](a/) [[a]]\n"})
    assert ">Lees mij</h1>" in client.get("/").text
    shown = client.get("/wiki/a").text
    assert ">In a</h1>" in shown
    assert f'data-path="a/{name}"' in shown
    assert links(client, "b") == {"a": f"/wiki/a/{name}"}


def test_a_folder_without_a_page_lists_what_is_in_it(
    client: Any, put: Put, wiki: Any, admin: Any
) -> None:
    files = {f"map zonder/nummer {n}.md": f"# Blad {n:03}\n" for n in range(130)}
    put({**files, "map zonder/in/diep.md": "# Diep\n", "start.md": "[map](<map zonder/>)\n"})
    assert links(client, "start") == {"map": "/wiki/map zonder"}
    first = client.get("/wiki/map zonder").text
    assert "131 pagina’s" in first
    assert "Blad 000" in first
    assert "/wiki/map%20zonder/in" in first
    assert "Blad 100" not in first
    assert "?page=2" in first
    assert "Blad 129" in client.get("/wiki/map zonder?page=2").text
    crumbs = re.findall(
        r'class="breadcrumbs".*?</nav>', client.get("/wiki/map zonder/in/diep").text, re.S
    )
    for address in re.findall(r'href="([^"]+)"', crumbs[0]):
        assert client.get(address).status_code == 200
    assert client.get("/wiki/map zonder/geen").status_code == 404
    # Rights: a folder of which nothing may be read is not there, and nothing counts it.
    set_rule(wiki, admin, prefix="map zonder/in", right="read", role="moderator")
    assert client.get("/wiki/map zonder/in").status_code == 303
    shown = client.get("/wiki/map zonder").text
    assert "130 pagina’s" in shown
    assert "/wiki/map%20zonder/in" not in shown


def test_the_front_of_a_foreign_repository(client: Any, put: Put) -> None:
    assert client.get("/").status_code == 200
    put({"docs/a.md": "# A\n", "b.md": "# Bee\n"})
    front = client.get("/").text
    assert "/wiki/docs" in front
    assert "Bee" in front
    foot = re.findall(r"<footer.*?</footer>", front, re.S)[0]
    for address in re.findall(r'href="(/[^"]*)"', foot):
        assert client.get(address.replace("&amp;", "&")).status_code in (200, 303), address
    put({"README.md": "# Mijn project\n\nTekst [b](b.md).\n"})
    front = client.get("/").text
    assert ">Mijn project</h1>" in front
    assert 'href="/wiki/b"' in front


@pytest.mark.parametrize(
    ("text", "title", "stays"),
    [
        ("---\ntitle: Kort\n---\n# De lange titel\n\nx\n", "Kort", ["De lange titel"]),
        ("---\ntitle: Gelijk\n---\n# Gelijk\n\nx\n", "Gelijk", []),
        ("## Inhoud\n\n- a\n\n## Deel een\n", "mijn_bestand", ["Inhoud", "Deel een"]),
        ("## Alleen boven\n\n### Onder\n", "Alleen boven", ["Onder"]),
        ("### Eerst\n\n## Boven\n", "mijn_bestand", ["Eerst", "Boven"]),
        ("![m](https://e.nl/m.svg)\n\n# Titel\n\n## K\n\n# T2\n", "Titel", ["Titel", "K", "T2"]),
        ("Tekst zonder kop.\n", "mijn_bestand", []),
        ("# R&amp;D in C:\\temp is `~60`\n\n# Nog een\n", "R&D in C:\\temp is ~60", ["Nog een"]),
    ],
)
def test_titles(client: Any, put: Put, text: str, title: str, stays: list[str]) -> None:
    put({"map/mijn_bestand.md": text, "zie.md": "[[map/mijn_bestand]]\n"})
    shown = client.get("/wiki/map/mijn_bestand").text
    heads = re.findall(r"<h([1-6])[^>]*>(.*?)</h\1>", shown.partition("</article>")[0], re.DOTALL)
    words = [unescape(re.sub(r"<span class=\"heading-tools\".*|<[^>]+>", "", h)) for _, h in heads]
    assert [word.strip() for word in words] == [title, *stays]
    assert f">{escape(title)}</a>" in client.get("/wiki/map").text


def test_titles_in_any_script_make_a_page(app: Any, member: Any, login: Any) -> None:
    browser = app.test_client()
    login(browser, "anna")
    made = []
    for title in ("Вопрос 1", "日本語", "問題", "Café Ünal", "???", "!!"):
        form = {"csrf_token": token_in(browser.get("/new").text), "title": title, "text": "x"}
        answer = browser.post("/new", data=form)
        assert answer.status_code == 303, title
        made.append(unquote(answer.location))
    assert [address.removeprefix("/wiki/") for address in made] == [
        "вопрос-1",
        "日本語",
        "問題",
        "cafe-unal",
        "pagina",
        "pagina-2",
    ]


def test_people_who_share_their_latin_part_stay_two(client: Any, put: Put) -> None:
    front = (
        "---\nkind: dialogue\ntitle: {}\nstatus: held\ndate: 2024-01-01\n"
        "participants:\n  - name: {}\n---\n"
    )
    put({"a.md": front.format("A", "王伟 (UvA)"), "b.md": front.format("B", "李娜 (UvA)")})
    people = client.get("/people").text
    addresses = set(re.findall(r'href="(/people/[^"]+)"', people))
    assert len(addresses) == 2
    for address in addresses:
        assert len(re.findall(r">(?:王伟|李娜) \(UvA\)</h1>", client.get(address).text)) == 1


def test_pages_whose_file_ends_otherwise(
    client: Any, put: Put, app: Any, wiki: Any, member: Any, login: Any
) -> None:
    put(
        {
            "HOOFD.MD": "# Hoofd\n\n[klein](a.markdown) [zo](a)\n",
            "a.markdown": "[[HOOFD]] [x](HOOFD.MD)\n",
            "d/readme.mdown": "# Map d\n",
            "b.md": "x\n",
        }
    )
    for address in ("HOOFD.MD", "HOOFD"):
        shown = client.get(f"/wiki/{address}").text
        assert ">Hoofd</h1>" in shown
        assert 'data-path="HOOFD.MD"' in shown
    assert ">Map d</h1>" in client.get("/wiki/d").text
    assert 'data-path="b"' in client.get("/wiki/b.md").text
    assert links(client, "a.markdown") == {"HOOFD": "/wiki/HOOFD.MD", "x": "/wiki/HOOFD.MD"}
    assert set(links(client, "HOOFD.MD").values()) == {"/wiki/a.markdown"}
    browser = app.test_client()
    login(browser, "anna")
    form = browser.get("/edit/HOOFD.MD").text
    base = re.search(r'name="base" value="([^"]+)"', form)
    assert base
    sent = {"csrf_token": token_in(form), "base": base[1], "text": "# Nieuw\n", "summary": ""}
    answer = browser.post("/edit/HOOFD.MD", data=sent)
    assert answer.location == "/wiki/HOOFD.MD"
    assert wiki.store.read("HOOFD.MD").data == b"# Nieuw\n"
    assert wiki.store.entry("HOOFD.md") is None
    assert client.get("/history/HOOFD.MD").text.count("data-revision=") == 2


def test_what_other_programs_wrote_in_front_matter_is_shown(client: Any, put: Put) -> None:
    front = "---\ntitle: A\nrollen: [jurist, <b>]\nweight: 3\nleeg:\n---\n"
    put({"a.md": f"{front}x\n", "b.md": "x\n"})
    shown = client.get("/wiki/a").text
    data = re.search(r'<dl class="foreign">.*?</dl>', shown, re.DOTALL)
    assert data
    found = re.findall(r"<d[td][^>]*>([^<]*)</d", data[0])
    assert [unescape(one) for one in found] == ["rollen", "jurist, <b>", "weight", "3"]
    assert 'class="foreign"' not in client.get("/wiki/b").text


def test_front_matter_in_toml_is_read_and_left_as_it_is(client: Any, put: Put) -> None:
    front = '+++\ntitle = "Rust 1.0"\ntags = ["taal"]\n[extra]\nteam = "kernploeg"\n+++\n'
    put({"a.md": front + "## Kop\n\nTekst.\n"})
    shown = client.get("/wiki/a").text
    assert ">Rust 1.0</h1>" in shown
    assert ">extra</dt>" in shown
    assert "title = " not in shown
    assert "taal" in client.get("/pages?view=tags").text
    assert "kernploeg" in client.get("/search?q=kernploeg").text


def test_all_pages_in_every_way(client: Any, put: Put, wiki: Any, admin: Any) -> None:
    for view in ("", "tree", "az", "tags", "wanted", "orphans", "files", "new", "onzin"):
        assert client.get(f"/pages?view={view}").status_code == 200
    assert "Hier is niets te tonen" in client.get("/pages").text
    assert client.get("/pages?folder=a%00b").status_code == 400
    many = {f"veel/blad {n}.md": f"# Titel {n:03}\n\n[[los/eentje]]\n" for n in range(120)}
    put(
        {
            **many,
            "los/eentje.md": "---\ntags: [wonen]\n---\n[[bestaat nog niet]] [[dicht/x]]\n",
            "dicht/geheim.md": "# Geheim\n\n[[ook weg]]\n",
            "dicht/plaatje.png": PIXEL,
            "los/foto.png": PIXEL,
        }
    )
    set_rule(wiki, admin, prefix="dicht", right="read", role="moderator")
    shown = {
        view: client.get(f"/pages?view={view}").text
        for view in ("tree", "az", "tags", "wanted", "orphans", "files", "new")
    }
    for text in shown.values():
        assert "dicht/geheim" not in text
        assert "ook weg" not in text
        assert "plaatje.png" not in text
    assert "view=tree&amp;folder=veel" in shown["tree"]
    inside = client.get("/pages?view=tree&folder=veel").text
    assert "Titel 000" in inside
    assert "Titel 119" in client.get("/pages?view=tree&folder=veel&page=2").text
    assert "Titel 000" in shown["az"]
    assert "view=az&amp;page=2" in shown["az"]
    assert "/tags/wonen" in shown["tags"]
    assert "bestaat nog niet" in shown["wanted"]
    assert "/wiki/los/eentje" not in shown["orphans"]
    assert "Titel 000" in shown["orphans"]
    assert "/files/los/foto.png" in shown["files"]
    assert 'href="/pages"' in client.get("/").text
