"""Take pictures of the wiki: `.venv/bin/python docs/screenshots.py [--all] [--out FOLDER]`.

Starts a wiki of its own in a temporary folder, lets members write, talk and collide, and looks at
every screen as who uses it. Without `--all` only the pictures kept in docs/screenshots are taken,
and docs/screens.md is written, which shows them.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FilePayload,
    FloatRect,
    Page,
    StorageState,
    sync_playwright,
)

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
HIGHEST = 1600
COLOURS, COMMON = 96, 40
PASSWORD = "vier losse woorden samen"
MEMBERS = {
    "redactielid": "editor",
    "lid-uit-zwolle": "member",
    "community-builder": "member",
    "beleidsmedewerker-wonen": "member",
    "moderator-van-dienst": "moderator",
    "voorzitter": "admin",
}
QUESTION = "vragen/systeemwereld"
DIALOGUE = "gesprekken/de-corporatie-als-buur"
EVENING = "wijkavond-in-beeld"
SENTENCE = "Wat haar kracht geeft, is dat niemand haar bezit."
CLAIM = "Wie van onderop begint, werkt meestal naast de bestaande organisatie."

HELD = """\
**Community builder:** In de wijk zie ik dat mensen zich sneller organiseren dan de organisaties \
die er voor hen zijn. Wat betekent dat voor een woningcorporatie?

**Wijkmanager:** Dat haar positie niet langer vanzelf spreekt. Kennis en invloed komen van buiten, \
en een organisatie die alleen haar eigen regels volgt, merkt dat te laat.

Dat is geen pleidooi om haar op te heffen. De vraag is welke rol er overblijft.

**Community builder:** Zou je zeggen: van uitvoerder naar gastheer?

**Wijkmanager:** Buurman, zeg ik liever. Een gastheer bepaalt nog altijd wie er binnenkomt. Toen \
bewoners bij ons het overleg overnamen, zaten wij voor het eerst aan hún tafel. Participatie \
heette dat ineens omgekeerd.
"""

EDITS = (
    (
        "redactielid",
        "De prijs preciezer gezegd",
        "Die ruimte heeft een prijs.",
        "Die ruimte heeft een prijs, en die wordt meestal betaald door dezelfde paar mensen.",
    ),
    (
        "lid-uit-zwolle",
        "Voorbeeld uit de praktijk toegevoegd",
        "Ze verandert de organisatie niet door regels, maar doordat genoeg mensen hun werk anders "
        "gaan doen.",
        "Ze verandert de organisatie niet door regels, maar doordat genoeg mensen hun werk anders "
        "gaan doen. In Zwolle begon het met één wijkteam dat de intake oversloeg.",
    ),
    (
        "community-builder",
        "Twee wegen duidelijker uit elkaar gehaald",
        "Het gevaar is dat er van een idee alleen een procedure overblijft.",
        "Het gevaar is dat er van een idee alleen een procedure overblijft, en dat burgers weer "
        "klant worden in plaats van deelnemer.",
    ),
)

TRANSCRIPT = """\
WEBVTT

00:00:01.000 --> 00:00:06.000
<v Anna de Boer>Welkom allemaal. Wie bepaalt er eigenlijk in de wijk?</v>

00:01:14.000 --> 00:01:25.000
<v Spreker 2>Bij ons beginnen de bewoners. De gemeente schuift later aan.</v>

