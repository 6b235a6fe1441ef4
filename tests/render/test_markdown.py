"""What writers get for what they write."""

import pickle
import re

import pytest

from wiki.domain.content.links import LinkKind
from wiki.domain.markdown.emoji import WRITTEN, _signs
from wiki.render import anchors
from wiki.render.links import LinkState
from wiki.render.markdown import Renderer
from wiki.render.plugins.code import LANGUAGES
from wiki.render.scan import title_heading
from wiki.render.slots import Labels

RENDERER = Renderer()


def shown(text: str, path: str = "a/b", **live: str) -> str:
    page = RENDERER.render(text, path=path)
    return str(RENDERER.fill(page.html, {t: LinkState(p) for t, p in live.items()})).strip()


SAMPLES = [
    ("a [[x]]", '<p>a <a href="/wiki/x">x</a></p>'),
    ("[[x|y *z*]]", '<p><a href="/wiki/x">y *z*</a></p>'),
    ("[[x#Een kop]]", '<p><a href="/wiki/x#een-kop">x#Een kop</a></p>'),
    ("[y](/x.md)", '<p><a href="/wiki/x">y</a></p>'),
    ("[y](../x.md#k)", '<p><a href="/wiki/x#k">y</a></p>'),
    ("[y](#kop)", '<p><a href="#kop">y</a></p>'),
    ("![p](p.png)", '<p><img src="/files/a/b/p.png" alt="p" loading="lazy"></p>'),
    ("![p](img/p.png)", '<p><img src="/files/a/img/p.png" alt="p" loading="lazy"></p>'),
    ("[r](r.pdf)", '<p><a href="/files/a/b/r.pdf">r</a></p>'),
    (
        "![p](https://e.example/p.png)",
        '<p><a class="external" href="https://e.example/p.png" rel="noopener noreferrer">'
        '<span class="other-words">p</span>'
        '<span class="other-host"> (picture of e.example)</span></a></p>',
    ),
    ("[y](javascript:x)", '<p><span class="refused">y</span></p>'),
    ("==a *b*== H~2~O m^2^", "<p><mark>a <em>b</em></mark> H<sub>2</sub>O m<sup>2</sup></p>"),
    ("a == b == c, a==b==c, 2^8 en 2^9", "<p>a == b == c, a==b==c, 2^8 en 2^9</p>"),
    (
        "Er geldt $E=mc^2$.",
        '<p>Er geldt <math alttext="E=mc^2"><mrow><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi>'
        "<mn>2</mn></msup></mrow></math>.</p>",
    ),
    (
        "$`x`$ $$x$$",
        '<p><math alttext="x"><mrow><mi>x</mi></mrow></math> '
        '<math display="block" alttext="x"><mrow><mi>x</mi></mrow></math></p>',
    ),
    (
        "tekst\n$$\nx\n- y\n$$\nna",
        '<p>tekst</p>\n<div class="formula" tabindex="0"><math display="block" alttext="x - y">'
        "<mrow><mi>x</mi><mo>−</mo><mi>y</mi></mrow></math></div>\n<p>na</p>",
    ),
    (
        "```math\n\\frac\n```",
        '<div class="formula" tabindex="0"><code>\\frac</code> '
        '<span class="formula-note">(this formula cannot be read)</span></div>',
    ),
    ("€ 5 of $5 en $6, US$5-$6", "<p>€ 5 of $5 en $6, US$5-$6</p>"),
    ("$a/$(b) en $c =~ ^${d}", "<p>$a/$(b) en $c =~ ^${d}</p>"),
    ("van $5 (eerst 4$) $ a$ \\$a$", "<p>van $5 (eerst 4$) $ a$ $a$</p>"),
    ("`$a$` $HOME/$USER", "<p><code>$a$</code> $HOME/$USER</p>"),
    (
        ":smile: (:+1::tada:) 10:30:45 5:100:20 \\:smile: `:smile:` :niets: std::x::y",
        "<p>😄 (👍🎉) 10:30:45 5:100:20 :smile: <code>:smile:</code> :niets: std::x::y</p>",
    ),
    (
        "*[HTML]: Hyper <Text>\n*[in zee]: twee woorden\nHTML-pagina, XHTML, `HTML` in zee\n",
        '<p><abbr title="Hyper &lt;Text&gt;">HTML</abbr>-pagina, XHTML, <code>HTML</code> '
        '<abbr title="twee woorden">in zee</abbr></p>',
    ),
    ("x\n*[a]*", "<p>x\n<em>[a]</em></p>"),
    ("~~a~~ &euml; <naam>", "<p><s>a</s> ë &lt;naam&gt;</p>"),
    ("Woord\n: uitleg", "<dl>\n<dt>Woord</dt>\n<dd>uitleg</dd>\n</dl>"),
    ("`[[x]]`", "<p><code>[[x]]</code></p>"),
    ("\\[[x]]", "<p>[[x]]</p>"),
]


