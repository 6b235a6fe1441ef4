"""`python follower.py DATA`: follow the repository of a wiki when told to; see `paired`.

It uses no more of the wiki than old checkouts have too.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from wiki.engine import Wiki, open_wiki
from wiki.settings import Settings

MOST_RENDERED = 600


def used() -> float:
    """The seconds of processor time that this process and those it waited for took."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def follow(wiki: Wiki) -> float:
    """The seconds it takes to follow what was committed."""
    began = used()
    wiki.follow()
    return used() - began


def render(wiki: Wiki) -> float:
    """The seconds a page takes, on average, that is rendered for the first time."""
    pages = sorted((e.file, e.blob) for e in wiki.store.list() if e.file.endswith(".md"))
    pages = pages[:: 1 + len(pages) // MOST_RENDERED]
    texts = [(file.removesuffix(".md"), wiki.store.blob(blob)) for file, blob in pages]
    began = used()
    for path, data in texts:
        wiki.renderer.render(data.decode("utf-8", "replace"), path=path)
    return (used() - began) / len(texts)


def main(data: Path) -> None:
    """Say what opening took, which makes all lists; then do what each line asks for, and say so."""
    began = used()
    wiki = open_wiki(Settings(data=data))
    print(used() - began, flush=True)
    for line in sys.stdin:
        took = render(wiki) if line.strip() == "render" else follow(wiki)
        print(took, flush=True)
    wiki.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