00:02:00.000 --> 00:02:09.000
<v Anna de Boer>En wie schrijft dan op wat er is afgesproken?</v>
"""
ATTACHED = {
    "tafel-een.jpg": "#c9a66b",
    "tafel-twee.jpg": "#6b8fc9",
    "buurthuis.jpg": "#7a9a6b",
    "flap-over.jpg": "#b9b2a5",
    "plein.jpg": "#8a6f9a",
}
"""Pictures of one colour, which stand for photographs."""

MOVED = "Misschien is het geen keuze maar een volgorde"
LAST = "- Wie is er nodig om over te steken, en wat krijgt die daarvoor terug?\n"

COMMENTS = (
    (
        QUESTION,
        "lid-uit-zwolle",
        "> burgers, bedrijven en overheid met elkaar werken\n\nHoe maken we van losse successen "
        "dagelijks werk, en niet alleen bij de koplopers?",
    ),
    (
        QUESTION,
        "redactielid",
        "Goede vraag. Ik heb er onder *Twee wegen* iets over toegevoegd.",
    ),
    (
        "vragen/borging",
        "beleidsmedewerker-wonen",
        "In onze wijk begon het pas te werken toen de corporatie het overleg losliet. Dat staat "
        "haaks op de ketenafspraken.",
    ),
    (
        "vragen/vitaliteit",
        "community-builder",
        "Niet van onderop óf van bovenaf: schuin door de organisatie heen. Burgerparticipatie in "
        "de wijk begint met iemand die aanbelt.",
    ),
)


@dataclass(frozen=True)
class Shot:
    """One picture: language, width, appearance."""

    lang: str
    width: int
    theme: str

    def kept(self, screen: str) -> bool:
        """Whether the picture is committed: all screens wide and light, some narrow or dark."""
        if self.lang != "nl":
            return screen == "front" and self.width > 1000 and self.theme == "light"
        if self.width > 1000 and self.theme == "light":
            return True
        return (screen, self.width, self.theme) in {
            ("front", 360, "light"),
            ("question", 1280, "dark"),
            ("dialogue", 360, "dark"),
            ("edit", 360, "light"),
        }

    def name(self, screen: str) -> str:
        """The picture's file name: `question-dark.webp`, `front-narrow.webp`, `front-en.webp`."""
        parts = [
            screen,
            self.lang if self.lang != "nl" else "",
            "narrow" if self.width < 1000 else "",
            self.theme if self.theme == "dark" else "",
        ]
        return "-".join(filter(None, parts)) + ".webp"


SHOTS = [Shot(w, x, t) for w in ("nl", "en") for x in (1280, 360) for t in ("light", "dark")]