@pytest.mark.parametrize(("text", "html"), SAMPLES)
def test_sample(text: str, html: str) -> None:
    assert shown(text, x="x") == html


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# mijn_bestand_naam", "mijn_bestand_naam"),
        ("# Onderzoek & R&amp;D: 5 * 4 = ~20", "Onderzoek & R&D: 5 * 4 = ~20"),
        ("# Over C:\\temp\\map", "Over C:\\temp\\map"),
        ("# `swap(_:_:)` en ~Copyable", "swap(_:_:) en ~Copyable"),
        ("<!-- sjabloon -->\n\n# Met *noot*[^1]\n\n[^1]: De noot.", "Met noot"),
    ],
)
def test_titles_keep_their_characters(text: str, title: str) -> None:
    page = RENDERER.render(text + "\n")
    assert page.title == title == title_heading(text)


def test_what_only_the_title_refers_to_is_shown_without_a_way_back() -> None:
    html = shown("# Titel[^1]\n\nx\n\n[^1]: De noot.")
    assert '<li id="fn-1"><p>De noot.</p></li>' in html
    assert "fnref" not in html


def test_contents_hold_no_numbers_of_notes() -> None:
    page = RENDERER.render("# T\n\n## Een[^1]\n\n## Twee ![beeld](b.png)\n\n[^1]: n\n")
    assert [heading.text for heading in page.headings] == ["Een", "Twee beeld"]


def test_comments_in_html_are_neither_shown_nor_parsed() -> None:
    text = (
        "<!-- Sjabloon.\n\n``` << optioneel >> tekst\n-->\n# Besluit\n\n"
        "Zichtbaar. <!-- weg --> Ook.\n\n<!-- toc -->\n- [Doel](#doel)\n<!-- /toc -->\n\n## Doel\n"
    )
    page = RENDERER.render(text)
    assert page.title == "Besluit"
    assert page.plain == "Zichtbaar.  Ook.\n\nDoel\n\nDoel"
    assert [heading.text for heading in page.headings] == ["Doel"]


def test_wanted_link_leads_to_a_new_page() -> None:
    assert 'class="wanted" href="/new?title=Nog%20niets"' in shown("[[Nog niets]]")
    assert 'class="wanted" href="/new?path=a/c"' not in shown("[x](c)", x="x")
    assert 'href="/new?path=a%2Fc"' in shown("[x](c)")


def test_live_link_carries_the_title_of_its_page() -> None:
    html = RENDERER.render("[[oud|oud]]").html
    filled = RENDERER.fill(html, {"oud": LinkState("nieuw", 'De "vraag"')})
    assert filled == '<p><a href="/wiki/nieuw" title="De &quot;vraag&quot;">oud</a></p>\n'


def test_heading_has_an_anchor_and_for_editors_a_link_to_its_section() -> None:
    page = RENDERER.render("# Titel\n\n## Kop\n\n> ## Geciteerd\n\n## Kop\n")
    assert page.title == "Titel"
    assert [(h.anchor, h.number) for h in page.headings] == [
        ("h-kop", 2),
        ("h-geciteerd-in", 0),
        ("h-kop-2", 3),
    ]
    assert "section=3" in RENDERER.fill(page.html, {}, edit="/edit/x")
    assert "section=" not in RENDERER.fill(page.html, {})


def test_table_is_aligned_by_class() -> None:
    html = shown("|a|b|\n|-|-:|\n|1|2|")
    assert '<th scope="col" class="align-right">b</th>' in html
    assert "style=" not in html


