"""Who may do what at every address: one line each. A new address without a line fails here.

`TABLE` has a line for each address and method: an example, then its door. `DOORS` says for whom
each door opens, in four situations on the folder `hof`: no rule; reading closed to all but
moderators, a member who is named and a group; editing closed in the same way; and rules that open
(delete: member, rename: member, moderate: the named one and the group).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import pytest
from werkzeug.exceptions import HTTPException

from tests.conftest import PASSWORD, token_in
from tests.fixtures.access import set_rule
from wiki.database.login import identities
from wiki.database.login import passkeys as table
from wiki.domain.access.rights import SYSTEM, Actor, Right, Role, Rule
from wiki.domain.login.access_tokens import Scope
from wiki.engine import Wiki
from wiki.services.login import access_tokens
from wiki.services.members import members
from wiki.services.talk import comments
from wiki.store.store import Stale

WHO = ("anonymous", "member", "named", "grouped", "editor", "moderator", "admin")
SITUATIONS = ("no rule", "read closed", "edit closed", "opened")

# For each of WHO:  + open   l log in first   x not this member   0 nothing is there
DOORS = """
            no rule   read closed  edit closed  opened
anyone      +++++++   +++++++      +++++++      +++++++    shows only what one may read
nobody      0000000   0000000      0000000      0000000    a token that is none
refused     lllllll   lllllll      lllllll      lllllll    no password: whoever one is
own         l++++++   l++++++      l++++++      l++++++    one's own account
unbegun     l000000   l000000      l000000      l000000    a second step that nobody set up
mine        l+00000   l+00000      l+00000      l+00000    what is the member's alone
feed        +++++++   lxxxxxx      +++++++      +++++++    for programs; not for members only
follow      l++++++   lx++x++      l++++++      l++++++    a member who may read
clone       lxxxxx+   lx++x++      l++++++      l++++++    who may read every page
read        +++++++   lx++x++      +++++++      +++++++
unseen      +++++++   00++0++      +++++++      +++++++    not there for who may not read
comment     l++++++   lx++x++      l++++++      l++++++
author      l+xxxxx   00xx0xx      l+xxxxx      l+xxxxx    the comment is the member's
words       l+xxxxx   l0xx0xx      l+xxxxx      l+xxxxx    the same, where a token is asked first
suggest     l++++++   lx++x++      l++++++      l++++++    what one may not publish waits
edit        l++++++   lx++x++      lx++x++      l++++++
make        l++++++   l++++++      l++++++      l++++++    a new page, nowhere in particular
proposal    l+00+++   l0000++      l+000++      l+00+++    for its writer and for who decides
withdrawal  l+00000   l000000      l+00000      l+00000
decision    lx00+++   l0000++      lx000++      lx00+++
rename      lxxx+++   lxxxx++      lxxx+++      l++++++
delete      lxxxx++   lxxxx++      lxxxx++      l++++++
moderate    lxxxx++   lxxxx++      lxxxx++      lx++x++
talk        lxxxx++   00xx0++      lxxxx++      lx++x++    moderating a comment
settle      lxxx+++   00xx0++      lxxx+++      l++++++    saying that a thread is dealt with
guard       lxxxx++   lxxxx++      lxxxx++      lx++x++    a moderator of anything
terms       lxxx+++   lxxx+++      lxxx+++      lxxx+++    an editor of the terms
warden      lxxxx++   lxxxx++      lxxxx++      lxxxx++    a moderator of the whole site
keeper      lxxx+++   lxxx+++      lxxx+++      lxxx+++    an editor of the whole site
admin       lxxxxx+   lxxxxx+      lxxxxx+      lxxxxx+
"""

TABLE = """
GET  /                                                          anyone
GET  /diagrams/00000000.svg                                     nobody
GET  /help                                                      anyone
GET  /wiki                                                      anyone
GET  /wiki/hof/plan                                             read
GET  /wiki/hof/plan?at={revision}                               read
GET  /raw/hof/plan                                              read
GET  /export/hof/plan?format=md                                 read
GET  /export/hof/plan?format=html                               read
GET  /raw/hof/plan?at={revision}                                read
GET  /wiki/open                                                 anyone
GET  /questions                                                 anyone
GET  /dialogues                                                 anyone
GET  /agenda                                                    anyone
GET  /agenda.ics                                                anyone
GET  /pages                                                     anyone
GET  /people                                                    anyone
GET  /people/zora-zwaluw                                        unseen
GET  /views                                                     keeper
GET  /views/hof/plan                                            rename
GET  /tags                                                      anyone
GET  /tags/zwaluwnest                                           unseen
GET  /recent                                                    anyone
GET  /members                                                   own
GET  /members/a-member                                          anyone
GET  /search?q=plan                                             anyone
GET  /search?q=ooit&in=history                                  anyone
GET  /suggest?q=pla                                             anyone
GET  /suggest/members?q=a                                       own
GET  /suggest/links?q=a                                         own
GET  /suggest/members?q=a&path=hof/plan                         follow
GET  /opensearch.xml                                            anyone
GET  /feed/site.atom                                            anyone
GET  /feed/page/hof/plan                                        feed
GET  /feed/folder/hof                                           feed
GET  /feed/member/a-member                                      anyone
GET  /feed/site.json                                            anyone
GET  /feed/json/page/hof/plan                                   feed
GET  /feed/json/folder/hof                                      feed
GET  /feed/json/member/a-member                                 anyone
GET  /oai?verb=ListRecords&metadataPrefix=oai_dc                anyone
GET  /files/hof/plan/brief.txt                                  read
GET  /picture/hof/plan?code=0&u=https%3A%2F%2Fe.example%2Fx.png     nobody
GET  /house.css                                                 nobody
GET  /robots.txt                                                anyone
GET  /sitemap.xml                                               anyone
GET  /manifest.webmanifest                                      anyone
GET  /favicon.ico                                               anyone
GET  /static/css/tokens.css                                     anyone
GET  /readyz                                                    anyone
GET  /metrics                                                   anyone
GET  /language?to=en                                            anyone
GET  /theme?to=dark                                             anyone

