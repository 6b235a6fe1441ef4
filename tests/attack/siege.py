"""A wiki under attack, and the judge of what it does.

One act at a time (a request, a push, a crowd of slow senders), beside two members who go on saving
and commenting. After each act: no 5xx but a 503 that says when to come back, no traceback in the
log, no process gone, no answer that took more than three seconds of processor time, the plain page
and `/healthz` within a second, nothing of the closed page for who may not read it, memory bounded;
now and then the worker has caught up. At the end every answered save and comment is still there,
and the wiki stops and starts.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from tests.attack.trees import Hands, Push
from tests.attack.wire import Answer, Ask, send
from tests.fixtures.running import PASSWORD, Browser, Running, denktank, value_of
from wiki.domain.access.rights import Role
from wiki.engine import open_wiki
from wiki.services.members import members
from wiki.settings import load

SECRET = re.compile(r"zwaluw", re.IGNORECASE)
CLOSED = (
    "---\ntitle: Plan Zwaluw\nkind: dialogue\nstatus: held\ndate: 2020-01-02\ntags: [zwaluwnest]\n"
    "participants: [{name: Zora Zwaluw}]\n---\n**Zora Zwaluw:** van de zwaluw; zie [[plein]].\n"
)
FILES = {
    "plein.md": "# Plein\n\nHier komt iedereen.\n",
    "hof/plan.md": CLOSED,
    "bezig/p0.md": "# Bezig\n\nbegin\n",
    "bezig/p1.md": "# Bezig\n\nbegin\n",
    "fz/a.md": "# A\n\nEerste zin. Tweede zin, met [[fz/b]].\n",
    "fz/b.md": "---\ntags: [x, y]\n---\n# B\n\n- een\n- twee\n",
    "fz/gesprek.md": "---\nkind: dialogue\nstatus: held\ndate: 2020-01-02\n"
    "participants: [{name: Anna}]\n---\n**Anna:** ja.\n\nAnna: nee.\n",
}
PEOPLE = {"mieke": "member", "ed": "editor", "mo": "moderator", "chef": "admin"}
MORE_PEOPLE = ("slachtoffer1", "slachtoffer2", "getuige0", "getuige1")
RATES = ("EDITS_PER_MINUTE", "SEARCHES_PER_MINUTE", "COMMENTS_PER_MINUTE", "COMMENTS_PER_HOUR")
MOST_SECONDS = 3.0
"""Processor time of one answer."""
MOST_MEMORY = 512_000_000
"""Resident bytes of one process."""
PLAIN_SECONDS = 1.0
"""Seconds that the plain page may take; like the next two more where others use the machine."""
PATIENCE = 20.0
CATCH_UP_SECONDS = 60.0
ENTRY = re.compile(r"^(?=\d{4}-\d\d-\d\d )", re.MULTILINE)
TRACES = ("Traceback (most recent call last)", " ended (", "does not stop", "WORKER TIMEOUT")


@dataclass(frozen=True)
class Slow:
    """So many connections that send a byte a second, in their head or in their body."""

    count: int
    in_body: bool
    seconds: float = 8.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "kind": "slow"}

    def __str__(self) -> str:
        return f"{self.count} slow {'bodies' if self.in_body else 'heads'}"


Act = Ask | Push | Slow


def act_of(kept: Mapping[str, Any]) -> Act:
    """What `as_dict` gave."""
    if kept["kind"] == "ask":
        return Ask.of(kept)
    values = {name: value for name, value in kept.items() if name != "kind"}
    return Push(**values) if kept["kind"] == "push" else Slow(**values)


@dataclass(frozen=True)
class Failure:
    """One thing that was not as promised, and the acts right before it, the last one first."""

    what: str
    acts: Sequence[Act]

    def keep(self, file: Path) -> None:
        """Write it down, to be played again."""
        shown = {"what": self.what, "acts": [act.as_dict() for act in self.acts]}
        file.write_text(json.dumps(shown, indent=1), encoding="utf-8")


class Witness(threading.Thread):
    """A member who saves and comments, and remembers what was answered."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(daemon=True)
        self._port, self._number = port, number
        self.saves: list[str] = []
        self.comments: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        """Save and comment until told to stop, twice a second at most."""
        browser, turn = None, 0
        while not self.stopping.wait(0.5):
            turn += 1
            try:
                if browser is None:
                    browser = Browser(self._port)
                    browser.login(f"getuige{self._number}")
                self._save(browser, turn)
                if turn % 5 == 0:
                    self._comment(browser, turn)
            except (OSError, http.client.HTTPException, AssertionError):
                browser = None

    def _save(self, browser: Browser, turn: int) -> None:
        where, what = f"/edit/bezig/p{self._number}", f"getuige {self._number}:{turn}"
        status, page = browser.get(where)
        if status != 200:
            return
        base, token = value_of(page, "base"), value_of(page, "csrf_token")
        text = f"# Bezig\n\n{what}\n"
        if browser.post(where, text=text, base=base, summary=what, csrf_token=token)[0] == 303:
            self.saves.append(what)

    def _comment(self, browser: Browser, turn: int) -> None:
        what = f"opmerking {self._number}:{turn}."
        page = f"/comments/bezig/p{self._number}"
        token = value_of(browser.get(page)[1], "csrf_token")
        if browser.post(page, text=what, csrf_token=token)[0] == 303:
            self.comments.append(what)


