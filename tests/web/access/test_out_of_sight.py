"""What one may not read leaves no trace: with it, the wiki looks the way it looks without it.

Every screen is kept as it is for a reader and for a member; then pages come into a closed folder
that touch all of it (the same tags, people, questions and words, links, talk, a redirect), and
every screen must still be the same, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import unified_diff
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.conftest import token_in
from tests.fixtures.access import set_rule
from wiki.domain.access.rights import SYSTEM, Actor, Role
from wiki.engine import Wiki
from wiki.services.content import files
from wiki.services.editing import renaming, trash
from wiki.services.notices import watches
from wiki.services.operation import jobs
from wiki.services.talk import comments

QUESTION = (
    "---\ntitle: Wat willen we?\nkind: question\nstatus: open\ntags: [zwaluw]\n---\nEen vraag.\n"
)
TALK = (
    "---\ntitle: {title}\nkind: dialogue\nstatus: {status}\ndate: {date}\nlocation: Utrecht\n"
    "tags: [zwaluw{tag}]\nparticipants: [{{name: Zora Zon, member: anna}}]\n"
    "questions: [vragen/wat]\n---\n**Zora Zon:** Een zwaluw maakt de zomer{word}. [[vragen/wat]]\n"
)
OPEN_TALK = TALK.format(title="Gesprek", status="held", date="2020-01-02", tag="", word="")

LISTS = """# Lijsten

{{questions}}

{{dialogues}}

{{agenda}}

{{pages tag=zwaluw}}

{{pages folder=dicht}}

{{dialogues question="Wat wil het zwaluwnest?"}}

{{questions tag=zwaluwnest}}

![[dicht/plan]]

![[Het geheime zwaluwnest]]
"""

SCREENS = """
/ /wiki/open /wiki/vragen/wat /wiki/gesprekken/een /wiki/leeg /history/open /blame/open /raw/open
/questions /dialogues /agenda /agenda.ics /people /people/zora-zon /tags /tags/zwaluw /recent
/members/anna /search?q=zwaluw /search?q=zomer&in=turns /search?q=gesprek&person=zora
/search?q=zwaluwnest /search?q=zwaluwnst /search?q=zwaluw&in=history /search?q=mooi&in=comments
/search?q=tag:zwaluw /suggest?q=zwa /suggest?q=nest /suggest?q=geh /feed/site.atom
/feed/folder/vragen /feed/member/anna /export/open?format=html /wiki/bestaat-niet /wiki/naar-dicht
/wiki/lijsten /export/lijsten?format=html /feed/site.json /feed/json/folder/vragen
/feed/json/member/anna
/sitemap.xml /robots.txt /views /members /help /report /suggestions /picture/open/brief.txt
/pages?view=tree /pages?view=az /pages?view=tags /pages?view=wanted /pages?view=orphans
/pages?view=files /pages?view=new /wiki/dicht /diff/open /views/open /recent?kind=comments
/search?q=besloten&in=files /search?q=brief /search?q=dicht /search?q=zwa* /search?q=plan~
/search?q="het+nest" /search?q=-open&in=pages /search?q=who:zora /search?q=in:dicht+nest
/search?q=tag:zwaluwnest&sort=new /suggest/links?q=zwa /suggest/links?q=gehei /suggest/links?q=dicht
/oai?verb=Identify /oai?verb=ListSets /oai?verb=ListRecords&metadataPrefix=oai_dc
/oai?verb=ListIdentifiers&metadataPrefix=oai_dc&from=2021-01-01
/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=dicht/plan
/api/v1/search?q=zwaluw /api/v1/search?q=zwaluwnest /api/v1/recent /api/v1/tags /api/v1/tags/zwaluw
/api/v1/people /api/v1/people/zora-zon /api/v1/questions /api/v1/dialogues /api/v1/agenda
/api/v1/pages/open /api/v1/pages/dicht/plan /api/v1/comments/dicht/plan
/api/v1/files/dicht/plan/brief.txt
/api/v1/attachments/dicht/plan /api/v1/history/dicht/plan /api/v1/diff/dicht/plan
/api/v1/dialogues/dicht/gesprek /api/v1/raw/dicht/plan
""".split()
MEMBERS_SCREENS = [*SCREENS, *"/trash /suggestions /notifications /account/watches".split()]


@pytest.fixture
def world(wiki: Wiki, page: Callable[..., str], member: Actor, admin: Actor) -> Wiki:
    """A wiki with a closed folder in which nothing stands yet."""
    now = wiki.clock()
    wiki.clock = lambda: now
    set_rule(wiki, SYSTEM, prefix="dicht", right="read", role="admin")
    page("vragen/wat", QUESTION, member)
    page("gesprekken/een", OPEN_TALK, member)
    page("leeg", "# Leeg\n")
    page("open", "# Open\n\nZie [[dicht/plan]] en [[Het geheime zwaluwnest]] en [[dicht/niets]].\n")
    page("lijsten", LISTS)
    page("naar-dicht", "---\nredirect: dicht/plan\n---\n")
    comments.post(wiki, member, "open", "Mooi, zie [[dicht/plan]].")
    watches.watch(wiki, member, "open")
    settle(wiki)
    return wiki


def settle(wiki: Wiki) -> None:
    """What the worker would do, until nothing is left."""
    for job in (jobs.tell, jobs.anchors, jobs.sentences, jobs.words, jobs.search):
        while job(wiki):
            pass


def hide_much(wiki: Wiki, page: Callable[..., str], member: Actor, admin: Actor) -> None:
    """Everything that a page can touch elsewhere, from inside the closed folder."""
    page("dicht/plan", "# Het geheime zwaluwnest\n\n[[open]] [[leeg]] [[vragen/wat]]\n", admin)
    secret = {"tag": ", zwaluwnest", "word": " en het nest"}
    held = TALK.format(title="Geheim gesprek", status="held", date="2021-01-02", **secret)
    page("dicht/gesprek", held, member)
    later = TALK.format(title="Geheim straks", status="announced", date="2099-01-02", **secret)
    page("dicht/straks", later, admin)
    page("dicht/vraag", QUESTION.replace("Wat willen we?", "Wat wil het zwaluwnest?"), admin)
    page("dicht/door", "---\nredirect: open\n---\n", admin)
    comments.post(wiki, admin, "dicht/plan", "@anna Mooi zwaluwnest, zie [[open]].")
    files.add(wiki, admin, "dicht/plan", "brief.txt", b"het zwaluwnest is besloten", "erbij")
    page("dicht/weg", "# Zwaluwnest weg\n", member)
    trash.delete(wiki, admin, "dicht/weg", "zwaluwnest weg")
    settle(wiki)


def looks(client: Any, screens: list[str]) -> dict[str, tuple[int, str]]:
    """Each screen's answer, without what differs at every request."""
    found = {}
    for address in screens:
        answer = client.get(address)
        found[address] = (answer.status_code, without_marks(answer.text))
    return found