GET  /history/hof/plan                                          read
GET  /history/hof/weg                                           read
GET  /diff/hof/plan?to={revision}                               read
GET  /blame/hof/plan                                            read
GET  /trash                                                     make
GET  /restore/hof/plan?revision={revision}                      edit
POST /restore/hof/plan revision={revision}                      edit
POST /restore/hof/weg revision={gone}                           delete
GET  /undo/hof/plan?revision={revision}                         edit
POST /undo/hof/plan revision={revision}                         edit
GET  /hide/hof/plan?revision={revision}                         moderate
POST /hide/hof/plan revision={revision}&part=message&reason=x   moderate

GET  /new                                                       make
GET  /new?path=hof/nieuw                                        comment
POST /new kind=page&title=Nieuw&text=x                          make
POST /new kind=page&title=Nieuw&text=x&path=hof/nieuw           comment
GET  /edit/hof/plan                                             suggest
POST /edit/hof/plan text=x&base={blob}                          suggest
POST /status/hof/plan status=held                               suggest
POST /adopt/hof/plan                                            edit
POST /preview text=x                                            make
POST /preview text=x&path=hof/plan                              suggest
POST /draft kind=page&text=x                                    make
GET  /new/files?draft=een-concept                               own
GET  /new/files/een-concept/foto.png                            mine
POST /new/files draft=een-concept                               make
POST /new/files draft=een-concept&path=hof/nieuw                comment
POST /draft/hof/plan text=x&base={blob}                         suggest
GET  /upload/hof/plan                                           read
GET  /file/hof/plan/brief.txt                                   read
POST /file/hof/plan/brief.txt do=replace                        edit
POST /upload/hof/plan file=x                                    edit
GET  /rename/hof/plan                                           rename
POST /rename/hof/plan new_path=hof/elders                       rename
GET  /delete/hof/plan                                           delete
POST /delete/hof/plan summary=x                                 delete

GET  /suggestions                                               own
GET  /suggestions?state=all                                     own
GET  /suggestions/{suggestion}                                  proposal
GET  /suggestions/{suggestion}/edit                             proposal
POST /suggestions/{suggestion}/edit text=x&base={blob}          withdrawal
POST /suggestions/{suggestion}/edit text=x&base={blob}&publishes=yes decision
POST /suggestions/{suggestion}/accept                           decision
POST /suggestions/{suggestion}/decline reason=x                 decision
POST /suggestions/{suggestion}/withdraw                         withdrawal

