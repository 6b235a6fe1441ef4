"""HTML written in a text: a short list works and is balanced; the rest is shown as text."""

from __future__ import annotations

import re

import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wiki.render.links import LinkState
from wiki.render.markdown import Renderer

RENDERER = Renderer()
EDGE = re.compile(
    r" ?(</?(?:details|summary|p|div|li|ul|ol|aside|table|tbody|tr|t[hd]|d[ltd]|h[1-6])\b[^<>]*>) ?"
)


def shown(text: str) -> str:
    page = RENDERER.render(text, path="a/b")
    pages = [target for target in page.targets if not target.endswith(".png")]
    states = {target: LinkState(target) for target in pages}
    return tight(RENDERER.fill(page.html, states))


def tight(html: str) -> str:
    """HTML without the space that blocks have around them."""
    return EDGE.sub(r"\1", " ".join(html.split()))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "<details><summary>Meer <b>lezen</summary>\n\n- *x*\n\n</details>\n\nna",
            "<details><summary>Meer <b>lezen</b></summary> <ul> <li><em>x</em></li> </ul> "
            "</details> <p>na</p>",
        ),
        ("<details open>x</details>", '<details open=""><p>x</p> </details>'),
        (
            '<p align="center"><img src="x.png" width="20" alt="Een &amp; twee"></p>',
            '<p class="align-center"><img src="/files/a/b/x.png" alt="Een &amp; twee" width="20" '
            'loading="lazy"></p>',
        ),
        ("<div align=right>\n\n*x*\n\n</div>", '<div class="align-right"><p><em>x</em></p> </div>'),
        ('<p align="center">\n\nx\n\n</p>', '<div class="align-center"><p>x</p> </div>'),
        (
            "een<br>twee H<sub>2</sub>O m<sup>2</sup> <kbd>K</kbd> <u>u</u> <b>b</b> <i>i</i>",
            "<p>een<br> twee H<sub>2</sub>O m<sup>2</sup> <kbd>K</kbd> <u>u</u> <b>b</b> "
            "<i>i</i></p>",
        ),
        ('<a href="c.md">een *link*</a>', '<p><a href="/wiki/a/c">een <em>link</em></a></p>'),
        (
            '<a href="https://x.nl">x</a>',
            '<p><a href="https://x.nl" class="external" rel="noopener noreferrer">x</a></p>',
        ),
        ("<aside>\nlet op\n</aside>", "<aside><p> let op </p> </aside>"),
        ("<a href=c.md>los [d](d.md)", '<p>los <a href="/wiki/a/d">d</a></p>'),
        ("<naam> en <font color=red>x</font>",
         "<p>&lt;naam&gt; en &lt;font color=red&gt;x&lt;/font&gt;</p>"),
        ("x <!-- weg --> y<br/>z</b></div>", "<p>x y<br> z</p>"),
        ("- <details>\n  <summary>s</summary>\n\n  in\n- uit", "<ul> <li><details> "
         "<summary>s</summary> <p>in</p> </details> </li> <li><p>uit</p> </li> </ul>"),
        ("<details>\n\n- a\n- b</details>\n\nna",
         "<details><ul> <li>a</li> <li>b</li> </ul> </details> <p>na</p>"),
        ('<table><tr><th align="right" colspan="2">a<tr><td>[b](c.md)<td>*d*</table>',
         '<div class="table-scroll" tabindex="0"><table><tbody><tr>'
         '<th class="align-right" colspan="2">a</th></tr>'
         "<tr><td>[b](c.md)</td><td>*d*</td></tr></tbody></table></div>"),
        ("<table><tr><td>\n\n*b*\n\n</td></tr></table>",
         '<div class="table-scroll" tabindex="0">'
         "<table><tbody><tr><td><p><em>b</em></p></td></tr></tbody></table></div>"),
        ("<ul><li>a<li>b<ol start=3><li>c</ol></ul>",
         '<ul><li>a</li><li>b<ol start="3"><li>c</li></ol></li></ul>'),
        ("<h1 align=center>a</h1>\n<hr>\n<h4>b</h4>",
         '<h2 class="align-center">a</h2><hr><h4>b</h4>'),
        ("<dl><dt>a<dd>b</dl><center>c</center>",
         '<dl><dt>a</dt><dd>b</dd></dl><div class="align-center"><p>c</p></div>'),
        ('a <span style="color:red">b</span> <cite>c</cite> <li>d',
         "<p>a b <i>c</i> </p><div> d </div><p></p>"),
    ],
)  # fmt: skip
def test_html_of_the_list_works_and_other_html_is_text(text: str, html: str) -> None:
    assert shown(text) == tight(html)