def without_marks(text: str) -> str:
    """A page without tokens, nonces, and what was said of the request before."""
    text = re.sub(r'(name="(?:csrf_token|nonce)"[^>]*value=")[^"]*', r"\1", text)
    text = re.sub(r'data-nonce="[^"]*"', "", text)
    return re.sub(r'\s*<div class="notice done" role="status">.*?</div>', "", text)


@pytest.mark.parametrize("who", ["", "anna"])
def test_the_wiki_looks_as_if_it_were_not_there(
    app: Any,
    world: Wiki,
    page: Callable[..., str],
    member: Actor,
    admin: Actor,
    login: Callable[..., None],
    who: str,
) -> None:
    client = app.test_client()
    if who:
        login(client, who)
    screens = MEMBERS_SCREENS if who else SCREENS
    looks(client, screens)
    before = looks(client, screens)
    assert {status for status, _ in before.values()} <= {200, 303, 401, 403, 404}, before
    hide_much(world, page, member, admin)
    found = list(differences(before, looks(client, screens)))
    assert found == []


def differences(
    before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]
) -> Iterator[str]:
    """The lines of each screen that are not as they were."""
    for address, (status, text) in before.items():
        now, shown = after[address]
        if now != status:
            yield f"{address}: {status}, now {now}"
        for line in unified_diff(text.splitlines(), shown.splitlines(), n=0, lineterm=""):
            if not line.startswith(("---", "+++", "@@")):
                yield f"{address}: {line[:300]}"


ASKED = """
/wiki/{} /raw/{} /export/{}?format=md /history/{} /diff/{} /blame/{} /edit/{} /edit/{}?section=1
/upload/{} /rename/{} /delete/{} /watch/{} /comments/{} /close/{} /hide/{} /undo/{} /restore/{}
/report/{} /views/{} /feed/page/{} /feed/folder/{} /files/{}/brief.txt /new?path={}
/suggestions?path={} /admin/rights?path={} /wiki/{}?at=HEAD /raw/{}?at=HEAD /wiki/{}/ /wiki/{}/index
""".split()

SENT = """
/edit/{} text=x&base=BLOB
/edit/{} text=x&base=
/edit/open text=x&base=BLOB
/new kind=page&title=Nieuw&text=x&path={}
/new kind=page&title=Nieuw&text=x&path={}/index
/rename/open new_path={}
/rename/{} new_path=elders
/delete/{} summary=x
/restore/{} revision=HEAD
/undo/{} revision=HEAD
/comments/{} text=x
/watch/{} action=watch
/draft/{} text=x&base=BLOB
/preview text=[[{}]]&path=open
/preview text=x&path={}
/comment-draft/{} text=x
/upload/{} file=x
/report/{} reason=x
/close/{} reason=x
/hide/{} revision=HEAD&part=message&reason=x
"""