GET  /comments/hof/plan                                         comment
POST /comments/hof/plan text=                                   comment
GET  /comment/{comment}                                         unseen
GET  /comment/{comment}/edit                                    author
POST /comment/{comment}/edit text=x                             author
GET  /comment/{comment}/delete                                  author
POST /comment/{comment}/delete                                  author
GET  /comment/{comment}/hide                                    talk
POST /comment/{comment}/hide reason=x                           talk
POST /comment/{comment}/show                                    talk
GET  /comment/{comment}/history                                 talk
GET  /comment/{comment}/resolve                                 settle
POST /comment/{comment}/resolve                                 settle
POST /comment/{comment}/reopen                                  settle
GET  /comment-draft/hof/plan                                    comment
POST /comment-draft/hof/plan text=x                             comment
GET  /close/hof/plan                                            moderate
POST /close/hof/plan reason=x                                   moderate
POST /reopen/hof/plan                                           moderate
GET  /report?from=/wiki/hof/plan                                anyone
POST /report reason=x                                           anyone
GET  /report/hof/plan                                           anyone
POST /report/hof/plan reason=x                                  anyone
GET  /comment/{comment}/report                                  unseen
POST /comment/{comment}/report reason=x                         unseen
GET  /members/a-member/report                                   anyone
POST /members/a-member/report reason=x                          anyone
POST /account/cautions/{caution}/seen                             mine
POST /admin/members/a-member/warn warning=x                     warden
POST /admin/outbox/retry                                        admin
POST /admin/outbox/test                                         admin
POST /admin/outbox/{letter}/retry                               admin
POST /admin/outbox/{letter}/drop                                admin
GET  /terms                                                     anyone
POST /terms terms_accepted=yes                                  own
GET  /admin/terms                                               terms
POST /admin/terms reason=x                                      terms
GET  /admin/reports                                             guard
GET  /admin/reports/{case}                                      guard
POST /admin/reports/{case} reason=x                             guard
POST /admin/reports/{case}/reopen                               guard
GET  /admin/held                                                guard
POST /admin/held/{comment}/approve                              talk
POST /admin/held/{comment}/decline reason=x                     talk

GET  /login                                                     anyone
POST /login username=x&password=wrong                          refused
POST /logout                                                    anyone
GET  /register                                                  anyone
POST /register username=x                                       anyone
GET  /register/done                                             anyone
GET  /setup/none                                                nobody
POST /setup/none                                                nobody
GET  /account/confirm/none                                      nobody
POST /account/confirm/none                                      nobody
GET  /account/reset/none                                        nobody
POST /account/reset/none new_password=correct-horse-battery     nobody
GET  /account/reset                                             anyone
POST /account/reset username=x                                  anyone
GET  /account/email/undo/none                                   nobody
POST /account/email/undo/none                                   nobody
GET  /login/second                                              own
POST /login/second code=000000                                  refused
POST /login/passkey/options                                     anyone
POST /login/passkey credential=x                                refused
GET  /login/provider                                            nobody
GET  /login/provider/callback                                   nobody
GET  /login/provider/join                                       refused
POST /login/provider/join username=x                            refused
GET  /logout/provider                                           anyone
GET  /account/logins                                            own
GET  /account/logins/tie                                        refused
POST /account/logins/tie                                        refused
GET  /account/logins/{identity}/remove                          mine
POST /account/logins/{identity}/remove                          mine
GET  /account/prove                                             own
POST /account/prove current_password=x                          own
POST /account/prove/code code=000000                            unbegun
POST /account/prove/passkey/options                             own
POST /account/prove/passkey credential=x                        own
GET  /account/second-factor                                     own
POST /account/second-factor/begin                               own
GET  /account/second-factor/setup                               unbegun
POST /account/second-factor/setup code=000000                   unbegun
POST /account/second-factor/codes code=000000                   unbegun
POST /account/second-factor/off code=000000                     unbegun
GET  /account/passkeys                                          own
POST /account/passkeys name=x                                   own
POST /account/passkeys/options                                  own
GET  /account/passkeys/{passkey}/remove                         mine
POST /account/passkeys/{passkey}/remove                         mine
GET  /account                                                   own
POST /account name=Naam                                         own
GET  /account/email                                             own
POST /account/email email=x                                     own
GET  /account/password                                          own
POST /account/password new_password=x                           own
GET  /account/sessions                                          own
POST /account/sessions/end                                      own
GET  /account/tokens                                            own
POST /account/tokens name=x&days=9                              own
POST /account/tokens/{token}/end                                mine
POST /account/sessions/{session}/end                            mine
GET  /account/searches                                          own
POST /account/searches q=plan                                   own
POST /account/searches/{search}/delete                          mine
GET  /account/watches                                           own
POST /account/watches id=1                                      own
POST /account/watches/choices written=yes                       own
GET  /account/notifications                                     own
POST /account/notifications direct=daily                        own
POST /account/notifications/resume                              own
GET  /unsubscribe/none                                          nobody
POST /unsubscribe/none                                          nobody
GET  /notifications                                             own
POST /notifications until=1                                     own
GET  /notifications/1                                            mine
GET  /watch/hof/plan                                            follow
POST /watch/hof/plan action=watch                               follow
GET  /account/page                                              own
POST /account/page work=x                                       own
POST /account/picture remove=x                                  own
GET  /avatars/0123.webp                                         nobody
GET  /account/export                                            own
POST /account/export current_password=x                         own
GET  /account/erase                                             own
POST /account/erase confirm=x                                   own
GET  /members/a-member/erase                                    admin
POST /members/a-member/erase confirm=x                          admin