def test_footnote_referred_to_twice_has_one_place_to_return_to() -> None:
    html = shown("a[^n] b[^n]\n\n[^n]: noot")
    assert html.count('id="fnref-1"') == 1
    assert 'href="#fn-1"' in html


def test_turns_are_sections_with_speaker_and_time() -> None:
    text = (
        "---\nkind: dialogue\nstatus: held\ndate: 2009-12-02\nparticipants: [Jan, Els]\n---\n"
        "Vooraf.\n\n**Jan (15.04):** Dag.\n\nNog iets.\n\n**Els:** Ja.\n\n## Slot\n\n"
        "**Piet:** nee\n"
    )
    page = RENDERER.render(text)
    html = RENDERER.fill(page.html, {})
    assert html.count('<section class="turn"') == 2
    assert '<span class="turn-name">Jan</span>' in html
    assert "Turn 1</a> · 15.04" in html
    assert [turn.said for turn in page.turns] == ["Dag.\n\nNog iets.", "Ja."]


def test_what_a_page_says_of_itself() -> None:
    page = RENDERER.render(
        "---\ntitle: T\n---\n# T\n\nEerste *zin* met [[x|een link]].\n\nTweede.\n"
    )
    assert page.excerpt == "Eerste zin met een link."
    assert page.plain == "Eerste zin met een link.\n\nTweede."
    assert page.words == 6
    assert [(link.kind, link.target) for link in page.links] == [(LinkKind.WIKI, "x")]
    assert pickle.loads(pickle.dumps(page)) == page


def test_broken_front_matter_stays_visible() -> None:
    page = RENDERER.render('---\ntitle: "x\n---\nTekst\n')
    assert "front_matter_broken" in page.problems
    assert "title:" in page.plain
    assert "Tekst" in page.plain


def test_comment_has_no_headings_and_no_pictures() -> None:
    remark = RENDERER.comment("# Kop\n\n![x](p.png) https://e.example\n\n> ja\n")
    html = RENDERER.fill_comment(remark, {}, {})
    assert "<h" not in html
    assert "<img" not in html
    assert "nofollow" in html


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_code_is_coloured_by_class(language: str) -> None:
    html = RENDERER.render(f"```{language}\nfor x = 'y' <z> 1\n```").html
    assert html.startswith('<pre class="highlight" tabindex="0"><code>')
    assert "&lt;" in html


def test_a_link_without_words_bears_the_title() -> None:
    html = RENDERER.render("[[vragen/a]] en [[vragen/b]] en [[vragen/a|zo]]").html
    filled = RENDERER.fill(html, {"vragen/a": LinkState("vragen/a", "Wat <nu>?")})
    assert '<a href="/wiki/vragen/a">Wat &lt;nu&gt;?</a>' in filled
    assert ">vragen/b</a>" in filled
    assert ">zo</a>" in filled


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("/agenda", "/agenda"),
        ("/questions?status=open", "/questions?status=open"),
        ("/tags/water", "/tags/water"),
        ("/agenda.ics", "/agenda.ics"),
        ("agenda", None),
        ("/agendapunten", None),
        ("/wiki/agenda", None),
    ],
)
def test_links_to_screens_of_the_site_lead_there(written: str, address: str | None) -> None:
    page = RENDERER.render(f"[zie]({written})")
    html = RENDERER.fill(page.html, {})
    assert (f'href="{address}"' in html) is (address is not None)
    assert ('class="wanted"' in html) is (address is None)


def test_a_page_at_the_address_of_a_screen_goes_first() -> None:
    page = RENDERER.render("[zie](/agenda)")
    html = RENDERER.fill(page.html, {"agenda": LinkState("agenda")})
    assert 'href="/wiki/agenda"' in html


@pytest.mark.parametrize(
    "source",
    ["\\foo", "{" * 60 + "}" * 60, "^" * 900, "a_b_c", "\\begin{matrix}", "x" * 3_000, "}\\left("],
)
def test_a_formula_that_cannot_be_read_stays_as_written(source: str) -> None:
    html = shown(f"```math\n{source}\n```")
    assert "<math" not in html
    assert f"<code>{source}</code>" in html
    assert "(this formula cannot be read)" in html


