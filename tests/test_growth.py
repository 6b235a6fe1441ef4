"""Whatever anyone types: what reads it takes four times as long for four times the text, not more.

Every public function that takes text is found by walking the modules. One that needs nothing but a
text is measured as it is; any other needs a line in CALLS, or a reason in NOT_TYPED.
"""

from __future__ import annotations

import os
import time
import zlib
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from html import escape
from itertools import cycle

import pytest

from tests.domain.pages.test_transcripts import document as docx_of
from tests.domain.pages.test_transcripts import packed as docx_packed
from tests.fixtures import growth
from tests.fixtures.growth import Call, Text
from tests.fixtures.office import odt as odt_of
from wiki.analysis import analyser, snowball, tokens
from wiki.domain import proxies
from wiki.domain.access import rights
from wiki.domain.content import (
    addresses,
    attachments,
    conventions,
    fragments,
    frontmatter,
    names,
    normal,
    pages,
    paths,
    sections,
)
from wiki.domain.content import links as page_links
from wiki.domain.content import text as files
from wiki.domain.content.effort import Effort
from wiki.domain.content.pages import Kind
from wiki.domain.editing import merge, renames
from wiki.domain.exchange import remotes
from wiki.domain.history import diff, likeness, moves, sentences
from wiki.domain.history.sentences import Weave
from wiki.domain.imports import dokuwiki, prosemirror, turns, wikitext, writing
from wiki.domain.imports import links as import_links
from wiki.domain.imports.lines import Words
from wiki.domain.login import access_tokens, identities
from wiki.domain.markdown import document
from wiki.domain.markdown import html as raw_html
from wiki.domain.members import members
from wiki.domain.operation import purging
from wiki.domain.pages import lists, minutes, transcripts
from wiki.domain.pages import turns as dialogue_turns
from wiki.domain.search import docx, odt, query, saved_searches, search
from wiki.domain.talk import anchors
from wiki.projections import catalogue
from wiki.projections.search.texts import documents, sources
from wiki.render import anchors as html_anchors
from wiki.render import diff as html_diff
from wiki.render import frontmatter as front_matter
from wiki.render import links, listings, marked, pieces, slots, values
from wiki.render.markdown import Renderer
from wiki.render.plugins import mathematics
from wiki.render.plugins.code import code_block
from wiki.render.to_markdown import to_markdown
from wiki.render.writing import elements
from wiki.services.content import fields
from wiki.services.editing import transcripts as put_in
from wiki.services.imports import folders, packed
from wiki.services.notices import notification_mail
from wiki.services.search import saved_searches as saved

SMALL = 2_000
"""Characters of the smaller text of two; the larger has four times as many."""

COMPARING = 16_000
"""The same for what compares texts: up to some thousands it may spend what it likes."""

DRAWING = 60 if "GROWTH_SEED" in os.environ else 5
"""Seconds of processor time for texts drawn at random, once each function had one."""


@cache
def renderer() -> Renderer:
    return Renderer()


def changed(text: str) -> str:
    """Another version of a text: a word more in the middle, and less at the end."""
    middle = len(text) // 2
    return text[:middle] + " anders " + text[middle : -len(text) // 8 or None]


def carry(text: str) -> object:
    carried = anchors.Carry(text, changed(text))
    step = len(text) // 8 + 1
    return [carried.carry(at, at + 40) for at in range(0, max(1, len(text) - 40), step)]


def fold(text: str) -> object:
    weave = Weave()
    for step, each in enumerate((text, changed(text), text), 1):
        weave.fold(step, sentences.keys(each))
    return weave


def merged(text: str) -> object:
    made = merge.merge(text, changed(text), "eerst\n\n" + text)
    return merge.resolve(made.hunks, {})


def both(call: object) -> Call:
    return lambda text: call(text, changed(text))  # type: ignore[operator]


def moved(text: str) -> object:
    """Many files made of a text, each of which moves and changes."""
    files = [text[at : at + 80] for at in range(0, len(text), 80)]
    gone = {f"a/{number}.md": each for number, each in enumerate(files)}
    come = {f"b/{number}.md": f"{each}\nx" for number, each in enumerate(files)}
    return moves.moves(gone, come, lambda blob: blob.encode())


def zipped(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "replace"))


def toggled(text: str) -> str:
    words = Words()
    for at in range(0, len(text), 4):
        words.toggle("**" if at % 8 else "*", "**")
        words.plain(text[at : at + 4])
    return words.text()