@contextmanager
def running() -> Iterator[str]:
    """The address of a wiki with starter content, in a folder that goes away again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        house = {**os.environ, "DENKTANK_DATA": data}
        run = [sys.executable, "run.py", "--port", str(port), "--data", data]
        process = subprocess.Popen(run, cwd=HERE.parent, stdout=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            wait(url)
            for name, role in MEMBERS.items():
                account = ["user", "add", name, "--role", role, "--email", f"{name}@example.org"]
                subprocess.run(
                    [sys.executable, "-m", "wiki", *account, "--password-stdin"],
                    input=PASSWORD,
                    text=True,
                    check=True,
                    cwd=HERE.parent,
                    env=house,
                    stdout=subprocess.DEVNULL,
                )
            yield url
        finally:
            process.terminate()
            process.wait(20)


def wait(url: str) -> None:
    """Return when the wiki answers."""
    for _ in range(1200):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("the wiki does not start")


class Stage:
    """The members, each in a browser of their own, and what they do."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.known: dict[str, StorageState] = {}
        self.people = {name: self.enter(name) for name in MEMBERS}

    def enter(self, name: str, scripts: bool = False, **options: object) -> BrowserContext:
        """A browser in which the member is logged in; who is already, need not do that again."""
        known = {"storage_state": self.known[name]} if name in self.known else {}
        context = self.browser.new_context(
            base_url=self.url,
            java_script_enabled=scripts,
            **{"locale": "nl-NL", **options, **known},
        )
        context.set_default_timeout(60_000)
        if not known:
            page = context.new_page()
            page.goto("/login")
            page.fill("main [name=username]", name)
            page.fill("main [name=password]", PASSWORD)
            page.click("main [type=submit]")
            page.close()
            self.known[name] = context.storage_state()
        return context

    def edit(self, who: str, path: str, summary: str, change: Callable[[str], str]) -> None:
        """Somebody edits a page."""
        page = self.people[who].new_page()
        page.goto(f"/edit/{path}")
        text = page.input_value("textarea[name=text]")
        page.fill("textarea[name=text]", change(text))
        page.fill("[name=summary]", summary)
        page.click("form.editor button.primary")
        page.close()

    def throw_away(self, who: str, title: str, text: str, why: str) -> None:
        """Somebody makes a page and deletes it."""
        page = self.people[who].new_page()
        page.goto("/new?kind=page")
        page.fill("[name=title]", title)
        page.fill("textarea[name=text]", text)
        page.click("form.editor button.primary")
        page.goto(page.url.replace("/wiki/", "/delete/"))
        page.fill("[name=summary]", why)
        page.click("main form.stack [type=submit]")
        page.close()

    def send(self, who: str, address: str, fields: dict[str, str], form: str) -> None:
        """Somebody fills in a form and sends it."""
        page = self.people[who].new_page()
        page.goto(address)
        for name, value in fields.items():
            page.fill(f"{form} [name={name}]", value)
        page.click(f"{form} [type=submit]")
        page.close()

    def attach(self, who: str, title: str, text: str) -> None:
        """Somebody makes a page with many files."""
        page = self.people[who].new_page()
        page.goto("/new?kind=page")
        page.fill("[name=title]", title)
        page.fill("textarea[name=text]", text)
        page.click("form.editor button.primary")
        page.goto(page.url.replace("/wiki/", "/upload/"))
        sent = [picture(name, colour) for name, colour in ATTACHED.items()]
        said = b"Wat er aan tafel een is gezegd."
        sent.append({"name": "aantekeningen.txt", "mimeType": "text/plain", "buffer": said})
        page.set_input_files("main form [name=file]", sent)
        page.click("main form.stack [type=submit]")
        page.close()

    def comment(self, who: str, path: str, text: str, quoted: str = "") -> None:
        """Somebody says something below a page, or about words on it."""
        page = self.people[who].new_page()
        page.goto(f"/wiki/{path}")
        if quoted:
            page.goto(f"/comments/{path}?anchor={quote(quoted)}")
        form = "main form:has(textarea[name=text])"
        page.fill(f"{form} textarea", text)
        page.click(f"{form} [type=submit]")
        page.close()

    def dialogue(
        self,
        who: str,
        fields: dict[str, str],
        status: str,
        text: str,
        *,
        about: str,
        people: dict[str, str],
    ) -> None:
        """Somebody announces or writes down a dialogue."""
        page = self.people[who].new_page()
        page.goto("/new?kind=dialogue")
        for name, value in fields.items():
            page.fill(f"form.editor [name={name}]", value)
        page.check(f"[name=questions][value='{about}']")
        for number, (called, role) in enumerate(people.items(), 1):
            if not page.locator(f"[name='participants.{number}.name']").count():
                page.click("button[value='participant.add']")
            page.fill(f"[name='participants.{number}.name']", called)
            page.fill(f"[name='participants.{number}.role']", role)
        page.select_option("[name=status]", status)
        page.fill("textarea[name=text]", text)
        page.click("form.editor button.primary")
        page.close()

    def play(self) -> None:
        """Everything that happened before the pictures are taken."""
        soon = date.today() + timedelta(days=22)
        self.dialogue(
            "redactielid",
            {
                "title": "De corporatie als buur",
                "date": "2009-11-19 20:00",
                "end": "22:00",
                "location": "Deventer",
                "perspective": "praktijk",
            },
            "held",
            HELD,
            about=QUESTION,
            people={
                "Community builder": "bouwt lokaal aan gemeenschappen",
                "Wijkmanager": "woningcorporatie",
            },
        )
        self.dialogue(
            "community-builder",
            {
                "title": "Borging in de praktijk",
                "date": f"{soon} 10:00",
                "end": "12:00",
                "location": "online",
                "perspective": "organisatiekunde",
            },
            "announced",
            "Wat had een vereniging die na tien jaar nog bestond, geregeld?",
            about="vragen/borging",
            people={"Programmaleider": "gemeente", "Oud-voorzitter": "vereniging"},
        )
        for who, summary, old, new in EDITS:
            self.edit(who, QUESTION, summary, lambda text, o=old, n=new: text.replace(o, n))
        self.edit("redactielid", QUESTION, "De volgorde eerst, en een vraag erbij", rearranged)
        self.edit(
            "beleidsmedewerker-wonen",
            "vragen/borging",
            "",
            lambda text: text.replace("status: open", "status: in dialogue"),
        )
        for path, who, text in COMMENTS:
            self.comment(who, path, text)
        self.comment(
            "beleidsmedewerker-wonen", QUESTION, "Wie betaalt dat?", "dezelfde paar mensen"
        )
        self.attach(
            "community-builder",
            "Wijkavond in beeld",
            "Vijftig mensen, vier tafels en één vraag.\n\n![Tafel een](tafel-een.jpg)\n",
        )
        self.send(
            "lid-uit-zwolle",
            "/report/vragen/vitaliteit",
            {"reason": "Hier staat een naam die er niet hoort."},
            "main form:has([name=reason])",
        )
        admin = "main form:has([name=name])"
        about = {"name": "redactie", "about": "Wie de gesprekken uitwerkt"}
        self.send("voorzitter", "/admin/groups", about, admin)
        self.throw_away(
            "moderator-van-dienst",
            "Notulen werkgroep",
            "Aanwezig: vijf leden.",
            "Staat al bij de gesprekken",
        )


