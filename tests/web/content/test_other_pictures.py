"""Pictures of other sites: who is asked for them, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wiki.domain.access.rights import SYSTEM
from wiki.services.editing import saving
from wiki.services.editing.saving import Sent

TEXT = (
    'Zie ![een kaart](https://e.example:8443/a/k.png?b=1&c=2 "De kaart") en '
    "<img src='http://f.example/x.gif' alt='x'>, [![m](https://g.example/m.svg)](doel).\n\n"
    '`<a class="external other-picture" href="https://h.example/">`\n'
)


@pytest.fixture
def page(wiki, client):
    """The answer with the page on which the pictures stand, for a way to show them."""
    saving.save(wiki, SYSTEM, "plaat", Sent(TEXT, "", ""))

    def ask(way: str, address: str = "/wiki/plaat", **query: str):
        wiki.settings = replace(wiki.settings, other_pictures=way)
        # A page that is kept knows nothing of a setting that only a restart changes.
        return client.get(address, query_string={"way": way, **query})

    return ask


def images(answer) -> str:
    """Say of which sites pictures may come on a page."""
    policy = answer.headers["Content-Security-Policy"]
    return policy.partition("img-src ")[2].partition(";")[0]


@pytest.mark.parametrize("way", ["never", "click"])
def test_a_picture_of_another_site_is_a_link_that_says_so(page, way: str) -> None:
    article = page(way).text.partition("<article")[2].partition("</article>")[0]
    assert "<img" not in article
    assert 'href="https://e.example:8443/a/k.png?b=1&amp;c=2"' in article
    assert 'title="De kaart"' in article
    assert "een kaart</span>" in article
    assert "(picture of e.example:8443)" in article or "(afbeelding van e.example:8443)" in article
    assert "g.example" not in article


def test_only_a_click_brings_it_and_only_of_the_sites_on_the_page(page) -> None:
    assert images(page("never")) == "'self' data:"
    assert "other-pictures.js" not in page("never").text
    shown = page("click")
    assert images(shown) == "'self' data: https://e.example:8443 http://f.example"
    assert "other-pictures.js" in shown.text
    assert images(page("click", "/pages")) == "'self' data:"


def test_a_page_that_is_kept_says_the_same(page, wiki, client) -> None:
    kept = [images(page("click")) for _ in range(2)]
    assert kept[0] == kept[1] != "'self' data:"


def test_many_sites_fit_in_a_header(wiki, client) -> None:
    many = "\n".join(f"![x](https://s{number}.example/x.png)" for number in range(60))
    saving.save(wiki, SYSTEM, "veel", Sent(many, "", ""))
    assert images(client.get("/wiki/veel")) == "'self' data: https:"


@pytest.mark.parametrize(
    "url", ["https://a;b.example/x.png", "https://[::1/x.png", "https:///x.png"]
)
def test_no_address_writes_in_the_policy(wiki, client, url: str) -> None:
    saving.save(wiki, SYSTEM, "raar", Sent(f"![x]({url})", "", ""))
    answer = client.get("/wiki/raar")
    assert (answer.status_code, images(answer)) == (200, "'self' data:")


def test_what_is_taken_along_asks_nobody(page) -> None:
    assert (
        "other-picture" not in page("click", "/export/plaat", format="html").text.split("<code>")[0]
    )