GET  /members/a-member/undo?since=2020-01-01                           warden
POST /members/a-member/undo since=2020-01-01&reason=x                  warden
GET  /admin                                                     guard
POST /admin/checklist do=dismiss                                admin
GET  /admin/members                                             admin
GET  /admin/members/a-member                                           admin
POST /admin/members/a-member/approve                                   admin
POST /admin/members/a-member/refuse reason=x                               admin
POST /admin/members/a-member/role role=admin                           admin
POST /admin/members/a-member/groups groups=x                           admin
POST /admin/members/a-member/suspend reason=x                          warden
POST /admin/members/a-member/reinstate                                 warden
POST /admin/members/a-member/sessions/end reason=x                          warden
POST /admin/members/a-member/second-factor/reset                       admin
POST /admin/members/a-member/link                                      admin
POST /admin/invitations email=                                  admin
GET  /admin/invitations                                         admin
POST /admin/invitations/{invitation}/renew                      admin
POST /admin/invitations/{invitation}/revoke                     admin
GET  /admin/remotes                                             admin
POST /admin/remotes name=x                                      admin
POST /admin/remotes/{remote}/sync                               admin
GET  /admin/remotes/{remote}/token                              admin
POST /admin/remotes/{remote}/token token_password=x             admin
POST /admin/remotes/{remote}/remove                             admin
GET  /admin/webhooks                                            admin
POST /admin/webhooks name=x                                     admin
GET  /admin/webhooks/{webhook}                                  admin
POST /admin/webhooks/{webhook} act=off                          admin
POST /admin/webhooks/{webhook}/remove                           admin
POST /admin/webhooks/deliveries/{message}/again                 admin
GET  /admin/groups                                              admin
POST /admin/groups name=x                                       admin
GET  /admin/groups/1                                            admin
GET  /admin/groups/1?q=a                                        admin
POST /admin/groups/1 name=y                                     admin
POST /admin/groups/1/join member=a-member                       admin
POST /admin/groups/1/leave member=a-grouped                     admin
GET  /admin/groups/1/remove                                     admin
POST /admin/groups/1/remove                                     admin
GET  /admin/rules                                               admin
GET  /admin/rules/preview?prefix=hof&right=read&role=member     admin
GET  /admin/rules/{rule}                                        admin
POST /admin/rules/{rule} prefix=hof&right=read&role=member      admin
POST /admin/rules/undo/{act}                                    admin
POST /admin/rules prefix=x&right=read&role=member               admin
POST /admin/rules/{rule}/remove                                 admin
GET  /admin/rights                                              admin
GET  /admin/rights?member=a-member&path=hof/plan                admin
GET  /admin/audit                                               admin
GET  /admin/health                                              admin
GET  /admin/settings                                            admin
POST /admin/settings tagline=x                                  admin
POST /admin/logo remove=yes                                     admin
GET  /logo/none.png                                             nobody
GET  /admin/outbox                                              admin