@pytest.mark.parametrize("who", ["", "anna", "els"])
def test_asking_tells_nothing_of_what_is_there(
    app: Any,
    world: Wiki,
    page: Callable[..., str],
    admin: Actor,
    person: Callable[..., Actor],
    login: Callable[..., None],
    who: str,
) -> None:
    """A page out of sight, and one that is not there, answer alike, whatever is asked of them."""
    person("els", Role.EDITOR)
    page("dicht/plan", "# Zwaluwnest\n\nEen zwaluw.\n", admin)
    files.add(world, admin, "dicht/plan", "brief.txt", b"zwaluw", "erbij")
    entry = world.store.entry("dicht/plan.md")
    assert entry
    client = app.test_client()
    if who:
        login(client, who)
    token = token_in(client.get("/account" if who else "/login").text)
    told = []
    for address in ASKED:
        answers = [client.get(address.format(path)) for path in ("dicht/plan", "dicht/plun")]
        if same(answers[0]) != same(answers[1]):
            told.append(address)
    for line in SENT.strip().splitlines():
        answers = []
        for path in ("dicht/plan", "dicht/plun"):
            address, _, form = line.replace("BLOB", entry.blob).partition(" ")
            fields = {name: found[0] for name, found in parse_qs(form.format(path)).items()}
            data = {"csrf_token": token, **fields}
            answers.append(client.post(address.format(path), data=data))
        if same(answers[0]) != same(answers[1]):
            told.append(line)
        if "waluw" in answers[0].text:
            told.append(f"{line}: the text")
    assert told == []


def same(answer: Any) -> tuple[int, str, str]:
    """An answer without its secrets of one request, and as if it were about the other page."""
    text = without_marks(answer.text)
    place = answer.headers.get("Location", "")
    return answer.status_code, place.replace("plun", "plan"), text.replace("plun", "plan")


def test_a_page_that_moved_out_of_sight_took_its_past_along(
    app: Any, world: Wiki, page: Callable[..., str], admin: Actor, login: Callable[..., None]
) -> None:
    first = page("verhuist", "# Zwaluw\n\nWas nog te lezen.\n", admin)
    page("wijst", "# Wijst\n\nZie [[verhuist]] en [daar](/wiki/verhuist).\n")
    page("dicht/wijst", "# Wijst\n\nZie [[verhuist]].\n", admin)
    done = renaming.rename(world, admin, "verhuist", "dicht/verhuisd", "naar dicht/verhuisd")
    assert done.repaired == ("dicht/wijst",)
    settle(world)
    client = app.test_client()
    for address in (
        "/wiki/verhuist",
        "/wiki/verhuist?redirect=no",
        "/edit/verhuist?redirect=no",
        "/raw/verhuist",
        "/export/verhuist?format=md",
        "/raw/wijst",
        "/history/wijst",
        "/members/chef",
        "/feed/member/chef",
        "/feed/folder/verhuist",
        "/search?q=verhuist",
        "/search?q=verhuisd",
        f"/wiki/verhuist?at={first}",
        f"/raw/verhuist?at={first}",
        f"/wiki/dicht/verhuisd?at={first}",
        f"/wiki/open?at={first}",
        f"/raw/open?at={first}",
        f"/diff/verhuist?to={first}",
        f"/diff/open?to={first}",
        "/blame/verhuist",
        "/history/verhuist",
        "/feed/page/verhuist",
        "/feed/site.atom",
        "/recent",
        "/search?q=zwaluw&in=history",
        "/search?q=lezen",
    ):
        shown = client.get(address)
        assert "nog te lezen" not in shown.text, address
        assert "# Zwaluw" not in shown.text, address
        assert "dicht/verhuisd" not in shown.text or "dicht/verhuisd" in address, address
    shown = client.get("/wiki/wijst").text
    assert "dicht" not in shown
    assert shown.count('class="wanted"') == 2
    login(client, "chef")
    assert "nog te lezen" in client.get(f"/wiki/dicht/verhuisd?at={first}").text
    assert client.get("/wiki/wijst").text.count('href="/wiki/verhuist"') == 2
    assert "naar dicht/verhuisd" in client.get("/recent").text


def test_a_page_that_moved_into_sight_shows_its_past(
    client: Any, world: Wiki, page: Callable[..., str], admin: Actor
) -> None:
    first = page("dicht/besloten", "# Plan\n\nWas besloten.\n", admin)
    assert client.get("/wiki/dicht/besloten").status_code == 303
    renaming.rename(world, admin, "dicht/besloten", "besloten")
    settle(world)
    assert "Was besloten." in client.get(f"/wiki/besloten?at={first}").text
    for address in (
        "/history/besloten",
        "/recent",
        "/feed/site.atom",
        "/feed/folder/besloten",
        "/members/chef",
        "/feed/member/chef",
    ):
        shown = client.get(address)
        assert shown.status_code == 200, address
        assert "dicht/besloten" not in shown.text, address
    assert 'href="/wiki/besloten"' in client.get("/recent").text
    assert client.get(f"/wiki/dicht/besloten?at={first}").status_code == 303
