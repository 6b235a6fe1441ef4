"""How differences look."""

from wiki.domain import diff
from wiki.render.diff import rendered_html, side_html, source_html, words_html

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


def test_side_by_side_counts_what_it_leaves_out() -> None:
    html = side_html(diff.side(OLD, NEW))
    assert 'class="diff-skipped"' in html
    assert html.count("<tr") < 10


def test_source_marks_lines() -> None:
    html = source_html(diff.unified("a\n", "<b>\n", "x.md"))
    assert '<span class="diff-added">+&lt;b&gt;</span>' in html
    assert '<span class="diff-removed">-a</span>' in html


def test_rendered_marks_words_of_the_page_as_shown() -> None:
    html = rendered_html("<p>Een oude zin.</p>", "<p>Een nieuwe zin.</p>")
    assert html
    assert "<ins>nieuwe</ins>" in html
    assert rendered_html("x" * 80_000, "y") is None