GET  /git                                                       anyone
GET  /git/info/refs?service=git-upload-pack                     clone
GET  /git/info/refs?service=git-receive-pack                    clone
POST /git/git-upload-pack                                       clone
POST /git/git-receive-pack                                      clone
GET  /git-public                                                nobody
GET  /git-public/info/refs?service=git-upload-pack              nobody
POST /git-public/git-upload-pack                                nobody
GET  /api                                                       anyone
GET  /api/openapi.json                                          anyone
GET  /api/v1/                                                   anyone
GET  /api/v1/me                                                 anyone
GET  /api/v1/pages/hof/plan                                     read
GET  /api/v1/pages/hof/plan?at={revision}&html=yes              read
PUT  /api/v1/pages/hof/plan text=x&base={blob}                  suggest
POST /api/v1/pages title=Nieuw&text=x                           make
DELETE /api/v1/pages/hof/plan base={blob}                       delete
POST /api/v1/renames/hof/plan new_path=hof/elders               rename
POST /api/v1/mcp x=x                                            anyone
GET  /api/v1/raw/hof/plan                                       read
GET  /api/v1/history/hof/plan                                   read
GET  /api/v1/diff/hof/plan?to={revision}                        read
GET  /api/v1/recent                                             anyone
GET  /api/v1/questions                                          anyone
GET  /api/v1/dialogues                                          anyone
GET  /api/v1/dialogues/hof/plan                                 read
GET  /api/v1/agenda                                             anyone
GET  /api/v1/people                                             anyone
GET  /api/v1/people/zora-zwaluw                                 unseen
GET  /api/v1/tags                                               anyone
GET  /api/v1/tags/zwaluwnest                                    unseen
GET  /api/v1/search?q=plan                                      anyone
GET  /api/v1/comments/hof/plan                                  read
POST /api/v1/comments/hof/plan text=x&anchor=x                         comment
GET  /api/v1/comment/{comment}                                  unseen
PUT  /api/v1/comment/{comment} text=y                           words
DELETE /api/v1/comment/{comment}                                words
GET  /api/v1/suggestions                                        own
GET  /api/v1/suggestions/{suggestion}                           proposal
POST /api/v1/suggestions path=hof/plan&text=x&base={blob}       suggest
POST /api/v1/suggestions/{suggestion}/accept                    decision
POST /api/v1/suggestions/{suggestion}/decline reason=x          decision
POST /api/v1/suggestions/{suggestion}/withdraw                  withdrawal
GET  /api/v1/attachments/hof/plan                               read
GET  /api/v1/files/hof/plan/brief.txt                           read
PUT  /api/v1/files/hof/plan/nieuw.txt                           edit
GET  /api/v1/watches                                            own
PUT  /api/v1/watches/hof/plan                                   follow
DELETE /api/v1/watches/hof/plan                                 follow
GET  /api/v1/webhooks                                           admin
POST /api/v1/webhooks name=x&address=https://e.example&events=["page.saved"]   admin
GET  /api/v1/webhooks/{webhook}                                 admin
PUT  /api/v1/webhooks/{webhook} active=true                     admin
DELETE /api/v1/webhooks/{webhook}                               admin
POST /api/v1/webhooks/{webhook}/test                            admin
GET  /api/v1/webhooks/{webhook}/deliveries                      admin
POST /api/v1/webhooks/deliveries/{message}/again                admin
"""

LISTS = (
    "/ /wiki/open /questions /dialogues /agenda /agenda.ics /people /tags /recent /search /suggest "
    "/members/a-member /feed/site.atom /feed/member/a-member"
).split()
"""What everybody may see, and what shows the page to who may read it."""

_JSON = re.compile(r"\[|true$")
SECRET = re.compile("zwaluw", re.IGNORECASE)
"""Stands in everything on the page: its title, text, tag, people, comments, history, file.
"""


@dataclass(frozen=True)
class Line:
    """One address of the table: what is asked there, and the door it has."""

    method: str
    path: str
    form: str
    door: str

    @classmethod
    def read(cls, text: str) -> Line:
        method, path, *form, door = text.split()
        return cls(method, path, "".join(form), door)

    def filled(self, values: dict[str, str]) -> Line:
        return Line(self.method, self.path.format(**values), self.form.format(**values), self.door)

    @property
    def last_word(self) -> str:
        """The end of the address: an answer may repeat what was asked."""
        return self.path.partition("?")[0].rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.form}".strip()


LINES = [Line.read(text) for text in TABLE.splitlines() if text.strip()]


def doors() -> dict[str, list[str]]:
    rows = [text.split() for text in DOORS.splitlines()[2:] if text.strip()]
    return {name: rest[: len(SITUATIONS)] for name, *rest in rows}


def test_every_address_has_a_line(app: Any) -> None:
    adapter = app.url_map.bind("localhost")
    known = set()
    for line in LINES:
        path = re.sub(r"\{\w+\}", "1", line.path).partition("?")[0]
        known.add((line.method, adapter.match(path, line.method)[0]))
    missing = [
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if (method, rule.endpoint) not in known
    ]
    assert not missing, (
        "Add a line to TABLE in this file for each of these: an example of the "
        f"address about the page hof/plan, the form's fields, and its door (see DOORS): {missing}"
    )


def test_every_line_has_a_door() -> None:
    assert {line.door for line in LINES} == set(doors())
    assert all(len(row) == len(WHO) for rows in doors().values() for row in rows)


@pytest.fixture
def people(wiki: Wiki) -> dict[str, Actor]:
    """Everybody of WHO that has an account."""
    made = {}
    roles = {"editor": Role.EDITOR, "moderator": Role.MODERATOR, "admin": Role.ADMIN}
    for who in WHO[1:]:
        role = roles.get(who, Role.MEMBER)
        email = f"{who}@example.org"
        member = members.add(wiki, username=f"a-{who}", email=email, password=PASSWORD, role=role)
        made[who] = member.actor
    members.set_groups(wiki, SYSTEM, "a-grouped", "redactie")
    return made


@pytest.fixture
def values(wiki: Wiki, people: dict[str, Actor], page: Callable[..., str]) -> dict[str, str]:
    """A page with everything on it, and what the lines of the table call by a name."""
    from wiki.services.content import files
    from wiki.services.editing import draft_files, saving, suggestions, trash
    from wiki.services.members import invitations
    from wiki.services.moderation import cautions, reports
    from wiki.services.notices import outbox
    from wiki.services.operation import jobs
    from wiki.services.search import saved_searches

    page("open", "# Open plan\n\n[[hof/plan]]\n")
    page("voorwaarden", "# Voorwaarden\n")
    page("doorweg", "---\nredirect: hof/plan\n---\n")
    page("hof/vraag", "---\nkind: question\n---\n# Wat doet de zwaluw?\n")
    coming = "---\nkind: dialogue\nstatus: announced\ndate: 2099-01-02\n---\n# Zwaluw later\n"
    page("hof/later", coming)
    page("hof/weg", "# Weg Zwaluw\n\nEen plan dat weg is.\n")
    gone = trash.delete(wiki, SYSTEM, "hof/weg", "zwaluw weg").revision
    page("hof/plan", "# Plan Zwaluw\n\nHier stond ooit een zwaluwstaart in het plan.\n")
    files.add(wiki, SYSTEM, "hof/plan", "brief.txt", b"zwaluw", "zwaluw erbij")
    text = (
        "---\ntitle: Plan Zwaluw\nkind: dialogue\nstatus: held\ndate: 2020-01-02\n"
        "location: Zwaluwplein\ntags: [zwaluwnest]\nparticipants: [{name: Zora Zwaluw}]\n"
        "questions: [vragen/zwaluw]\n---\n**Zora Zwaluw:** het plan van de zwaluw; zie [[open]].\n"
    )
    base = wiki.store.entry("hof/plan.md").blob
    saved = saving.save(wiki, people["member"], "hof/plan", saving.Sent(text, base, "zwaluw erin"))
    spot = comments.post(wiki, people["member"], "hof/plan", "Mooi plan, zwaluw!")
    saved_searches.save(wiki, people["member"], {"q": "plan"})
    draft_files.add(wiki, people["member"], "een-concept", "", [files.Sent("foto.png", b"x")])
    cautions.warn(wiki, SYSTEM, "a-member", "x")
    members.invite(wiki, SYSTEM, "x@example.org")
    with wiki.database.write() as connection:
        letter = str(outbox.put(wiki, connection, "a@example.org", "x", "x"))
    about = reports.about_comment(wiki, people["member"], spot.id)
    reports.report(wiki, people["member"], about, "zwaluw", network="192.0.2.1")
    while jobs.sentences(wiki) or jobs.search(wiki):
        pass
    blob = wiki.store.entry("hof/plan.md").blob
    proposed = saving.Sent(text + "\nNog een zwaluw.\n", blob, "zwaluw erbij?")
    return {
        "suggestion": str(suggestions.suggest(wiki, people["member"], "hof/plan", proposed)),
        "revision": saved.revision,
        "gone": gone,
        "blob": blob,
        "comment": str(spot.id),
        "rule": "1",
        "invitation": str(invitations.listing(wiki, SYSTEM)[0].id),
        "act": str(set_rule(wiki, SYSTEM, prefix="ergens", right="edit", role="editor")),
        "case": "1",
        "caution": "1",
        **told_elsewhere(wiki, people["admin"]),
        "letter": letter,
        "session": "1",
        "token": str(token_id(wiki, people["member"])),
        "passkey": str(passkey_of(wiki, people["member"])),
        "identity": str(identity_of(wiki, people["member"])),
        "search": str(saved_searches.listing(wiki, people["member"])[0].id),
    }


def told_elsewhere(wiki: Wiki, admin: Actor) -> dict[str, str]:
    """A repository elsewhere, and a webhook with a message that waits for it."""
    from wiki.services.exchange import remotes
    from wiki.services.notices import webhooks

    away = "https://elsewhere.invalid/wiki.git"
    remote = remotes.add(wiki, admin, {"name": "elders", "address": away})
    webhook, _ = webhooks.add(
        wiki, admin, name="chat", address=away, events=["page.saved"], closed=False
    )
    webhooks.test(wiki, admin, webhook)
    message = webhooks.look(wiki, admin, webhook).deliveries[0]
    return {"remote": str(remote.id), "webhook": str(webhook), "message": str(message.id)}


def token_of(wiki: Wiki, actor: Actor) -> str:
    """A token of theirs that is good for everything."""
    return access_tokens.make(
        wiki, actor, 0, name="programma", scopes=list(Scope), days="9", password=PASSWORD
    )


def token_id(wiki: Wiki, actor: Actor) -> int:
    token_of(wiki, actor)
    return access_tokens.listing(wiki, actor)[0].id


def passkey_of(wiki: Wiki, actor: Actor) -> int:
    from wiki.services.login import passkeys

    with wiki.database.write() as connection:
        table.add(
            connection,
            actor.id or 0,
            credential="zwaluw",
            key=b"",
            count=0,
            transports=(),
            name="sleutel",
            now=wiki.clock(),
        )
    return passkeys.listing(wiki, actor)[0].id


def identity_of(wiki: Wiki, actor: Actor) -> int:
    values = {"issuer": "https://i.example", "subject": "1", "name": "anna"}
    with wiki.database.write() as connection:
        identities.add(connection, actor.id or 0, now=wiki.clock(), **values)
        return identities.of_member(connection, actor.id or 0)[0].id


def rules_of(situation: str, people: dict[str, Actor]) -> list[Rule]:
    some: Any = {"groups": frozenset({"redactie"}), "members": frozenset({people["named"].id or 0})}
    return {
        "no rule": [Rule("elders", Right.READ, Role.ADMIN)],
        "read closed": [Rule("hof", Right.READ, Role.MODERATOR, **some)],
        "edit closed": [Rule("hof", Right.EDIT, Role.MODERATOR, **some)],
        "opened": [
            Rule("hof", Right.DELETE, Role.MEMBER),
            Rule("hof", Right.RENAME, Role.MEMBER),
            Rule("hof", Right.MODERATE, Role.MODERATOR, **some),
        ],
    }[situation]


def unchanging(wiki: Wiki, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on nothing that is done lasts, so that everybody asks about the same wiki."""
    write = wiki.database.write

    class Undone(Exception):
        pass

    @contextmanager
    def written(**how: bool) -> Iterator[Any]:
        try:
            with write(**how) as connection:
                yield connection
                raise Undone
        except Undone:
            return

    def refuse(*_: object, **__: object) -> str:
        raise Stale({"hof/plan.md": None})

    monkeypatch.setattr(wiki.database, "write", written)
    monkeypatch.setattr(wiki.store, "commit", refuse)