def picture(name: str, colour: str) -> FilePayload:
    """A file to send that is a picture."""
    drawn = io.BytesIO()
    Image.new("RGB", (640, 420), colour).save(drawn, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


def rearranged(text: str) -> str:
    """The question with one paragraph moved, an item added and its status changed."""
    paragraphs = text.split("\n\n")
    moved = next(one for one in paragraphs if one.startswith(MOVED))
    paragraphs.remove(moved)
    at = next(n for n, one in enumerate(paragraphs) if one.startswith("**Ernaast"))
    paragraphs.insert(at, moved)
    made = "\n\n".join(paragraphs).replace(
        LAST, LAST + "- Wie bewaakt het, als niemand haar bezit?\n"
    )
    return made.replace("status: in dialogue", "status: answered")


def visit(address: str, ready: str = "main", status: int = 200) -> Callable[[Stage, Page], None]:
    """A screen that is one address; the picture waits for `ready`."""

    def go(stage: Stage, page: Page) -> None:
        answer = page.goto(address)
        if answer is None or answer.status != status:
            raise SystemExit(f"{address}: {answer and answer.status}")
        page.wait_for_selector(ready)

    return go


def editing(stage: Stage, page: Page) -> None:
    """The editor, while somebody else has the page open too."""
    other = stage.people["redactielid"].new_page()
    other.goto(f"/edit/{QUESTION}")
    page.goto(f"/edit/{QUESTION}")
    page.wait_for_selector(".editor-preview p")
    other.close()


def conflict(stage: Stage, page: Page) -> None:
    """Two members wrote in the same sentence; the other one saved first."""
    page.goto(f"/edit/{QUESTION}")
    mine = "Niemand bezit haar, en juist daar zit haar kracht."
    now = re.search(r"Wat haar kracht geeft, is .*\.", page.input_value("textarea[name=text]"))
    said = now.group() if now else SENTENCE
    stage.edit(
        "redactielid",
        QUESTION,
        "Wie haar draagt",
        lambda text: text.replace(said, said[:-1] + ", en dat velen haar dragen."),
    )
    text = page.input_value("textarea[name=text]")
    changed = text.replace(said, mine).replace(CLAIM, CLAIM[:-1] + ", en dat merk je.")
    page.evaluate(
        "text => { document.querySelector('textarea[name=text]').value = text; }",
        changed,
    )
    page.evaluate("document.querySelector('form.editor').submit()")
    page.wait_for_selector("[data-hunk]")


def transcript(stage: Stage, page: Page) -> None:
    """Minutes that a meeting program wrote, read but not yet put into the text."""
    page.goto("/new?kind=dialogue")
    page.fill("[name=title]", "Wie bepaalt in de wijk?")
    page.fill("[name='participants.1.name']", "Anna de Boer")
    page.click("#field-transcript-part > summary")
    page.fill("[name=transcript]", TRANSCRIPT)
    page.click("button[value='transcript.read']")
    page.wait_for_selector("button[value='transcript.put']")


def files_first(stage: Stage, page: Page) -> None:
    """A new page that has files before it is saved."""
    page.goto("/new?kind=page")
    page.fill("[name=title]", "Verslag van de wijkavond")
    page.click("#field-file-part > summary")
    sent = [picture(name, colour) for name, colour in list(ATTACHED.items())[:2]]
    page.set_input_files("[name=file]", sent)
    page.click("button[value='file.add']")
    page.wait_for_selector("[data-held] code")


def beside(stage: Stage, page: Page) -> None:
    """A comment that is written beside the words that it is about."""
    page.goto("/wiki/vragen/borging")
    page.locator("article p").nth(1).click(click_count=3)
    page.click(".passage-offer")
    page.wait_for_selector(".talk-beside textarea")


def first(address: str, link: str) -> Callable[[Stage, Page], None]:
    """The screen behind the first such link of another."""

    def go(stage: Stage, page: Page) -> None:
        page.goto(address)
        page.goto(page.locator(f"main {link}").first.get_attribute("href") or "")

    return go


def versions(page: Page) -> list[str]:
    """The question's revisions, newest first, from its history."""
    page.goto(f"/history/{QUESTION}")
    return page.locator("[data-revision]").evaluate_all("all => all.map(r => r.dataset.revision)")


def diff(view: str) -> Callable[[Stage, Page], None]:
    """All that changed since the page was made, in one of the views."""

    def go(stage: Stage, page: Page) -> None:
        rows = versions(page)
        page.goto(f"/diff/{QUESTION}?from={rows[-1]}&to={rows[0]}&view={view}")

    return go


def of_version(address: str, place: int) -> Callable[[Stage, Page], None]:
    """A screen about one of the question's revisions, counted from the newest."""

    def go(stage: Stage, page: Page) -> None:
        page.goto(address.format(revision=versions(page)[place]))

    return go


SCREENS: dict[str, Callable[[Stage, Page], None]] = {
    "front": visit("/"),
    "question": visit(f"/wiki/{QUESTION}"),
    "dialogue": visit(f"/wiki/{DIALOGUE}"),
    "edit": editing,
    "comment": beside,
    "conflict": conflict,
    "history": visit(f"/history/{QUESTION}"),
    "history-narrowed": visit(f"/history/{QUESTION}?since=2020-01-01"),
    "diff": diff("words"),
    "diff-side": diff("side"),
    "diff-rendered": diff("rendered"),
    "diff-source": diff("source"),
    "diff-made": of_version(f"/diff/{QUESTION}?to={{revision}}", -1),
    "blame": visit(f"/blame/{QUESTION}"),
    "blame-old": of_version(f"/blame/{QUESTION}?at={{revision}}", 2),
    "old": of_version(f"/wiki/{QUESTION}?at={{revision}}", -2),
    "recent": visit("/recent"),
    "undo": of_version(f"/undo/{QUESTION}?revision={{revision}}", 1),
    "restore": of_version(f"/restore/{QUESTION}?revision={{revision}}", -1),
    "member": visit("/members/redactielid"),
    "search": visit("/search?q=participatie+wijk"),
}
OPEN: dict[str, Callable[[Stage, Page], None]] = {
    "login": visit("/login"),
    "register": visit("/register"),
    "reset": visit("/account/reset"),
    "terms": visit("/wiki/voorwaarden"),
    "missing": visit("/wiki/vragen/nog-niet", status=404),
    "api": visit("/api"),
}
"""What somebody without an account sees other than a member does."""
OWN: dict[str, Callable[[Stage, Page], None]] = {
    "questions": visit("/questions"),
    "dialogues": visit("/dialogues?tag=participatie"),
    "agenda": visit("/agenda"),
    "agenda-month": visit("/agenda?view=month"),
    "people": visit("/people"),
    "person": visit("/people/wijkmanager"),
    "members": visit("/members"),
    "pages": visit("/pages"),
    "pages-az": visit("/pages?view=az"),
    "pages-wanted": visit("/pages?view=wanted"),
    "pages-files": visit("/pages?view=files"),
    "pages-new": visit("/pages?view=new"),
    "tag": visit("/tags/participatie"),
    "help": visit("/help"),
    "folder": visit("/wiki/vragen"),
    "tags": visit("/tags"),
    "page": visit("/wiki/zo-werkt-deze-denktank"),
    "new-question": visit("/new?kind=question"),
    "new-dialogue": visit("/new?kind=dialogue"),
    "new-page": visit("/new?kind=page"),
    "new-page-files": files_first,
    "edit-dialogue": visit(f"/edit/{DIALOGUE}", ".editor-preview p"),
    "transcript": transcript,
    "attachments": visit(f"/wiki/{EVENING}"),
    "files": visit(f"/upload/{EVENING}"),
    "file": visit(f"/file/{EVENING}/tafel-een.jpg"),
    "watch": visit(f"/watch/{QUESTION}"),
    "report": visit(f"/report/{QUESTION}"),
    "notifications": visit("/notifications"),
    "suggestions": visit("/suggestions"),
    "searches": visit("/account/searches"),
    "watches": visit("/account/watches"),
    "account": visit("/account"),
    "account-page": visit("/account/page"),
    "account-mail": visit("/account/notifications"),
    "account-sessions": visit("/account/sessions"),
    "account-password": visit("/account/password"),
    "account-passkeys": visit("/account/passkeys"),
    "account-two-steps": visit("/account/second-factor"),
    "account-tokens": visit("/account/tokens"),
    "account-data": visit("/account/export"),
}
"""What a member sees beside the screens that tell most."""
MODERATED: dict[str, Callable[[Stage, Page], None]] = {
    "rename": visit(f"/rename/{QUESTION}"),
    "delete": visit(f"/delete/{QUESTION}"),
    "close": visit(f"/close/{QUESTION}"),
    "reports": visit("/admin/reports"),
    "report-case": first("/admin/reports", "a[href^='/admin/reports/']"),
    "held": visit("/admin/held"),
    "views": visit("/views"),
    "trash": visit("/trash"),
    "hide": of_version(f"/hide/{QUESTION}?revision={{revision}}", 2),
    "undo-member": visit("/members/redactielid/undo?since=2020-01-01T00:00"),
}


ADMINISTERED: dict[str, Callable[[Stage, Page], None]] = {
    "admin": visit("/admin"),
    "admin-members": visit("/admin/members"),
    "admin-member": visit("/admin/members/redactielid"),
    "admin-invitations": visit("/admin/invitations"),
    "admin-groups": visit("/admin/groups"),
    "admin-group": first("/admin/groups", "a[href^='/admin/groups/']"),
    "admin-rules": visit("/admin/rules"),
    "admin-preview": visit("/admin/rules/preview?prefix=vragen&right=read&role=editor"),
    "admin-rights": visit(f"/admin/rights?member=redactielid&path={QUESTION}"),
    "admin-terms": visit("/admin/terms"),
    "admin-audit": visit("/admin/audit"),
    "admin-settings": visit("/admin/settings"),
    "admin-webhooks": visit("/admin/webhooks"),
    "admin-remotes": visit("/admin/remotes"),
    "admin-outbox": visit("/admin/outbox"),
    "admin-health": visit("/admin/health"),
}
PARTS = (
    ("Come in", "", OPEN),
    ("Read, write and compare", "lid-uit-zwolle", SCREENS),
    ("Find the way, and one's own things", "lid-uit-zwolle", OWN),
    ("Moderate", "moderator-van-dienst", MODERATED),
    ("Administer", "voorzitter", ADMINISTERED),
)
"""The screens with a heading, and as whom they are looked at."""


def take(stage: Stage, out: Path, wanted: Callable[[Shot, str], bool]) -> None:
    """Take the pictures, each as somebody who may see the screen."""
    for _, who, screens in PARTS:
        for shot in SHOTS:
            names = [name for name in screens if wanted(shot, name)]
            if names:
                take_some(stage, out, who, shot, {name: screens[name] for name in names})


def take_some(
    stage: Stage,
    out: Path,
    who: str,
    shot: Shot,
    screens: Mapping[str, Callable[[Stage, Page], None]],
) -> None:
    """Take some pictures as one member, or as nobody."""
    options: dict[str, Any] = {
        "locale": "nl-NL" if shot.lang == "nl" else "en-GB",
        "color_scheme": shot.theme,
        "viewport": {"width": shot.width, "height": 960},
    }
    if who:
        context = stage.enter(who, scripts=True, **options)
    else:
        context = stage.browser.new_context(base_url=stage.url, **options)
        context.set_default_timeout(60_000)
    for name, go in screens.items():
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        go(stage, page)
        page.wait_for_timeout(400)
        picture = page.screenshot(full_page=True, clip=shown(page))
        press(picture, out / shot.name(name))
        page.close()
    context.close()


def shown(page: Page) -> FloatRect:
    """The part of the screen that the picture shows: the whole width, but not a long text's end.

    It begins where the address does.
    """
    width, height, top = page.evaluate(
        """() => {
          const asked = location.hash && document.querySelector(location.hash);
          const top = asked ? asked.getBoundingClientRect().top + scrollY - 40 : 0;
          return [innerWidth, document.documentElement.scrollHeight, Math.round(top)];
        }"""
    )
    return {"x": 0, "y": top, "width": width, "height": min(height - top, HIGHEST)}


def press(picture: bytes, file: Path) -> None:
    """Write a picture with so few colours that it may live in the repository."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    found = sorted(image.getcolors(image.width * image.height) or [], reverse=True)
    # The grounds and inks exactly, the shades between them as near as the rest allows.
    common = [channel for _, colour in found[:COMMON] for channel in colour]
    others = image.quantize(COLOURS - COMMON, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette((common + others)[: 3 * COLOURS])
    reduced = image.quantize(palette=palette, dither=Image.Dither.NONE)
    reduced.convert("RGB").save(file, lossless=True, quality=80, method=4)


def index(out: Path) -> None:
    """Write the page that shows the pictures that are kept."""
    plain = Shot("nl", 1280, "light")
    lines = [
        "# Every screen",
        "",
        "Made by `python docs/screenshots.py`, in Dutch on a wide screen.",
    ]
    for heading, _, screens in PARTS:
        lines += ["", f"## {heading}"]
        for name in screens:
            if (out / plain.name(name)).exists():
                lines += ["", f"![{name}]({out.name}/{plain.name(name)})"]
    (out.parent / "screens.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every language, width and appearance")
    parser.add_argument("--only", default="", help="screens, with commas between them")
    parser.add_argument("--out", type=Path, default=HERE / "screenshots")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with running() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        stage = Stage(browser, url)
        stage.play()
        only = (
            set(given.only.split(","))
            if given.only
            else {name for *_, part in PARTS for name in part}
        )

        def wanted(shot: Shot, name: str) -> bool:
            return name in only and (given.all or shot.kept(name))

        take(stage, given.out, wanted)
        browser.close()
    if given.out == HERE / "screenshots":
        index(given.out)


if __name__ == "__main__":
    main()
