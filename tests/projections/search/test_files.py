"""Words in PDF, docx and odt files are found, and a file that cannot be read holds up nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.office import docx, odt, pdf
from wiki.domain.history.revisions import Author
from wiki.domain.search.query import parse
from wiki.domain.search.search import Hit, Scope
from wiki.projections.search.texts import file_reader
from wiki.services.content import files
from wiki.services.editing import renaming
from wiki.services.operation import projections
from wiki.store.store import Change

WRITER = Author("denktank", f"denktank@{Author.DOMAIN}")


@pytest.fixture
def found(wiki: Any) -> Any:
    """Lets the index catch up and searches; gives the hits."""

    def search(text: str, scope: Scope | None = None) -> list[Hit]:
        while wiki.search.update(wiki.store, wiki.database):
            pass
        hits = wiki.search.search(parse(text), scope or Scope(), limit=100).hits
        assert wiki.search.check(wiki.store, wiki.database) == []
        return list(hits)

    return search


def places(hits: list[Hit]) -> list[tuple[str, str]]:
    return [(hit.kind.value, hit.path) for hit in hits]


def aside(wiki: Any) -> dict[str, str]:
    return {fault.item.key: fault.reason for fault in projections.set_aside(wiki)}


def test_files_are_followed(page: Any, found: Any, wiki: Any, editor: Any) -> None:
    page("vragen/wijk", "# Wijk\n")
    page("ander", "# Ander\n")
    found("wijk")
    book = pdf("Burgers en hun\nkoffie-\nautomaat", "Tweede blad: fonteinkruid")
    files.add(wiki, editor, "vragen/wijk", "Verslag.PDF", book)
    files.add(
        wiki, editor, "vragen/wijk", "nota.docx", docx("Over waterlelies", note="krabbenscheer")
    )
    files.add(wiki, editor, "ander", "brief.odt", odt("<text:p>De pijlkruiden</text:p>"))
    report = ("file", "vragen/wijk/verslag.pdf")
    assert places(found("fonteinkruid")) == [report]
    assert places(found("koffieautomaat")) == [report]
    assert places(found("waterlelie krabbenscheer")) == [("file", "vragen/wijk/nota.docx")]
    assert places(found("pijlkruid")) == [("file", "ander/brief.odt")]
    assert places(found("soort:bestand verslag")) == [report]
    (hit,) = found("fonteinkruid")
    assert [p.text for s in hit.snippets for p in s.pieces if p.marked] == ["fonteinkruid"]
    assert hit.when is not None
    assert found("fonteinkruid", Scope(rules=(("vragen", False),))) == []

    words = ("fonteinkruid", "soort:bestand", "na:1970")
    followed = {word: sorted(places(found(word))) for word in words}
    counted: list[tuple[int, int]] = []
    wiki.search.rebuild(wiki.store, wiki.database, lambda *told: counted.append(told))
    assert {word: sorted(places(found(word))) for word in words} == followed
    assert counted[-1][0] == counted[-1][1]

    mark = wiki.search.marks(parse("fonteinkruid"), Scope())
    renaming.rename(wiki, editor, "vragen/wijk", "vragen/buurt")
    assert places(found("fonteinkruid")) == [("file", "vragen/buurt/verslag.pdf")]
    assert wiki.search.marks(parse("fonteinkruid"), Scope()) == mark
    files.replace(wiki, editor, "vragen/buurt/verslag.pdf", files.Sent("x.pdf", pdf("kalmoes")))
    assert found("fonteinkruid") == []
    assert places(found("kalmoes")) == [("file", "vragen/buurt/verslag.pdf")]
    files.delete(wiki, editor, "vragen/buurt/verslag.pdf")
    assert found("kalmoes") == []


def test_a_file_goes_with_its_page_and_comes_back(
    page: Any, found: Any, wiki: Any, editor: Any
) -> None:
    page("wijk", "# Wijk\n")
    files.add(wiki, editor, "wijk", "a.pdf", pdf("kalmoes"))
    assert places(found("kalmoes")) == [("file", "wijk/a.pdf")]
    page("wijk", None)
    assert found("kalmoes") == []
    page("wijk", "# Terug\n")
    assert places(found("kalmoes")) == [("file", "wijk/a.pdf")]


def test_what_cannot_be_read_is_set_aside(
    page: Any, found: Any, wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("wijk", "# Wijk\n")
    sent = {
        "wijk/stuk.pdf": b"%PDF-1.4 kalmoes",
        "wijk/geen.docx": b"kalmoes",
        "wijk/heel.pdf": pdf("kalmoes"),
        "wijk/leeg.pdf": pdf(""),
    }
    changes = [Change(file, data) for file, data in sent.items()]
    wiki.store.commit(changes, author=WRITER, message="files", trailers={}, expect={})
    wiki.follow()
    assert places(found("kalmoes")) == [("file", "wijk/heel.pdf")]
    assert aside(wiki) == dict.fromkeys(
        ("wijk/stuk.pdf", "wijk/geen.docx"), "file_words_unreadable"
    )
    wiki.store.commit(
        [Change("wijk/stuk.pdf", pdf("kalmoes")), Change("wijk/geen.docx", None)],
        author=WRITER,
        message="mended",
        trailers={},
        expect={},
    )
    wiki.follow()
    assert len(found("kalmoes")) == 2
    assert aside(wiki) == {}


HARM = {
    "time": "import itertools\nfor _ in itertools.count(): pass",
    "memory": "bytearray(10 ** 11)",
    "death": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("harm", HARM)
def test_a_reader_that_has_no_end_is_ended(
    page: Any, found: Any, wiki: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, harm: str
) -> None:
    (tmp_path / "harmful.py").write_text(
        "from wiki.projections.search.texts import file_reader as r\n"
        f"def harm(data):\n{''.join(f'    {line}{chr(10)}' for line in HARM[harm].split(chr(10)))}"
        "r.MOST_TIME = 1\nr.READERS = {'.pdf': harm}\nraise SystemExit(r.main())\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(file_reader, "__name__", "harmful")
    page("wijk", "# Wijk\n")
    change = Change("wijk/gif.pdf", pdf("kalmoes"))
    wiki.store.commit([change], author=WRITER, message="files", trailers={}, expect={})
    wiki.follow()
    page("ander", "kalmoes\n")
    assert places(found("kalmoes")) == [("page", "ander")]
    assert aside(wiki) == {"wijk/gif.pdf": "file_words_costly"}