@pytest.mark.parametrize("kind", ["note", "tip", "important", "warning", "caution"])
def test_alerts_stand_out_with_their_name(kind: str) -> None:
    alert = f'<div class="alert alert-{kind}"><span class="alert-title">{kind.capitalize()}</span>'
    assert shown(f"> [!{kind.upper()}]\n> Let *op*.\n>\n> - x") == tight(
        f"{alert} <p>Let <em>op</em>.</p> <ul> <li>x</li> </ul> </div>"
    )
    assert shown(f"> [!{kind}]\n>\n> x") == tight(f"{alert} <p>x</p> </div>")


def test_what_is_no_alert_is_a_quotation() -> None:
    for text in ("> [!NOTE] x", "> [!ANDERS]\n> x", "> a\n> [!NOTE]\n> x", "> [!NOTE]"):
        assert shown(text).startswith("<blockquote>")
        assert "[!" in shown(text)


def test_text_from_right_to_left_says_so() -> None:
    text = "هذا نص عربي.\n\n- مرحبا\n\nGewoon.\n"
    html = shown(text)
    assert '<p dir="auto">هذا' in html
    assert '<ul dir="auto">' in html
    assert "dir=" not in shown("Gewoon.\n")


PIECES = [
    "<details>", "</details>", "<summary>", "</summary>\n", "<p align=left>", "</p>", "<div>",
    "</div>", "<b>", "</b>", "<a href=x.md>", "</a>", "<a name=y>", "<br>", "<img src=z.png>",
    "<aside>", "</aside>", "a ", "[k](l.md)", "[[m]]", "*", "**", "\n", "\n\n", "- ", "> ", "# ",
    "| a |\n|-|\n| ", "<u>", "<!--", "-->", "`", "1. ", "  ", "[^n]", "\n\n[^n]: ", "~~", "[",
    "](q)", "<table>", "</table>", "<tr>", "<td>", "</td>", "<ul>", "<li>", "</ul>", "<h1>",
    "</h1>", "<hr>", "<dd>", "<caption>", "<center>", "<blockquote>", "<span>", "</span>",
]  # fmt: skip


@example("<a href=x.md><p align=left></p></a>")
@example("<p align=left><b><a href=x.md><details></b>")
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_whatever_is_opened_ends_within_the_text(text: str) -> None:
    html = f"<article>{shown(text)}</article><footer></footer>"
    names: list[str] = []
    for closes, name in re.findall(r"<(/?)([a-z0-9]+)(?:\s[^<>]*)?>", html):
        if name in ("br", "img", "input", "hr"):
            continue
        if closes:
            assert names.pop() == name, html
        else:
            names.append(name)
    assert not names
    page = lxml.html.document_fromstring(f"<body>{html}</body>")
    assert [child.tag for child in page.find("body")] == ["article", "footer"]


def test_elements_too_deep_in_each_other_are_left_out() -> None:
    html = shown("<b>" * 5_000 + "woord" + "</b>" * 5_000 + "\n\n" + "<div>\n\n" * 3_000 + "einde")
    assert html.count("<b>") < 30
    assert html.count("<div>") < 30
    assert "woord" in html
    assert "einde" in html
