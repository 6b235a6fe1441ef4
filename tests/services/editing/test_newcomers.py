"""New members add few links to a page at a time, until something is known of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from wiki.domain.access.rights import Actor
from wiki.domain.content.pages import Kind
from wiki.domain.errors import Invalid
from wiki.engine import Wiki
from wiki.services.editing import newcomers, submitting
from wiki.services.editing.creating import New
from wiki.services.editing.saving import Saved, Sent

MANY = " ".join(f"https://spam{n}.example/" for n in range(4))


def make(wiki: Wiki, actor: Actor, title: str, text: str) -> Saved:
    done = submitting.submit_new(wiki, actor, New(Kind.PAGE, title, text, {"title": title}))
    assert isinstance(done, Saved)
    return done


def test_many_links_wait_until_somebody_is_known(wiki: Wiki, member: Actor, editor: Actor) -> None:
    make(wiki, editor, "lijst", MANY)
    with pytest.raises(Invalid) as refused:
        make(wiki, member, "reclame", MANY)
    assert refused.value.fields[0].code == "page_links"
    for number in range(3):
        assert newcomers.is_new(wiki, member)
        make(wiki, member, f"goed{number}", "Iets zinnigs.")
    assert not newcomers.is_new(wiki, member)
    make(wiki, member, "bronnen", MANY)


def test_links_that_stood_there_do_not_count(
    wiki: Wiki, member: Actor, page: Callable[..., str]
) -> None:
    page("lijst", MANY)
    blob = wiki.store.entry("lijst.md").blob
    submitting.submit(wiki, member, "lijst", Sent(text=MANY + "\n\nBeter zo.", base=blob))
    blob = wiki.store.entry("lijst.md").blob
    with pytest.raises(Invalid):
        submitting.submit(wiki, member, "lijst", Sent(text=MANY + "\n\n" + MANY, base=blob))