def lines(text: str) -> list[str]:
    return text.split("\n")


ROLE = rights.Role.MEMBER
SITE = search.Site()
SUMMARY = sources.read_page("a", "", b"", "", None, SITE)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = folders.Names.__new__(folders.Names)
NAMES._by_path, NAMES._by_name = {}, {}

FRAGMENTS = fragments.Fragments(document.read("# Kop\n"), {})

NOTHING = names.Known({}, {}, {}, {}, {})
MOVE = renames.Move(
    "a",
    "c/d",
    {},
    lambda source, target: names.Lead("a", names.To.PAGE),
    lambda source, target: names.resolve(source, target, NOTHING),
)

RULES = conventions.dialogues("a/*{day}*x*{month}*/*{year}")

CALLS: dict[str, Call] = {
    "domain.imports.dokuwiki.to_markdown": lambda text: dokuwiki.to_markdown(
        text, lambda *parts: None, lambda *parts: None, Counter()
    ),
    "domain.pages.lists.wanted": lambda text: lists.wanted(Kind.QUESTION, "", text, text),
    "domain.imports.lines.Words.plain": toggled,
    "domain.imports.prosemirror.to_markdown": lambda text: prosemirror.to_markdown(
        {"content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]},
        lambda at: at,
        Counter(),
    ),
    "domain.imports.wikitext.to_markdown": lambda text: wikitext.to_markdown(
        text, lambda *parts: None, frozenset({"a"}), Counter()
    ),
    "services.imports.packed.inflated": lambda text: packed.inflated(zipped(text), 2_000),
    "services.imports.packed.gunzipped": lambda text: packed.gunzipped(zipped(text), 2_000),
    "services.imports.packed.bunzipped": lambda text: packed.bunzipped(zipped(text), 2_000),
    "domain.imports.links.relinked": lambda text: import_links.relinked(
        text, lambda *parts: "[[b]]", lambda address: "b"
    ),
    "domain.imports.turns.speakers": lambda text: turns.speakers(
        [turns.Said("", "a", NOW, "")], {"a": text}
    ),
    "domain.imports.turns.turn": lambda text: turns.turn("A", text),
    "domain.imports.writing.indented": lambda text: writing.indented(text, 2),
    "domain.imports.writing.link": lambda text: writing.link(text, text),
    "domain.imports.writing.picture": lambda text: writing.picture(text, text),
    "domain.imports.writing.table": lambda text: writing.table([lines(text), [text]]),
    "render.to_markdown.to_markdown": lambda text: to_markdown(text, lambda at: at, Counter()),
    "services.imports.folders.converted": lambda text: folders.converted(
        text.encode("utf-8", "replace"), "a.md", NAMES, folders.target_first
    ),
    "services.imports.folders.target_first": lambda text: folders.target_first(text, text),
    "services.imports.folders.words_first": lambda text: folders.words_first(text, text),
    "domain.content.attachments.written_as": lambda text: attachments.written_as(
        text, [f"{text}.rst", "b.txt"]
    ),
    "domain.content.attachments.put_into": lambda text: attachments.put_into(text, text),
    "domain.content.addresses.url_of": lambda text: addresses.url_of("page", text, at=text),
    "domain.content.addresses.within": lambda text: addresses.within(f"/wiki/{text}", "/wiki"),
    "domain.markdown.document.read": document.read,
    "domain.markdown.document.read_comment": document.read_comment,
    "domain.content.fragments.Fragments.meant": lambda text: FRAGMENTS.meant(text),
    "domain.content.fragments.Fragments.place": lambda text: FRAGMENTS.place(text),
    "domain.markdown.html.comment_end": lambda text: raw_html.comment_end(text, 0, len(text)),
    "domain.talk.anchors.Carry": carry,
    "domain.talk.anchors.Step": lambda text: anchors.Step("", "b", text, str).follow(
        anchors.Standing(anchors.Anchor("a", 0, 5, text[:5])), anchors.Anchor("c", 0, 5, text[:5])
    ),
    "domain.talk.anchors.clip": lambda text: anchors.clip(text, anchors.Span(0, len(text))),
    "domain.talk.anchors.find": lambda text: anchors.find(text[-4_000:] + "x", text, 2),
    "domain.talk.anchors.locate": lambda text: anchors.locate(
        anchors.Asked(quote=text[-4_000:]), text
    ),
    "domain.talk.anchors.beginning": lambda text: anchors.beginning(text, 200),
    "domain.talk.anchors.written": lambda text: anchors.written("", 0, 1, text),
    "domain.search.docx.text": lambda text: docx.text(
        docx_packed(docx_of(f"<w:t>{escape(text)}</w:t>").encode("utf-8", "replace"))
    ),
    "domain.search.docx.whole": lambda text: docx.whole(
        docx_packed(docx_of(f"<w:t>{escape(text)}</w:t>").encode("utf-8", "replace"))
    ),
    "domain.search.odt.text": lambda text: odt.text(
        odt_of(f"<text:p>{escape(text)}</text:p>".encode("utf-8", "replace").decode())
    ),
    "domain.pages.minutes.of": lambda text: minutes.of(text, text[:200]),
    "domain.pages.transcripts.written": lambda text: transcripts.written(
        transcripts.read(text), {"A": "", "a": "b"}
    ),
    "services.editing.transcripts.look": lambda text: put_in.look(text, text, {"A": "+"}),
    "services.editing.transcripts.put": lambda text: put_in.put(text, text, text, {}),
    "services.editing.transcripts.taken_out": lambda text: put_in.taken_out(
        text + "x" + text, text, text, text
    ),
    "domain.pages.turns.Speakers": lambda text: dialogue_turns.Speakers(lines(text), {text: text}),
    "domain.pages.turns.Speakers.named": lambda text: dialogue_turns.Speakers(["A"]).named(text),
    "domain.pages.turns.Speakers.opening": lambda text: dialogue_turns.Speakers(["A"]).opening(
        text
    ),
    "domain.pages.turns.speakers": lambda text: dialogue_turns.speakers(lines(text)),
    "domain.pages.turns.turns": lambda text: dialogue_turns.turns(text, ["A", "B", text]),
    "domain.history.diff.fields": both(diff.fields),
    "domain.history.diff.pieces": lambda text: diff.pieces(
        lines(text), lines(changed(text)), Effort()
    ),
    "domain.history.diff.side": both(diff.side),
    "domain.history.diff.split_words": both(diff.split_words),
    "domain.history.diff.stats": both(diff.stats),
    "domain.history.diff.words": both(diff.words),
    "domain.content.frontmatter.replace": lambda text: frontmatter.replace(
        text, {"a": text, "b": "c"}
    ),
    "domain.content.frontmatter.joined": lambda text: frontmatter.joined(text, changed(text)),
    "domain.login.access_tokens.check_scopes": lambda text: access_tokens.check_scopes(lines(text)),
    "domain.login.identities.role_for": lambda text: identities.role_for({"a": ROLE}, lines(text)),
    "domain.history.likeness.likeness": lambda text: likeness.likeness(
        Counter(text.split()), Counter(changed(text).split())
    ),
    "domain.history.likeness.pair": lambda text: likeness.pair(
        lines(text), lines(changed(text)), Effort()
    ),
    "domain.members.members.check_password": lambda text: members.check_password(text, text),
    "domain.content.links.address": lambda text: page_links.address(text, "a/b", text),
    "domain.content.links.written": lambda text: page_links.written(text, "/a", text),
    "domain.content.links.host_of": lambda text: page_links.host_of("https://" + text),
    "render.links.signature": lambda text: links.signature(b"k", text, text),
    "domain.content.links.outward": lambda text: page_links.outward(text, "wiki.example"),
    "domain.editing.merge.merge": merged,
    "domain.content.normal.fold": lambda text: normal.fold(text, "NFKC", 10**9),
    "domain.content.normal.form": lambda text: normal.form(text, "NFKD"),
    "domain.history.moves.moves": moved,
    "domain.history.sentences.Weave": fold,
    "domain.history.sentences.Weave.fold": fold,
    "domain.content.names.after_move": lambda text: names.after_move(
        names.Known({text: [text]}, {text: [text]}, {}, {text: [names.Named(text, text, "1")]}, {}),
        {text: f"{text}/b"},
        text,
        leaves_stub=True,
    ),
    "domain.content.attachments.names": lambda text: next(attachments.names(text)),
    "domain.content.names.at_path": lambda text: names.at_path(text, [text, f"{text}/index"]),
    "domain.content.names.beside": lambda text: names.beside(f"{text}/b", f"{text}/c"),
    "domain.exchange.remotes.name_beside": lambda text: remotes.name_beside(text, text, {text}),
    "domain.exchange.remotes.read_address": lambda text: remotes.read_address(
        text, remotes.Way.KEY
    ),
    "domain.content.names.elsewhere": lambda text: names.elsewhere(
        f"{text}/b", text, names.Known({}, {}, {}, {}, {names.key(text): [text]})
    ),
    "domain.content.names.names_of": lambda text: list(
        names.names_of(text, [text], text, is_stub=False)
    ),
    "domain.content.names.places": lambda text: names.places(f"{text}/b", text),
    "domain.content.names.resolve": lambda text: names.resolve(
        f"{text}/b",
        text,
        names.Known({}, {}, {}, {names.key(text): [names.Named(text, text, "1")]}, {}),
    ),
    "domain.content.conventions.mark": lambda text: conventions.mark(text, text),
    "domain.content.conventions.Rule.day": lambda text: RULES.rules[0].day(["a", text, "b"]),
    "domain.content.conventions.Dialogues.day": lambda text: RULES.day(f"a/{text[-300:]}/b"),
    "render.frontmatter.read_at": lambda text: front_matter.read_at("a", text, conventions.PLAIN),
    "domain.content.fragments.mark_of": lambda text: fragments.mark_of(f"{text} ^abcd"),
    "domain.content.paths.is_inside": lambda text: paths.is_inside(text, text[:-1]),
    "domain.proxies.Proxies.between": lambda text: proxies.read("10.0.0.0/8").between(
        "10.0.0.1", text.split(",")
    ),
    "domain.operation.purging.Ids.data": lambda text: purging.Ids({"a" * 40: "b" * 40}).data(
        text.encode()
    ),
    "domain.operation.purging.Ids.text": lambda text: purging.Ids({"a" * 40: "b" * 40}).text(text),
    "domain.operation.purging.Words.replaced": lambda text: purging.Words(["een woord"]).replaced(
        text
    ),
    "domain.operation.purging.Words.stand_in": lambda text: purging.Words(["een woord"]).stand_in(
        text
    ),
    "domain.search.query.typed": lambda text: query.typed(text, "tag"),
    "domain.search.query.without": lambda text: query.without(text, "tag", "a"),
    "domain.editing.renames.Move.moved": MOVE.moved,
    "domain.editing.renames.Move.moves": MOVE.moves,
    "domain.editing.renames.opened": lambda text: renames.repoint(
        renames.opened(text), "c/d", MOVE
    ),
    "domain.editing.renames.renamed": lambda text: renames.renamed(text, "c/d", MOVE),
    "domain.search.saved_searches.address_of": lambda text: saved_searches.address_of({"q": text}),
    "domain.search.search.person_path": lambda text: search.person_path(
        search.Scope(False), "", text
    ),
    "domain.content.sections.Anchors.give": lambda text: list(
        map(sections.Anchors().give, lines(text))
    ),
    "domain.content.sections.cut": lambda text: sections.cut(text, 1),
    "domain.content.sections.paste": lambda text: sections.paste(text, 1, text),
    "domain.content.text.Source.encode": lambda text: files.decode(text.encode()).encode(
        changed(text)
    ),
    "projections.catalogue.describe": lambda text: catalogue.describe("a", "", text.encode()),
    "projections.catalogue.title_of": lambda text: catalogue.title_of("a", text),
    "projections.search.texts.documents.comment_document": lambda text: documents.comment_document(
        1, SUMMARY, ("a", text), text, NOW, SITE
    ),
    "projections.search.texts.documents.page_documents": lambda text: documents.page_documents(
        SUMMARY, text, SITE, lines(text)
    ),
    "projections.search.texts.documents.person_document": lambda text: documents.person_document(
        "a", text, [(text, 1)], SITE
    ),
    "projections.search.texts.sources.read_page": lambda text: sources.read_page(
        "a", "", text.encode(), "", None, SITE
    ),
    "analysis.analyser.analyse": lambda text: analyser.analyse(text, "nl"),
    "analysis.analyser.forms": lambda text: analyser.forms.__wrapped__(text, "nl"),
    "analysis.analyser.is_stop": lambda text: analyser.is_stop(text, "nl"),
    "analysis.analyser.kin": lambda text: analyser.kin(text, "nl"),
    "analysis.snowball.Stemmer.stem": lambda text: snowball.Stemmer("dutch").stem(text),
    "analysis.tokens.word_at": lambda text: tokens.word_at(text, 0),
    "render.writing.elements.Scope.close": lambda text: elements.Scope(
        elements.Depth(), blocks=True
    ).close(lines(text)),
    "render.anchors.mark": lambda text: html_anchors.mark(
        text, [html_anchors.Mark(1, 0, 9, "#a", "b")], html_anchors.Words("more", "#a")
    ),
    "render.diff.is_long": lambda text: html_diff.is_long(text, text),
    "render.links.LinkState.url": lambda text: links.LinkState(text).url(text),
    "render.links.new_url": lambda text: links.new_url(text, links.LinkKind.PAGE),
    "render.markdown.Renderer.comment": lambda text: renderer().comment(text),
    "render.markdown.Renderer.fill_comment": lambda text: renderer().fill_comment(
        renderer().comment(text), {}, {}
    ),
    "render.markdown.Renderer.fill": lambda text: renderer().fill(text, {}),
    "render.markdown.Renderer.mentions": lambda text: renderer().mentions(text),
    "render.markdown.Renderer.render": lambda text: renderer().render(text),
    "render.marked.rendered_html": both(marked.rendered_html),
    "render.plugins.mathematics.as_source": mathematics.as_source,
    "render.plugins.mathematics.formula": lambda text: mathematics.formula(text, display=True),
    "render.plugins.code.code_block": lambda text: code_block(text, "python", len(text)),
    "render.pieces.include": lambda text: pieces.include(text, lambda *_: None),
    "render.pieces.included": lambda text: pieces.included(text, text, "/a"),
    "render.pieces.inner": lambda text: pieces.inner(text, "a:", "/a"),
    "render.listings.listing": lambda text: listings.listing(
        [listings.Entry(line, line, line) for line in lines(text)], text
    ),
    "render.listings.wrong": lambda text: listings.wrong(text, text),
    "render.pieces.listed": lambda text: pieces.listed(text, lambda *_: ""),
    "render.pieces.refused": lambda text: pieces.refused("include_loop", text, "/a"),
    "render.pieces.section": lambda text: pieces.section(text, "a", {}),
    "render.slots.fill": lambda text: slots.fill(text, {}),
    "render.slots.fill_mentions": lambda text: slots.fill_mentions(text, {}),
    "render.slots.slot": lambda text: slots.slot("A", text),
    "render.values.write_value": lambda text: values.write_value([text, text]),
    "services.content.fields.apply": lambda text: fields.apply(text, {"title": text, "tags": text}),
    "services.content.fields.new_wrong": lambda text: fields.new_wrong(text, changed(text)),
    "services.content.fields.values": lambda text: fields.values(pages.Meta(), text),
    "services.notices.notification_mail.pace_of": lambda text: notification_mail.pace_of(
        {"List-Id": text}
    ),
    "services.search.saved_searches.asked": lambda text: saved.asked({"q": text}),
}

COMPARES = frozenset(
    """
    domain.talk.anchors.Carry domain.history.diff.pieces domain.history.diff.side
    domain.history.diff.split_words domain.history.diff.stats domain.history.diff.words
    domain.history.likeness.pair domain.editing.merge.merge domain.history.sentences.Weave
    domain.history.sentences.Weave.fold domain.content.text.Source.encode
    domain.history.moves.moves render.marked.rendered_html
    """.split()
)
HEAVY = COMPARES | frozenset(
    """
    projections.catalogue.describe projections.catalogue.title_of
    projections.search.texts.documents.comment_document
    projections.search.texts.documents.page_documents
    projections.search.texts.sources.read_page render.markdown.Renderer.comment
    render.markdown.Renderer.fill_comment render.markdown.Renderer.mentions
    render.markdown.Renderer.render
    render.plugins.code.code_block render.scan.scan render.scan.title_heading
    services.content.fields.title_of services.imports.folders.converted
    domain.imports.links.relinked
    """.split()
)
"""What takes milliseconds for any text: measured with one text of every twelve."""

BOUNDED = "its text is measured first"
OURS = "its strings are ids and names that the wiki itself made"
PATHS = "a path was checked first: 1,000 bytes at most"

NOT_TYPED: dict[str, str] = {
    "projections.anchors": "a path, beside which a blob is read: rendered, and talk's anchors",
    "domain.notices.webhooks.check_address": BOUNDED,
    "services.content.outside": "waits for another machine, by an address of bounded length",
    "services.content.other_pictures": "waits for another site, with an address that was signed",
    "render.pictures": "pictures, whose pixels are counted first",
    "domain.imports.items": "keeps what importers say, and reads nothing in it",
    "services.exports.folders": "names of files of the wiki",
    "services.imports.archives": "names of files, looked at one by one",
    "domain.imports.lines.Words": "as Words.plain, which takes what marks stand between",
    "services.imports.folders.Names": "names of files, looked at one by one",
    "services.imports.ledger": "makes digests",
    "services.imports.ning": "reads by loose_json, to_markdown and turns",
    "services.imports.places": "titles and names of files: paths.slug and what is cut to 200 bytes",
    "analysis.words": "names of files that are packed with the code",
    "analysis.snowball.Stemmer": "the name of a language",
    "domain.talk.comments.place_of": OURS,
    "domain.pages.recordings.address": "one line of front matter, by one pattern of bounded length",
    "render.markdown.played": "gives that line to recordings.address",
    "i18n.dates.day": "a pattern of ours for a day that was read already",
    "i18n.dates.moment_in": "a pattern of ours for a moment that was read already",
    "domain.pages.turns": "read_parts and turns_of take what turns reads and finds",
    "domain.errors": "errors that carry a text",
    "services.editing.editor.is_source": "gives the text to frontmatter.apart",
    "domain.content.frontmatter.key_of": "takes what a pattern of this module found",
    "domain.markdown": "parts of the reader, which document.read and read_comment go through",
    "domain.history.sentences.Past": "a protocol; what is asked for was cut by sentences.cut",
    "domain.operation.purging": "words that an administrator names on the command line",
    "domain.access.rights": PATHS,
    "domain.search.search": PATHS,
    "domain.notices.watches": PATHS,
    "domain.notices.webhooks.check_events": "words that are looked up among those of a form",
    "domain.notices.webhooks.signature": "a hash over what is sent",
    "i18n.catalogue": "sentences of the code",
    "i18n.mail_templates": "names of templates, which escape what they show",
    "projections.events": OURS,
    "projections.lineage": PATHS,
    "projections.setaside": "keeps what could not be read, and reads nothing in it",
    "projections.search.texts.documents.comment_owner": OURS,
    "projections.search.texts.documents.member_owner": OURS,
    "projections.search.texts.documents.member_document": "80 bytes, then as person_document",
    "domain.search.office": "parts that docx.text and odt.text go through",
    "projections.search.texts.file_reader": "a process that ends in time, whatever it reads",
    "projections.search.texts.file_words": "names of files",
    "projections.search.texts.documents.file_owner": PATHS,
    "projections.search.texts.documents.file_document": "a text that is cut as that of a page",
    "projections.search.storage.folder": "names of files that the index made",
    "projections.search.index_base": "what an engine is asked",
    "projections.search.folder_index": "asks completion.complete: 100 characters are looked at",
    "projections.search.postgresql.shared_index": "asks completion.complete, as folder_index does",
    "projections.search.postgresql.lexicon": "words that analysis made, 80 letters at most",
    "projections.search.postgresql.kept": OURS,
    "projections.search.writing.kept": OURS,
    "projections.search.answering.lexicon": "words that analysis made, 80 letters at most",
    "projections.search.answering.snippets.Places": "words that analysis made, 80 letters at most",
    "projections.search.writing.people": OURS,
    "projections.search.storage.whoosh_parts": "words that analysis made, 80 letters at most",
    "projections.search.storage.segments": "words that analysis made, 80 letters at most",
    "projections.search.answering.spelling.distance": "words of a query: 500 characters at most",
    "projections.search.storage.view": "words that analysis made, 80 letters at most",
    "render.plugins": "takes what the parser found",
    "render.writing.tokens": "takes what document.read found, for Renderer.render",
    "render.drawings.file_of": OURS,
    "render.drawings.is_drawn": OURS,
    "services.content.files.as_sent": "a file that is sent on as it is",
    "services.content.files.called": "names of files, thirty at most",
    "services.content.linking.waiting": "targets that the parser found; paths are split once",
    "services.content.limits": "waits for a process, and ends it in time",
    "services.pages.help": "texts of the code",
    "services.operation.backup": "names of files and databases that an administrator gives",
    "services.login.ceremonies": "answers of an authenticator, read by webauthn; limited fields",
    "services.content.commits": OURS,
    "services.content.joining.merged": "decodes what domain.editing.merge.merge merges",
    "services.editing.saving": "errors that carry a text",
    "services.content.fields.changed": "compares values of fields, which apply reads",
    "services.login.passwords": BOUNDED,
}


def of(name: str) -> Call | None:
    """How a function is called with one text."""
    return CALLS.get(name) or growth.alone(FOUND[name])


def reason(name: str) -> str:
    """Why a function never meets what a person typed at any length; empty if it does."""
    places = [name, *(name.rsplit(".", parts)[0] for parts in range(1, name.count(".") + 1))]
    return next((NOT_TYPED[place] for place in places if place in NOT_TYPED), "")


FOUND = growth.readers()
MEASURED = [name for name in FOUND if name in CALLS or not reason(name)]


def test_every_function_that_reads_text_is_measured() -> None:
    assert [name for name in MEASURED if of(name) is None] == []


def test_no_line_is_left_of_a_function_that_is_gone() -> None:
    assert CALLS.keys() | HEAVY | SEEN.keys() <= FOUND.keys()
    assert all(any(f"{name}.".startswith(f"{place}.") for name in FOUND) for place in NOT_TYPED)


@pytest.mark.parametrize("name", MEASURED)
def test_four_times_the_text_takes_four_times_as_long(name: str) -> None:
    call = of(name)
    assert call is not None
    turn = MEASURED.index(name)
    every = 12 if name in HEAVY else 1
    for text in list(growth.texts(turn, 1))[turn % every :: every]:
        check(name, call, text)


SEEN = {
    "domain.history.sentences.cut": Text("Nou ", "!", "x"),
    "domain.content.frontmatter.cut": Text("---\nhttp://", "\t", ")\n---\n"),
    "domain.content.paths.slug": Text("a", "\u0301\u0323", ""),
    "render.frontmatter.read": Text("---\nhttp://", "\t", ")\n---\n"),
    "render.anchors.plain": Text("", "&#32;", ""),
    "render.markdown.Renderer.render": Text("a|b\n-", "|   ", "x\n"),
    "render.markdown.Renderer.comment": Text("", "> a\n- b\n", ""),
    "domain.editing.renames.opened": Text("Hallo [a](", " ", "x"),
}
"""Texts that once stopped the wiki."""


@pytest.mark.parametrize("name", SEEN)
def test_texts_that_once_stopped_the_wiki(name: str) -> None:
    call = of(name)
    assert call is not None
    check(name, call, SEEN[name])


def test_long_lists_of_tags_merge_as_fast_as_they_are_read() -> None:
    def call(text: str) -> object:
        tags = [f"t{number}" for number in range(len(text))]
        texts = (tags, [*tags, "hun"], ["mijn", *tags])
        made = merge.merge(*(f"---\ntags: [{', '.join(each)}]\n---\n" for each in texts))
        assert made.clean
        assert "hun]" in made.text
        assert "[mijn" in made.text
        return made

    check("domain.merge", call, Text("", "a", ""))


def test_a_long_sentence_is_not_copied_for_each_empty_line_after_it() -> None:
    def call(text: str) -> object:
        return sentences.cut("x" * 50 * len(text) + text)

    check("domain.history.sentences.cut", call, Text("", "\n", ""))


@pytest.mark.slow
def test_every_function_in_turn_reads_texts_drawn_at_random() -> None:
    """Another GROWTH_SEED draws other texts; which one failed, the error says."""
    until = time.process_time() + DRAWING
    texts = growth.drawn(int(os.environ.get("GROWTH_SEED", "1")))
    for turn, (name, text) in enumerate(zip(cycle(MEASURED), texts, strict=False)):
        if turn >= len(MEASURED) and time.process_time() > until:
            break
        call = of(name)
        assert call is not None
        check(name, call, text)


def check(name: str, call: Call, text: Text) -> None:
    """Fail if a text takes more than its length allows, at every length that is tried.

    A long call is disturbed more often than a short one: on a busy machine that alone can look like
    growth, but hardly so where both are long, and not each time that one looks.
    """
    small = COMPARING if name in COMPARES else SMALL
    ratio = 0.0
    for times in (1, 2, 4, 4, 8, 8):
        ratio = growth.grows(call, text, times * small)
        if ratio <= growth.MOST:
            return
    raise AssertionError(f"{name}: {ratio:.1f} times as long for 4 times {text}")