def test_formulas_say_nothing_but_mathematics() -> None:
    source = r"\href{javascript:x}{y} \color{red}{a} \style{color:red}{b} \text{<script>c</script>}"
    html = shown(f"```math\n{source}\n```")
    assert "<math" in html
    inside = html.partition(">")[2].partition("<mrow>")[2]
    for word in ("href", "style=", "color", "<script"):
        assert word not in inside
    assert "&lt;script&gt;c" in inside


def test_a_page_draws_so_many_formulas_and_shows_the_others() -> None:
    html = shown("".join(f"$x_{{{n}}}{'y' * 900}$\n\n" for n in range(30)))
    assert 10 < html.count("<math") < 25
    assert "(more formulas than are drawn on one page)" in html


def test_a_formula_is_its_source_in_text_and_for_comments() -> None:
    text = "Er geldt $a<b$, zo.\n\n$$\n\\frac{x}\n  {y}\n$$\n\n```math\n\\foo\n```"
    page = RENDERER.render(text)
    assert page.plain == "Er geldt a<b, zo.\n\n\\frac{x} {y}\n\n\\foo"
    assert anchors.plain(page.html) == page.plain
    html = anchors.mark(page.html, [anchors.Mark(1, 3, 12, "#c", "x")], anchors.Words("", ""))
    assert '<mark class="passage">geldt</mark> <mark class="passage"><math ' in html


def test_a_heading_says_by_which_id_it_is_reached() -> None:
    page = RENDERER.render(
        "x\n\n## Doel {#Ons.Doel}\n\nAanpak {#zo}\n---\n\n[a](#Ons.Doel) [b](#zo)"
    )
    html = RENDERER.fill(page.html, {})
    assert [heading.text for heading in page.headings] == ["Doel", "Aanpak"]
    for part in ('<span id="onsdoel">', 'href="#onsdoel"', '<span id="zo">', 'href="#zo"'):
        assert part in html
    assert shown("[[x#Ons.Doel]]", x="x") == '<p><a href="/wiki/x#onsdoel">x#Ons.Doel</a></p>'


@pytest.mark.parametrize("written", ["[TOC]", "[toc]", "[[_TOC_]]"])
def test_the_list_of_headings_stands_where_it_is_asked_for_once(written: str) -> None:
    text = f"# Titel\n\n{written}\n\n## Een & $x$\n\n#### Diep\n\n## Twee\n\n{written}\n"
    page = RENDERER.render(text)
    html = str(RENDERER.fill(page.html, {}, Labels(contents="Inhoud")))
    listed = (
        '<div class="toc"><nav aria-label="Inhoud"><ul><li><a href="#h-een-en-x">Een &amp; x</a>'
        '<ul><li><a href="#h-diep">Diep</a></li></ul></li>'
        '<li><a href="#h-twee">Twee</a></li></ul></nav></div>'
    )
    assert html.count("<nav") == 1
    assert listed in html
    assert page.plain == "Een & x\n\nDiep\n\nTwee"
    assert "<nav" not in shown(f"{written}\n\n[TOC]: /x\n\n[[_toc_]] en meer\n\n> {written}", x="x")


def test_a_name_of_a_sign_is_one_that_a_text_can_have() -> None:
    assert all(WRITTEN.fullmatch(f":{name}:") for name in _signs())
    assert len(_signs()) > 2_000


def test_a_heading_of_a_table_without_words_is_called_as_its_formula_is_written() -> None:
    html = shown("| $a<b$ | $x$ en | c |\n|---|---|---|\n| $1$ | 2 | 3 |\n")
    assert re.findall(r"<t[hd]\b[^>]*>", html) == [
        '<th scope="col" aria-label="a&lt;b">',
        *['<th scope="col">'] * 2,
        *["<td>"] * 3,
    ]


def test_the_box_of_a_task_is_called_as_its_item_says() -> None:
    html = shown("- [ ] kopen\n  - [x] *melk*\n\nlos:\n\n- [x] brood\n\n  bruin\n")
    assert re.findall(r"<label>.*?</label>", html) == [
        f'<label><input type="checkbox"{ticked} disabled=""> {words}</label>'
        for ticked, words in (
            ("", "kopen"),
            (' checked=""', "<em>melk</em>"),
            (' checked=""', "brood"),
        )
    ]
