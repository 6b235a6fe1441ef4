"""What lists say of pages, as the newest revision has them, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.projections.conftest import Site
from wiki.database.pages import catalogue, lists
from wiki.domain.access.sight import EVERYTHING, Sight
from wiki.domain.content.pages import Kind
from wiki.domain.pages.catalogue import Person
from wiki.domain.pages.catalogue import Wanted as WantedPage
from wiki.domain.pages.lists import Order, Value, Wanted, wanted

QUESTION = (
    "---\ntitle: Hoe blijft het?\nkind: question\nstatus: open\ntags: [Zorg, wonen]\n---\nWaarom?\n"
)


def dialogue(title: str, date: str = "", status: str = "announced", about: str = "vraag") -> str:
    when = f"date: {date}\n" if date else ""
    return (
        f"---\ntitle: {title}\nkind: dialogue\nstatus: {status}\n{when}questions: [{about}]\n"
        "participants: [{name: Spreker A, role: hoogleraar}]\ntags: [zorg]\n---\nTekst.\n"
    )


def filled(site: Site) -> None:
    site.save(
        "create",
        {
            "vraag": QUESTION,
            "d/een": dialogue("Een", "2009-12-02T15:00+01:00"),
            "d/twee": dialogue("Twee", "2010-01-02", "held"),
            "d/zonder": dialogue("Zonder"),
            "a": "# Kop\nNaar [[vraag]], [[Hoe blijft het?]], [[weg]] en [b](map/).\n",
            "map/index": "Los.\n",
            "geheim/x": dialogue("Geheim", "2011-01-01"),
        },
    )
    site.follow()


def test_what_lists_are_narrowed_to(site_on: Site) -> None:
    filled(site_on)
    seen = Sight(("geheim",))
    with site_on.database.read() as connection:
        for kind, paths in ((Kind.QUESTION, ["vraag"]), (Kind.DIALOGUE, ["d/een"])):
            asked = wanted(kind, tag="zorg", person="spreker-a", year=2009, sort="oldest")
            until = datetime(2010 if kind is Kind.DIALOGUE else 2200, 1, 1, tzinfo=UTC)
            span = (0, int(until.timestamp()))
            found = lists.find(connection, asked, span, 9, 0, sight=seen)
            assert [page.path for page in found] == paths
            assert sum(lists.statuses(connection, asked, span, sight=seen).values()) == 1
            moments = lists.moments(connection, asked, sight=seen)
            assert sum(moments.values()) == (2 if kind is Kind.DIALOGUE else 1)
            tags = lists.tags(connection, asked, span, 9, sight=seen)
            assert Value("zorg", tags[-1].name, 1) in tags
            people = lists.people(connection, asked, span, 9, sight=seen)
            assert people == [Value("spreker-a", "Spreker A", 1)]
        for order in Order:
            asked = Wanted(Kind.DIALOGUE, order=order)
            assert len(lists.find(connection, asked, None, 9, 0, sight=seen)) == 3


def test_lists(site_on: Site) -> None:
    filled(site_on)
    with site_on.database.read() as connection:
        (question,) = catalogue.questions(connection, sight=Sight(("geheim",)))
        assert (question.path, question.title, question.dialogues) == (
            "vraag",
            "Hoe blijft het?",
            3,
        )
        assert question.meta.tags == ("Zorg", "wonen")
        paths = [page.path for page in catalogue.dialogues(connection, sight=Sight(("geheim",)))]
        assert paths == ["d/twee", "d/een", "d/zonder"]
        since = datetime(2009, 12, 2, 14, tzinfo=UTC)
        ahead = ("announced",)
        coming = catalogue.agenda(connection, since, statuses=ahead, sight=EVERYTHING)
        assert [page.path for page in coming] == ["d/een", "geheim/x"]
        later = since.replace(day=3)
        assert not catalogue.agenda(connection, later, statuses=ahead, sight=Sight(("geheim",)))
        about = catalogue.dialogues_of(connection, "vraag", sight=Sight(("geheim",)))
        assert [page.path for page in about] == ["d/een", "d/twee", "d/zonder"]
        assert catalogue.count(connection, Kind.DIALOGUE, "held", sight=EVERYTHING) == 1
        assert {
            tag.name.lower(): tag.count for tag in catalogue.tags(connection, sight=EVERYTHING)
        }["zorg"] == 5
        assert len(catalogue.tagged(connection, "ZORG", sight=Sight(("geheim",)))) == 4
        person = Person("spreker-a", "Spreker A", "hoogleraar", "", 3)
        assert catalogue.people(connection, sight=Sight(("geheim",))) == [person]
        assert len(catalogue.dialogues_with(connection, "spreker-a", sight=EVERYTHING)) == 4


def test_links_lead_where_pages_are_now(site_on: Site) -> None:
    filled(site_on)
    with site_on.database.read() as connection:
        found = catalogue.resolve_links(
            connection, ["VRAAG", "map", "hoe blijft het?", "weg"], sight=EVERYTHING
        )
        assert found == {
            "VRAAG": "vraag",
            "map": "map/index",
            "hoe blijft het?": "vraag",
            "weg": None,
        }
        assert catalogue.resolve_links(connection, ["vraag"], sight=Sight(("vraag",))) == {
            "vraag": None
        }
        assert [
            page.path for page in catalogue.backlinks(connection, "vraag", sight=EVERYTHING)
        ] == ["a"]
        assert [
            page.path for page in catalogue.backlinks(connection, "map/index", sight=EVERYTHING)
        ] == ["a"]
        assert catalogue.wanted(connection, sight=EVERYTHING) == [WantedPage("weg", 1)]
        assert catalogue.orphans(connection, sight=EVERYTHING)[:1] == ["a"]
        assert catalogue.twin(connection, "Vraag") == "vraag"
    site_on.save("create", {"weg": "Hier.\n"})
    site_on.follow()
    with site_on.database.read() as connection:
        assert catalogue.wanted(connection, sight=EVERYTHING) == []
        assert [page.path for page in catalogue.backlinks(connection, "weg", sight=EVERYTHING)] == [
            "a"
        ]


def test_a_redirect_leads_on(site: Site) -> None:
    filled(site)
    site.rename("vraag", "vraagstuk")
    site.follow()
    with site.database.read() as connection:
        assert len(catalogue.dialogues_of(connection, "vraagstuk", sight=EVERYTHING)) == 4
        assert [
            page.path for page in catalogue.backlinks(connection, "vraagstuk", sight=EVERYTHING)
        ] == ["a"]
        assert [page.path for page in catalogue.questions(connection, sight=EVERYTHING)] == [
            "vraagstuk"
        ]


def test_titles_come_from_front_matter_heading_or_name(site: Site) -> None:
    site.save(
        "create", {"a": "---\ntitle: T\n---\n# K\n", "b": "# K\n", "c/d": "x\n", "c/index": "y\n"}
    )
    site.follow()
    with site.database.read() as connection:
        found = catalogue.find(connection, ["a", "b", "c/d", "c/index", "weg"])
    assert {path: page.title for path, page in found.items()} == {
        "a": "T",
        "b": "K",
        "c/d": "d",
        "c/index": "c",
    }
