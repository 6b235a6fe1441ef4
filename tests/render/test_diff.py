"""How differences look."""

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.history import diff
from wiki.render.diff import side_html, source_html, words_html
from wiki.render.markdown import Renderer
from wiki.render.marked import rendered_html

RENDERER = Renderer()
OLD = "Een begin.\n\n" + "".join(f"Alinea nummer {n} blijft.\n\n" for n in range(9)) + "Oud slot.\n"
NEW = OLD.replace("Oud slot", "Nieuw slot")


def test_words_are_marked_for_eye_and_ear_and_the_rest_is_folded() -> None:
    html = words_html(diff.words(OLD, NEW))
    assert '<ins><span class="visually-hidden">[added] </span>Nieuw</ins>' in html
    assert '<del><span class="visually-hidden">[removed] </span>Oud</del>' in html
    assert "<details" in html
    assert "<summary>9 unchanged</summary>" in html


def test_a_moved_paragraph_points_both_ways() -> None:
    moved = "Deze alinea gaat in haar geheel naar het begin toe.\n\n"
    html = words_html(diff.words(OLD + "\n" + moved, moved + OLD + "\n"))
    assert 'id="move-from-1"' in html
    assert 'href="#move-from-1"' in html
    assert 'id="move-to-1"' in html


def test_side_by_side_folds_what_did_not_change() -> None:
    html = side_html(diff.side(OLD, NEW))
    assert "<summary>17 unchanged</summary>" in html
    assert "Alinea nummer 3 blijft." in html
    long = "regel\n" * 5_000
    html = side_html(diff.side(long, long + "en nog een\n"))
    assert '<p class="diff-skipped">4997 unchanged</p>' in html
    assert html.count("<tr") < 10


def test_source_marks_lines() -> None:
    html = source_html("@@ -1 +1 @@\n-a\n+<b>\n")
    assert '<span class="diff-added">+&lt;b&gt;</span>' in html
    assert '<span class="diff-removed">-a</span>' in html


ADDED, REMOVED = (
    f'<span class="visually-hidden">[{word}] </span>' for word in ("added", "removed")
)


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("<p>Een oude zin.</p>", "<p>Een nieuwe zin.</p>", "<p>Een <-oude-><+nieuwe+> zin.</p>"),
        (
            '<p>Zie <a href="/wiki/a">deze pagina</a>.</p>',
            '<p>Zie <a href="/wiki/b">deze pagina</a>.</p>',
            '<p>Zie <-<a href="/wiki/a">deze pagina</a>->'
            '<+<a href="/wiki/b">deze pagina</a>+>.</p>',
        ),
        (
            "<ul><li>een</li><li>twee</li></ul>",
            "<ul><li>een</li><li>nieuw</li><li>twee</li></ul>",
            "<ul><li>een</li><li><+nieuw+></li><li>twee</li></ul>",
        ),
        (
            "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td><+c+></td></tr></tbody></table>",
        ),
        ('<p id="oud">Zin.</p>', '<p id="nieuw">Zin.</p>', "<p>Zin.</p>"),
        ("", "<p>a &lt;b&gt;</p>", "<p><+a &lt;b&gt;+></p>"),
        ("<p>Weg.</p>", "", "<p><-Weg.-></p>"),
    ],
)
def test_rendered_marks_words_of_the_page_as_shown(old: str, new: str, marked: str) -> None:
    for sign, tag, said in (("+", "ins", ADDED), ("-", "del", REMOVED)):
        marked = marked.replace(f"<{sign}", f"<{tag}>{said}").replace(f"{sign}>", f"</{tag}>")
    assert rendered_html(old, new) == marked


def test_rendered_shows_what_moved_as_moved() -> None:
    moved, stays = "<p>Deze alinea gaat naar het einde toe.</p>", "<p>Een zin die hier blijft.</p>"
    html = rendered_html(moved + stays, stays + moved)
    assert "<ins>" not in html
    assert "<del>" not in html
    assert 'id="move-from-1" href="#move-to-1"' in html
    assert 'id="move-to-1" href="#move-from-1"' in html


HTML = st.lists(
    st.sampled_from(
        [
            "<p>Een zin.</p>",
            "<p>Een <em>andere</em> zin met veel meer woorden erin.</p>",
            "<ul><li>een</li><li>twee <strong>drie</strong></li></ul>",
            "<ul><li>een</li><li>vier<ul><li>vijf</li></ul></li></ul>",
            "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
            "<blockquote><p>Een zin.</p></blockquote>",
            "<h2>Kop</h2>",
            "<hr>",
        ]
    ),
    max_size=6,
).map("".join)


@given(HTML, HTML)
def test_without_what_went_the_marked_page_is_the_new_one(old: str, new: str) -> None:
    root = lxml.html.fragment_fromstring(rendered_html(old, new), create_parent="div")
    aside = {"diff-moved-away", "diff-move", "visually-hidden"}
    for element in list(root.iter()):
        if element is not root and (element.tag == "del" or element.get("class") in aside):
            element.drop_tree()
    found = " ".join(root.text_content().split())
    wanted = lxml.html.fragment_fromstring(new, create_parent="div").text_content()
    assert found.replace(" ", "") == "".join(wanted.split())


def test_a_formula_changes_as_a_whole() -> None:
    old, new = (RENDERER.render(f"Er geldt ${source}$ hier.").html for source in ("a+b", "a-b"))
    html = rendered_html(old, new)
    assert '[removed] </span><math alttext="a+b"><mrow><mi>a</mi><mo>+</mo>' in html
    assert '[added] </span><math alttext="a-b"><mrow><mi>a</mi><mo>−</mo>' in html
