"""`python -m bench.pasted BUNDLE`: is a page found by a sentence that was copied from it?

Sentences are drawn from the pages of a git bundle (the Rust RFCs) as a reader sees them, and put
into the search field as they are: no quotes, signs and all. Told is at which place the page stands
that a sentence is from, and which sentences are not in the first five.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from wiki.domain.markdown import read
from wiki.domain.markdown.nodes import Paragraph
from wiki.domain.markdown.plain import plain
from wiki.domain.search.query import parse
from wiki.domain.search.search import Scope
from wiki.engine import Wiki, open_wiki
from wiki.settings import Settings

SENTENCES = 170
TOP = 5
DEPTH = 20
_SENTENCE = re.compile(r"[A-Z][^.!?]*[.!?](?=\s|$)")


def sentences(pages: dict[str, str], number: int, seed: int = 1) -> list[tuple[str, str]]:
    """So many sentences of 8 to 40 words, each with the path of its page; one of a page."""
    draw = random.Random(seed)
    found: list[tuple[str, str]] = []
    for path in draw.sample(sorted(pages), len(pages)):
        document = read(pages[path])
        prose = [block for block in document.root.children if isinstance(block, Paragraph)]
        texts = (" ".join(plain(document, [block]).split()) for block in prose)
        said = [sentence for text in texts for sentence in _SENTENCE.findall(text)]
        said = [one for one in said if 8 <= len(one.split()) <= 40 and len(one) <= 450]
        if said:
            found.append((path, draw.choice(said)))
    return found[:number]


def place(wiki: Wiki, path: str, sentence: str) -> int:
    """At which place the page stands among what is found; 0 if not in the first twenty."""
    hits = wiki.search.search(parse(sentence), Scope(), limit=DEPTH).hits
    return next((at for at, hit in enumerate(hits, 1) if hit.path == path), 0)


def main(bundle: Path) -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        cloned = ["git", "clone", "-q", "-b", "main", str(bundle), str(data / "pages")]
        subprocess.run(cloned, check=True)
        wiki = open_wiki(Settings(data=data))
        wiki.search.rebuild(wiki.store, wiki.database, lambda done, total: None)
        files = (data / "pages").rglob("*.md")
        pages = {
            str(file.relative_to(data / "pages").with_suffix("")): file.read_text(encoding="utf-8")
            for file in files
        }
        asked = sentences(pages, SENTENCES)
        missed, times = [], []
        for path, sentence in asked:
            began = time.perf_counter()
            at = place(wiki, path, sentence)
            times.append(time.perf_counter() - began)
            if not 1 <= at <= TOP:
                missed.append((at, path, sentence))
        wiki.close()
    print(f"{len(asked)} sentences, {len(asked) - len(missed)} in the first {TOP}")
    print(f"p50 {median(times) * 1000:.1f} ms, slowest {max(times) * 1000:.1f} ms")
    for at, path, sentence in sorted(missed):
        print(f"{at or '-':>3} {path}: {sentence}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