class Siege:
    """The wiki, its people and their sessions; `do` acts and gives what was wrong."""

    def __init__(self, folder: Path) -> None:
        # One member sends what many would.
        self.running = Running(folder / "wiki", {f"DENKTANK_{name}": "1000000" for name in RATES})
        self._folder = folder
        self._sessions: dict[str, tuple[str, str]] = {}
        self._logged = 0
        self.acts = 0
        self.witnesses: list[Witness] = []

    # -- beginning and end --

    def begin(self) -> None:
        """A fresh wiki with a closed page, people of every role, and witnesses at work."""
        repository = self.running.data / "pages"
        for name, text in FILES.items():
            file = repository / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        who = ["-c", "user.name=Begin", "-c", "user.email=begin@example.org"]
        for words in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-qm", "begin"]):
            subprocess.run(["git", "-C", repository, *words], check=True)
        done = denktank("init", "--empty", "--data", self.running.data)
        assert done.returncode == 0, done.stderr
        for name, role in PEOPLE.items():
            self.running.user(name, role)
        wiki = open_wiki(load(self.running.data, {}))
        for name in MORE_PEOPLE:
            email = f"{name}@example.org"
            members.add(wiki, username=name, email=email, password=PASSWORD, role=Role.MEMBER)
        wiki.close()
        self.running.start()
        self._close()
        self._family = self._lasting()
        self.hands = Hands(self._folder / "hands", repository / ".git")
        self.witnesses = [Witness(self.running.port, number) for number in range(2)]
        for witness in self.witnesses:
            witness.start()

    def _close(self) -> None:
        rule = {"prefix": "hof", "right": "read", "role": "moderator"}
        self._must("chef", "/admin/rules", **rule)
        self._must("mo", "/comments/hof/plan", text="Mooi, die zwaluw!")
        assert self._visit("/wiki/hof/plan").status == 303

    def _must(self, who: str, target: str, **fields: str) -> None:
        browser = Browser(self.running.port)
        browser.login(who)
        token = value_of(browser.get("/account")[1], "csrf_token")
        status, body = browser.post(target, csrf_token=token, **fields)
        assert status == 303, body

    def finish(self) -> list[str]:
        """Stop the witnesses, start the wiki anew; gives what was lost or does not work."""
        for witness in self.witnesses:
            witness.stopping.set()
        for witness in self.witnesses:
            witness.join(60)
        wrong = [*self._lagging(), *self._lost()]
        began = time.monotonic()
        code = self.running.stop()
        if code:
            wrong.append(f"stopped with code {code}")
        if time.monotonic() - began > 20:
            wrong.append(f"stopping took {time.monotonic() - began:.0f} s")
        self.running.start()
        wrong += [*self._lost(), *self._plain(), *self._said()]
        checked = denktank("check", "--data", self.running.data)
        if checked.returncode not in (0, 1):
            wrong.append(f"check: {checked.stderr[-2000:]}")
        return wrong

    def end(self) -> None:
        """Kill what still runs."""
        for witness in self.witnesses:
            witness.stopping.set()
        self.running.end()

    def _lost(self) -> Iterator[str]:
        # What was pushed may be in no encoding.
        words = ["git", f"--git-dir={self.running.data}/pages/.git", "log", "--format=%s", "main"]
        done = subprocess.run(words, check=True, capture_output=True, errors="replace")
        subjects = set(done.stdout.splitlines())
        talk = "\n".join(
            self._visit(f"/wiki/bezig/p{number}?talk={page}").text
            for number in range(2)
            for page in range(1, 9)
        )
        for witness in self.witnesses:
            for what in witness.saves:
                if what not in subjects:
                    yield f"an answered save is gone: {what}"
            # A page shows its newest talk: enough to look for the last ones.
            for what in witness.comments[-5:]:
                if what not in talk:
                    yield f"an answered comment is gone: {what}"

    # -- acting --

    def do(self, act: Act) -> list[str]:
        """Act; gives what was wrong."""
        self.acts += 1
        if isinstance(act, Slow):
            return self._crowd(act)
        wrong = self._push(act) if isinstance(act, Push) else self._ask(act)
        wrong += self._said()
        wrong += self._gone()
        wrong += self._plain()
        if self.acts % 10 == 0:
            wrong += self._swollen()
        if self.acts % 50 == 0:
            wrong += self._lagging()
        return wrong

    def _ask(self, ask: Ask) -> list[str]:
        try:
            cookie, token = self._session(ask.who)
        except (AssertionError, OSError, http.client.HTTPException) as error:
            return [f"{ask.who or 'nobody'} gets no session: {str(error)[:300]}"]
        if any(name == "Cookie" for name, _ in ask.headers):
            cookie = ""
        holes = {"{{token}}": token, "{{base}}": self._blob(ask), "{{head}}": self.hands.head()}
        head, body = ask.raw(holes, cookie, f"127.0.0.1:{self.running.port}")
        before = self._spent()
        try:
            answer = send(self.running.port, head, body, ask.pace, PATIENCE * _crowding())
        except TimeoutError:
            return [f"no answer within {PATIENCE:.0f} s to {ask}"]
        except OSError as error:
            return [f"{error} at {ask}"]
        # One process gives the answer; another may follow a push, or save, meanwhile.
        spent = max((now - before.get(pid, 0.0) for pid, now in self._spent().items()), default=0.0)
        wrong = []
        if spent > MOST_SECONDS:
            wrong.append(f"{spent:.1f} s of processor time for {ask}")
        if answer.status >= 500 and not (answer.status in (501, 505) or _says_when(answer)):
            wrong.append(f"{answer.status} for {ask}")
        if answer.status == 0 and ask.is_honest and len(ask.body) < 1_000_000:
            wrong.append(f"no answer to {ask}: {answer.body[:200]!r}")
        wrong += self._leaked(ask, answer)
        if ask.who and _is_login(answer):
            self._sessions.pop(ask.who, None)
        return wrong

    def _leaked(self, ask: Ask, answer: Answer) -> Iterator[str]:
        if ask.who in ("mo", "chef"):
            return
        if found := SECRET.search(answer.text):
            around = answer.text[max(0, found.start() - 100) : found.end() + 50]
            yield f"something of the closed page in {ask}: …{around}…"

    def _push(self, push: Push) -> list[str]:
        pushed = self.hands.push(push)
        wrong = []
        if push.what == "rewind" and pushed.accepted:
            wrong.append("history that was there could be taken away by a push")
        for path in ("/", "/recent", "/feed/site.atom", "/pages", "/search?q=plan", "/questions"):
            wrong += self._ask(Ask("GET", path))
        for path in list(pushed.paths)[: 4 * push.scale]:
            quoted = _quoted(path)
            for place in ("wiki", "history", "blame", "raw", "edit", "export", "diff"):
                who = "mieke" if place == "edit" else ""
                wrong += self._ask(Ask("GET", f"/{place}/{quoted}", who))
        return [*wrong, *self._lagging(), *self._swollen()]

    def _crowd(self, slow: Slow) -> list[str]:
        head = b"POST /preview HTTP/1.1\r\nHost: a\r\n"
        head += b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
        wrong: list[str] = []
        with contextlib.ExitStack() as stack:
            crowd = []
            for number in range(slow.count):
                source = (f"127.1.{number // 200}.{number % 200 + 1}", 0)
                made = socket.create_connection(("127.0.0.1", self.running.port), 10, source)
                crowd.append(stack.enter_context(made))
                made.sendall(head if slow.in_body else head[:10])
            end = time.monotonic() + slow.seconds
            at = 10
            while time.monotonic() < end and not wrong:
                for connection in crowd:
                    with contextlib.suppress(OSError):
                        connection.sendall(b"a" if slow.in_body else head[at : at + 1])
                at += 1
                wrong = [f"{found} beside {slow}" for found in self._plain()]
                time.sleep(1)
        return [*wrong, *self._said(), *self._gone()]

    # -- judging --

    def _said(self) -> list[str]:
        log = self.running.log()
        new, self._logged = log[self._logged :], len(log)
        # What is set aside is told as a warning, with its reason: that is no failure.
        return [
            f"the log says: {entry[:4000]}"
            for entry in ENTRY.split(new)
            if " WARNING " not in entry[:40] and any(trace in entry for trace in TRACES)
        ]

    def _gone(self) -> list[str]:
        gone = [process for process in self._family if not process.is_running()]
        self._family = self._lasting() if gone else self._family
        return [f"process {process.pid} is gone" for process in gone]

    def _plain(self) -> list[str]:
        wrong = []
        for target in ("/healthz", "/wiki/plein"):
            for _ in range(3):
                answer = self._visit(target)
                if answer.status == 200 and answer.seconds < PLAIN_SECONDS * _crowding():
                    break
                time.sleep(0.3)
            else:
                wrong.append(f"{target} answers {answer.status} after {answer.seconds:.1f} s")
        return wrong

    def _swollen(self) -> list[str]:
        found = []
        for process in self._family:
            with contextlib.suppress(psutil.NoSuchProcess):
                if (rss := process.memory_info().rss) > MOST_MEMORY:
                    found.append(f"process {process.pid} takes {rss / 1e6:.0f} MB")
        return found

    def _lagging(self) -> list[str]:
        end = time.monotonic() + CATCH_UP_SECONDS * _crowding()
        said = ""
        while time.monotonic() < end:
            said = self._visit("/readyz").text
            with contextlib.suppress(ValueError):
                told = json.loads(said)
                if told["worker"]["alive"] and not any(told["behind"].values()):
                    return []
            time.sleep(0.2)
        return [f"the worker does not catch up: {said[:1000]}"]

    def _visit(self, target: str) -> Answer:
        head, body = Ask("GET", target).raw({}, "", "127.0.0.1")
        try:
            return send(self.running.port, head, body, patience=10 * _crowding())
        except OSError:
            return Answer(0, seconds=10)

    # -- what the acts need --

    def _session(self, who: str) -> tuple[str, str]:
        """The cookie and the token of somebody; without a session a token of nobody."""
        if who not in self._sessions:
            browser = Browser(self.running.port)
            if who:
                browser.login(who)
            token = value_of(browser.get("/account" if who else "/login")[1], "csrf_token")
            cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
            self._sessions[who] = (cookie, token)
        return self._sessions[who]

    def _blob(self, ask: Ask) -> str:
        if not ask.page:
            return ""
        with contextlib.suppress(subprocess.CalledProcessError):
            return self.running.git("rev-parse", "-q", "--verify", f"main:{ask.page}.md").strip()
        return ""

    def _lasting(self) -> list[psutil.Process]:
        """The processes that are to stay: all that are Python."""
        end = time.monotonic() + 20
        found: list[psutil.Process] = []
        while time.monotonic() < end and len(found) < 5:  # supervisor, server, two workers, worker
            found = [one for one in self.running.family() if "python" in one.name()]
            time.sleep(0.1)
        return found

    def _spent(self) -> dict[int, float]:
        """Processor seconds of each process that answers, and of what it called."""
        spent = {}
        for process in self._answering():
            with contextlib.suppress(psutil.NoSuchProcess):
                spent[process.pid] = sum(process.cpu_times()[:4])
        return spent

    def _answering(self) -> Iterator[psutil.Process]:
        lock = str(self.running.data / "worker.lock")
        for process in self._family[1:]:
            with contextlib.suppress(psutil.Error, OSError):
                files = (Path(f"/proc/{process.pid}/fd")).iterdir()
                if not any(_target(file) == lock for file in files):
                    yield process


def _target(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:
        return ""


def _crowding() -> float:
    """How many others want each processor of this machine: everything takes so much longer."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _says_when(answer: Answer) -> bool:
    return answer.status == 503 and "retry-after" in {name.lower() for name in answer.headers}


def _is_login(answer: Answer) -> bool:
    location = {name.lower(): value for name, value in answer.headers.items()}.get("location", "")
    return answer.status == 401 or location.startswith("/login")


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")[:3900]
