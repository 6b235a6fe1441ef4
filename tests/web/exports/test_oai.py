"""Harvesting by OAI-PMH: every verb, lists in parts, and the errors that the protocol has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.fixtures.access import set_rule
from wiki.domain.access.rights import SYSTEM
from wiki.services.exports import harvest

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"


@pytest.fixture
def ask(client: Any, wiki: Any, page: Callable[..., str]) -> Callable[[str], ElementTree.Element]:
    page("a", "---\ntitle: Een & <twee>\nkind: question\nstatus: open\ntags: [zorg]\n---\nx\n")
    page("b", "# B\n")
    page("dicht", "# Dicht\n")
    set_rule(wiki, SYSTEM, prefix="dicht", right="read", role="member")

    def get(query: str) -> ElementTree.Element:
        answer = client.get(f"/oai?{query}")
        assert answer.status_code == 200
        return ElementTree.fromstring(answer.data)

    return get


def ids(answer: ElementTree.Element) -> list[str]:
    return [str(one.text) for one in answer.iter(f"{OAI}identifier")]


def test_lists_go_on_where_they_stopped(
    ask: Callable[[str], ElementTree.Element], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harvest, "AT_ONCE", 1)
    first = ask("verb=ListRecords&metadataPrefix=oai_dc")
    assert [one.text for one in first.iter(f"{DC}title")] == ["Een & <twee>"]
    token = first.findtext(f"{OAI}ListRecords/{OAI}resumptionToken")
    second = ask(f"verb=ListRecords&resumptionToken={token}")
    assert [one.text for one in second.iter(f"{DC}title")] == ["B"]
    assert second.findtext(f"{OAI}ListRecords/{OAI}resumptionToken") == ""
    one = ask(f"verb=GetRecord&metadataPrefix=oai_dc&identifier={ids(first)[0]}")
    assert ids(one) == ids(first)
    listed = ask("verb=ListIdentifiers&metadataPrefix=oai_dc&set=question&from=2020-01-01")
    assert ids(listed) == ids(first)


@pytest.mark.parametrize("verb", ["Identify", "ListSets", "ListMetadataFormats"])
def test_what_this_is(ask: Callable[[str], ElementTree.Element], verb: str) -> None:
    assert ask(f"verb={verb}").find(OAI + verb) is not None


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Weg", "badVerb"),
        ("verb=Identify&x=1", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=gisteren", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=%00zomaar", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=WzEsMl0=", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:x:1", "idDoesNotExist"),
    ],
)
def test_errors(ask: Callable[[str], ElementTree.Element], query: str, code: str) -> None:
    error = ask(query).find(f"{OAI}error")
    assert error is not None
    assert error.get("code") == code