@dataclass
class Visitor:
    """Somebody with a browser."""

    who: str
    client: Any
    token: str
    bearer: str

    def ask(self, line: Line) -> Any:
        """The answer at an address; whoever asks is still logged in afterwards."""
        if line.path.startswith("/api/v1/"):
            return self._ask_as_program(line)
        if line.path.startswith(("/git/", "/git-public/")):
            return self._ask_as_git(line)
        if line.method == "GET":
            return self.client.get(line.path)
        with self.client.session_transaction() as session:
            kept = dict(session)
        fields = {name: found[0] for name, found in parse_qs(line.form).items()}
        answer = self.client.post(line.path, data={"csrf_token": self.token, **fields})
        with self.client.session_transaction() as session:
            session.clear()
            session.update(kept)
        return answer

    def _ask_as_git(self, line: Line) -> Any:
        headers = {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        kind = f"application/x-{line.path.rpartition('/')[2]}-request"
        sent = {"data": b"0000", "content_type": kind} if line.method == "POST" else {}
        return self.client.open(line.path, method=line.method, headers=headers, **sent)

    def _ask_as_program(self, line: Line) -> Any:
        sent: dict[str, Any] = {name: found[0] for name, found in parse_qs(line.form).items()}
        sent |= {name: json.loads(text) for name, text in sent.items() if _JSON.match(text)}
        headers = {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        if "base" in sent and line.method != "POST":
            headers["If-Match"] = f'"{sent.pop("base")}"'
        return self.client.open(line.path, method=line.method, headers=headers, json=sent)


def visitors(
    app: Any, wiki: Wiki, people: dict[str, Actor], login: Callable[..., None]
) -> list[Visitor]:
    found = []
    for who in WHO:
        client = app.test_client()
        if who != "anonymous":
            login(client, people[who].username)
        token = token_in(client.get("/login" if who == "anonymous" else "/account").text)
        bearer = token_of(wiki, people[who]) if who in people else ""
        found.append(Visitor(who, client, token, bearer))
    return found


# Who may, may still send a form that is not right, or that somebody else was before.
OPEN = {"GET": (200, 302, 303), "POST": (200, 201, 202, 204, 303, 400, 409)}
OPEN |= {"PUT": OPEN["POST"], "DELETE": OPEN["POST"]}


def met(line: Line, answer: Any) -> str:
    """How an answer reads in the table."""
    if answer.status_code in (404, 410):
        return "0"
    if answer.status_code == 403:
        return "x"
    to_login = answer.headers.get("Location", "").startswith("/login")
    if answer.status_code == 401 or to_login:
        return "l"
    return "+" if answer.status_code in OPEN[line.method] else str(answer.status_code)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_who_may_do_what(
    app: Any,
    wiki: Wiki,
    people: dict[str, Actor],
    values: dict[str, str],
    login: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    situation: str,
) -> None:
    """Every address, for everybody; and nothing of a closed page is to be seen by who may not."""
    from wiki.database.access import rules

    with wiki.database.write() as connection:
        for rule in rules_of(situation, people):
            values["rule"] = str(rules.put(connection, rule))
    some = visitors(app, wiki, people, login)
    if situation == "no rule":
        assert [path for path in LISTS if not SECRET.search(_text(some[-1], path))] == []
    unchanging(wiki, monkeypatch)
    number = SITUATIONS.index(situation)
    wrong = []
    for line in LINES:
        expected = doors()[line.door][number]
        if number > 1 and expected == doors()[line.door][0] and line.door != "read":
            continue
        wrong += _wrong(line.filled(values), expected, some, situation == "read closed")
    assert not wrong, "\n" + "\n".join(wrong)


def _text(visitor: Visitor, path: str) -> str:
    line = next(line for line in LINES if line.path.partition("?")[0] == path)
    return str(visitor.ask(line).text)


def _wrong(line: Line, expected: str, some: list[Visitor], closed: bool) -> Iterator[str]:
    """What is not as the table says."""
    found = ""
    for visitor in some:
        try:
            answer = visitor.ask(line)
        except HTTPException as error:
            yield f"{line} for {visitor.who}: {error}"
            return
        found += met(line, answer)
        may_not_read = closed and visitor.who in ("anonymous", "member", "editor")
        text = answer.get_data().decode(errors="replace").replace(line.last_word, "")
        answer.close()
        told = SECRET.search(text) if may_not_read else None
        if told and line.method == "GET":
            around = text[max(0, told.start() - 80) : told.end() + 40]
            yield f"{line} shows {visitor.who} what they may not read: …{around}…"
    if found != expected:
        yield f"{line}\n    door {line.door}: expected {expected}, found {found} ({', '.join(WHO)})"
