"""Logging in with an OpenID provider: a real one over HTTP, and everything it may get wrong."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.conftest import token_in
from tests.fixtures.provider import CLIENT, SECRET, Claims, Provider, serving
from wiki.database.members import members as table
from wiki.domain.access.rights import SYSTEM, Actor, Role
from wiki.domain.members.members import Member, Status
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.login import provider as service
from wiki.services.members import members, takeout
from wiki.settings import Settings

Send = Callable[..., Any]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider of a ministry, where Fatma has an account."""
    service._KEPT.clear()
    monkeypatch.setattr(service, "SECONDS", 60.0)
    with serving() as served:
        served.person(
            "f-1", email="fatma@example.org", email_verified=True, name="Fatma", groups=["redactie"]
        )
        yield served


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, provider: Provider) -> Settings:
    on_both = "database_url" in request.fixturenames
    return Settings(
        data=tmp_path / "wiki",
        database_url=request.getfixturevalue("database_url") if on_both else "",
        secret_key="only for tests",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_name="Rijksinloggen",
    )


@pytest.fixture
def change(wiki: Wiki) -> Callable[..., None]:
    """Gives the wiki other settings."""

    def put(**values: Any) -> None:
        wiki.settings = replace(wiki.settings, **values)

    return put


def go(client: Any, **asked: str) -> str:
    """Press the button; gives where the browser is sent."""
    answer = client.get("/login/provider?" + urlencode({"next": "/questions", **asked}))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def back(client: Any, url: str) -> Any:
    """Come back from the provider."""
    parts = urlsplit(url)
    return client.get(f"{parts.path}?{parts.query}")


def log_in(client: Any, provider: Provider, subject: str = "f-1", **asked: str) -> Any:
    return back(client, provider.authorize(go(client, **asked), subject))


def send(client: Any, path: str, **form: str) -> Any:
    """Post the form at an address."""
    shown = client.get(path)
    assert shown.status_code == 200, (shown.status_code, shown.headers.get("Location"))
    return client.post(path, data={"csrf_token": token_in(shown.text), **form})


def join(client: Any, provider: Provider, username: str = "fatma", **more: str) -> Any:
    assert log_in(client, provider).headers["Location"] == "/login/provider/join"
    form = {"username": username, "name": "Fatma", "email": "fatma@example.org", **more}
    return send(client, "/login/provider/join", **form)


def is_in(client: Any) -> bool:
    return bool(client.get("/account").status_code == 200)


def named(wiki: Wiki, username: str) -> Member:
    with wiki.database.read() as connection:
        return members.named(connection, username)


# -- the way it should go --


def test_joining_logging_in_and_out(
    database_url: str, client: Any, wiki: Wiki, provider: Provider
) -> None:
    assert "Inloggen met Rijksinloggen" in client.get("/login").text
    answer = log_in(client, provider)
    assert answer.headers["Location"] == "/login/provider/join"
    shown = client.get("/login/provider/join").text
    assert 'value="fatma"' in shown
    assert "fatma@example.org" in shown
    assert not is_in(client), "nobody is made a member unasked"
    form = {"username": "fatma", "name": "Fatma", "email": "fatma@example.org"}
    joined = send(client, "/login/provider/join", **form)
    assert joined.headers["Location"] == "/questions", "back to where she was"
    assert is_in(client)
    left = send_logout(client)
    assert left.headers["Location"].startswith("/logout/provider")
    assert not is_in(client)
    there = client.get(left.headers["Location"]).text
    assert f"{provider.issuer}/logout?client_id={CLIENT}" in there
    answer = log_in(client, provider)
    assert answer.headers["Location"] == "/questions"
    assert is_in(client)
    assert named(wiki, "fatma").name == "Fatma"


def send_logout(client: Any) -> Any:
    token = token_in(client.get("/account").text)
    return client.post("/logout", data={"csrf_token": token})


def test_what_is_published_is_asked_once(client: Any, app: Any, provider: Provider) -> None:
    join(client, provider)
    log_in(app.test_client(), provider)
    log_in(app.test_client(), provider)
    assert provider.asked.count("/.well-known/openid-configuration") == 1
    assert provider.asked.count("/keys") == 1
    provider.rotate()
    other = app.test_client()
    log_in(other, provider)
    assert is_in(other), "a key that is new is asked for at once"
    assert provider.asked.count("/keys") == 2


@pytest.mark.parametrize(
    "place", ["//evil.example/x", "/\\evil.example", "https:evil.example", "https://evil.example"]
)
def test_nobody_is_sent_elsewhere_afterwards(client: Any, provider: Provider, place: str) -> None:
    join(client, provider)
    answer = log_in(client, provider, next=place)
    assert answer.headers["Location"] == "/"


def test_the_session_is_a_new_one(client: Any, app: Any, provider: Provider) -> None:
    join(client, provider)
    victim = app.test_client()
    victim.get("/login")
    with victim.session_transaction() as before:
        before["planted"] = "x"
    log_in(victim, provider)
    with victim.session_transaction() as after:
        assert "planted" not in after


def test_a_clock_that_is_a_little_off_is_no_harm(client: Any, provider: Provider) -> None:
    for away in (60, -360):
        provider.now = partial(lambda away: time.time() + away, away)
        assert log_in(client, provider).headers["Location"] == "/login/provider/join"


def test_starting_loads_nothing_that_only_logging_in_needs() -> None:
    heavy = "{'authlib', 'joserfc', 'requests', 'webauthn'}"
    words = f"import sys, wiki.app; print(*{heavy} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# -- what must be refused --


def refused(client: Any, answer: Any, words: str, status: int = 401) -> None:
    assert answer.status_code == status, answer.headers
    assert words in answer.text
    assert not is_in(client)


SPOILED: dict[str, Callable[[Claims], Claims]] = {
    "another nonce": lambda claims: {**claims, "nonce": "x"},
    "no nonce": lambda claims: {**claims, "nonce": None},
    "for another client": lambda claims: {**claims, "aud": "other"},
    "for several, not made for us": lambda claims: {**claims, "aud": [CLIENT, "other"]},
    "made for another": lambda claims: {**claims, "azp": "other"},
    "another issuer": lambda claims: {**claims, "iss": "https://evil.example"},
    "expired": lambda claims: {**claims, "exp": int(time.time()) - 600},
    "no expiry": lambda claims: {**claims, "exp": None},
    "not valid yet": lambda claims: {**claims, "nbf": int(time.time()) + 600},
    "made in the future": lambda claims: {**claims, "iat": int(time.time()) + 600},
    "another access token": lambda claims: {**claims, "at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "nobody": lambda claims: {**claims, "sub": None},
    "no name but a list": lambda claims: {**claims, "sub": ["f-1"]},
    "an endless name": lambda claims: {**claims, "sub": "x" * 300},
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_token_that_says_something_else_is_refused(
    client: Any, provider: Provider, how: str
) -> None:
    join(client, provider)
    send_logout(client)
    provider.spoil = SPOILED[how]
    refused(client, log_in(client, provider), "niet te vertrouwen")


def _plain(value: object) -> str:
    written = json.dumps(value).encode() if not isinstance(value, bytes) else value
    return base64.urlsafe_b64encode(written).rstrip(b"=").decode()


def forgeries(provider: Provider) -> dict[str, Callable[[Claims], str]]:
    own = RSAKey.generate_key(2048, auto_kid=True)
    public = provider.keys[0].as_pem(private=False)

    def with_own_key_in_header(claims: Claims) -> str:
        header = {"alg": "RS256", "jwk": own.as_dict(private=False)}
        return jwt.encode(header, claims, own)

    def with_the_public_key_as_secret(claims: Claims) -> str:
        header = {"alg": "HS256", "kid": provider.keys[0].kid}
        return jwt.encode(header, claims, OctKey.import_key(public.hex()))

    return {
        "unsigned": lambda claims: f"{_plain({'alg': 'none'})}.{_plain(claims)}.",
        "unsigned, named": lambda claims: ".".join(
            (_plain({"alg": "none", "kid": provider.keys[0].kid}), _plain(claims), "")
        ),
        "a key of its own": lambda claims: provider.sign(claims, own),
        "under a known name": lambda claims: jwt.encode(
            {"alg": "RS256", "kid": provider.keys[0].kid}, claims, own
        ),
        "a key in its header": with_own_key_in_header,
        "the public key as a secret": with_the_public_key_as_secret,
        "the shared secret": lambda claims: jwt.encode(
            {"alg": "HS256"}, claims, OctKey.import_key(SECRET * 3)
        ),
        "changed after it was signed": lambda claims: _changed(provider.sign(claims)),
        "no token": lambda claims: "",
        "no token at all": lambda claims: "a.b.c",
    }


def _changed(token: str) -> str:
    head, body, signature = token.split(".")
    read = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return f"{head}.{_plain({**read, 'sub': 'f-2'})}.{signature}"


def test_a_token_that_is_not_signed_by_the_provider_is_refused(
    client: Any, provider: Provider, wiki: Wiki
) -> None:
    join(client, provider)
    send_logout(client)
    for how, forge in forgeries(provider).items():
        provider.forge = forge
        answer = log_in(client, provider)
        assert answer.status_code == 401, how
        assert "niet te vertrouwen" in answer.text, how
        assert not is_in(client), how
        wiki.clock = (lambda now: lambda: now)(wiki.clock() + timedelta(seconds=1))


def test_an_answer_to_somebody_elses_login_is_refused(
    client: Any, app: Any, provider: Provider
) -> None:
    join(client, provider)
    send_logout(client)
    mallory = app.test_client()
    url = provider.authorize(go(mallory), "f-1")
    refused(client, back(client, url), "niet in deze browser begonnen")
    go(client)
    refused(client, back(client, url), "niet in deze browser begonnen")
    refused(client, client.get("/login/provider/callback"), "niet in deze browser begonnen")


def test_a_code_and_an_answer_work_once(client: Any, app: Any, provider: Provider) -> None:
    join(client, provider)
    send_logout(client)
    with client.session_transaction() as kept:
        kept.clear()
    url = provider.authorize(go(client), "f-1")
    with client.session_transaction() as kept:
        before = dict(kept)
    assert back(client, url).status_code == 303
    send_logout(client)
    refused(client, back(client, url), "niet in deze browser begonnen")
    with client.session_transaction() as kept:
        kept.update(before)
    refused(client, back(client, url), "niet te vertrouwen")
    # A code of one login does not serve another: its verifier is another.
    stolen = dict(parse_qsl(urlsplit(provider.authorize(go(app.test_client()), "f-1")).query))
    own = dict(parse_qsl(urlsplit(provider.authorize(go(client), "f-1")).query))
    query = urlencode({**own, "code": stolen["code"]})
    refused(client, client.get(f"/login/provider/callback?{query}"), "niet te vertrouwen")


@pytest.mark.parametrize("issuer", ["https://evil.example", ""])
def test_an_answer_of_another_provider_is_refused(
    client: Any, provider: Provider, issuer: str
) -> None:
    url = provider.authorize(go(client), "f-1")
    query = dict(parse_qsl(urlsplit(url).query))
    query["iss"] = issuer
    answer = client.get("/login/provider/callback?" + urlencode(query))
    refused(client, answer, "niet te vertrouwen")


def test_stopping_halfway_is_said_plainly(client: Any, provider: Provider) -> None:
    state = dict(parse_qsl(urlsplit(go(client)).query))["state"]
    asked = {"error": "access_denied", "state": state, "iss": provider.issuer}
    answer = client.get("/login/provider/callback?" + urlencode(asked))
    refused(client, answer, "of je bent ermee gestopt")


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "ftp://127.0.0.1/"},
        {"authorization_endpoint": None},
    ],
)
def test_a_provider_that_tells_nonsense_is_away(
    client: Any, provider: Provider, told: Claims
) -> None:
    provider.metadata = told
    refused(client, client.get("/login/provider"), "geen antwoord", 503)


def test_a_provider_that_is_away_is_left_alone_for_a_while(
    client: Any, provider: Provider, wiki: Wiki
) -> None:
    provider.down = True
    refused(client, client.get("/login/provider"), "geen antwoord", 503)
    refused(client, client.get("/login/provider"), "geen antwoord", 503)
    assert len(provider.asked) == 1
    provider.down = False
    later = wiki.clock() + service.AWAY
    wiki.clock = lambda: later
    assert log_in(client, provider).status_code == 303


def test_a_provider_that_goes_away_meanwhile(client: Any, provider: Provider) -> None:
    url = provider.authorize(go(client), "f-1")
    provider.down = True
    refused(client, back(client, url), "geen antwoord", 503)


def test_without_base_url_only_this_machine_is_named(client: Any, provider: Provider) -> None:
    answer = client.get("/login/provider", base_url="http://evil.example")
    assert answer.status_code == 503
    assert not provider.asked


# -- whose account it is --


def test_an_address_opens_no_account(
    client: Any, member: Actor, provider: Provider, change: Callable[..., None]
) -> None:
    provider.person("a-1", email="anna@example.org", email_verified=True, name="Mallory")
    answer = log_in(client, provider, "a-1")
    assert answer.headers["Location"] == "/login/provider/join"
    assert not is_in(client)
    change(oidc_trust_email=True)
    provider.person("a-2", email="anna@example.org", email_verified=False)
    assert log_in(client, provider, "a-2").headers["Location"] == "/login/provider/join"
    answer = log_in(client, provider, "a-1")
    assert answer.headers["Location"] == "/questions"
    assert is_in(client), "the site wants that"
    provider.person("a-3", email="anna@example.org", email_verified=True)
    answer = log_in(client, provider, "a-3")
    assert answer.status_code == 409, "but only the first who comes"


def test_who_joins_chooses_a_name_that_nobody_has_or_had(
    client: Any, wiki: Wiki, member: Actor, provider: Provider
) -> None:
    provider.person("a-1", email="anna@example.org", preferred_username="anna", groups=["x"])
    log_in(client, provider, "a-1")
    assert 'value="anna2"' in client.get("/login/provider/join").text
    form = {"username": "Anna", "email": "anna2@example.org"}
    answer = send(client, "/login/provider/join", **form)
    assert answer.status_code == 400
    assert not is_in(client)
    answer = send(client, "/login/provider/join", username="anna2", email="anna@example.org")
    assert answer.status_code == 303
    with wiki.database.read() as connection:
        owner = table.by_email(connection, "anna@example.org")
    assert owner
    assert owner.username == "anna", "what is typed here is nobody's word"


@pytest.mark.parametrize(
    ("settings_there", "words"),
    [
        ({"registration": "closed"}, "geen nieuwe leden"),
        ({"registration": "invitation"}, "op uitnodiging"),
        ({"registration": "open", "oidc_registration": "closed"}, "geen nieuwe leden"),
    ],
)
def test_joining_goes_by_the_setting(
    client: Any,
    provider: Provider,
    change: Callable[..., None],
    settings_there: dict[str, str],
    words: str,
) -> None:
    change(**settings_there)
    log_in(client, provider)
    shown = client.get("/login/provider/join").text
    assert words in shown
    assert "csrf_token" not in shown.partition("<main")[2]
    token = token_in(client.get("/login").text)
    form = {"username": "fatma", "email": "f@example.org", "csrf_token": token}
    assert client.post("/login/provider/join", data=form).status_code == 403
    assert not is_in(client)


def test_an_invitation_and_an_approval_are_respected(
    client: Any, app: Any, wiki: Wiki, provider: Provider, change: Callable[..., None], admin: Actor
) -> None:
    change(registration="approval")
    answer = join(client, provider)
    assert "then=provider" in answer.headers["Location"]
    assert not is_in(client)
    assert named(wiki, "fatma").status is Status.WAITING
    assert log_in(client, provider).status_code == 403
    members.approve(wiki, admin, "fatma")
    log_in(client, provider)
    assert is_in(client)
    change(registration="invitation")
    invited, token = app.test_client(), members.invite(wiki, admin).partition("=")[2]
    provider.person("g-1", email="g@example.org")
    log_in(invited, provider, "g-1", invitation=token)
    answer = send(invited, "/login/provider/join", username="gijs", email="g@example.org")
    assert answer.status_code == 303
    assert is_in(invited)


def test_the_terms_are_asked(
    client: Any, wiki: Wiki, provider: Provider, page: Callable[..., str]
) -> None:
    page("voorwaarden", "# Voorwaarden\n")
    answer = join(client, provider)
    assert answer.status_code == 400
    assert not is_in(client)
    stamp = answer.text.partition('name="terms" value="')[2].partition('"')[0]
    assert join(client, provider, terms=stamp, terms_accepted="yes").status_code == 303
    assert is_in(client)


# -- roles --


def test_the_role_follows_the_groups(
    database_url: str,
    client: Any,
    app: Any,
    wiki: Wiki,
    provider: Provider,
    change: Callable[..., None],
) -> None:
    change(oidc_roles="beheer=admin, redactie=editor")
    join(client, provider)
    assert named(wiki, "fatma").role is Role.EDITOR
    provider.people["f-1"]["groups"] = ["beheer", "redactie"]
    log_in(client, provider)
    assert named(wiki, "fatma").role is Role.ADMIN
    provider.people["f-1"]["groups"] = []
    log_in(client, provider)
    assert named(wiki, "fatma").role is Role.ADMIN, "the last administrator stays one"
    members.add(wiki, username="chef", email="", password="correct horse", role=Role.ADMIN)
    del provider.people["f-1"]["groups"]
    log_in(client, provider)
    assert named(wiki, "fatma").role is Role.MEMBER
    acts = [entry.act for entry in audit.entries(wiki, SYSTEM)]
    assert acts.count("member_role") == 3
    assert acts.count("member_role_kept") == 1


def test_groups_may_be_told_apart_from_the_token(
    client: Any, wiki: Wiki, provider: Provider, change: Callable[..., None]
) -> None:
    change(oidc_roles="redactie=editor")
    del provider.people["f-1"]["groups"]
    provider.also_told = {"groups": ["redactie"]}
    join(client, provider)
    assert named(wiki, "fatma").role is Role.EDITOR
    provider.also_told = {"groups": ["redactie"], "sub": "somebody else"}
    log_in(client, provider)
    assert named(wiki, "fatma").role is Role.MEMBER, "that was about another person"


def test_a_second_step_taken_there_counts_if_the_site_says_so(
    client: Any, wiki: Wiki, provider: Provider, change: Callable[..., None]
) -> None:
    change(oidc_roles="redactie=editor", require_second_factor="editor")
    join(client, provider)
    assert log_in(client, provider).headers["Location"] == "/account/second-factor"
    change(oidc_strong="mfa")
    provider.people["f-1"]["amr"] = ["pwd", "mfa"]
    assert log_in(client, provider).headers["Location"] == "/questions"


def test_who_is_shut_out_stays_out(client: Any, wiki: Wiki, provider: Provider) -> None:
    join(client, provider)
    send_logout(client)
    until = wiki.clock() + timedelta(days=1)
    members.suspend(wiki, SYSTEM, "fatma", "schelden", until)
    refused(client, log_in(client, provider), "schelden", 403)
    wiki.clock = lambda: until
    provider.now = until.timestamp
    assert log_in(client, provider).status_code == 303
    assert is_in(client)


# -- one's own account --


def test_an_account_is_tied_by_who_proves_it_is_theirs(
    database_url: str,
    client: Any,
    app: Any,
    wiki: Wiki,
    provider: Provider,
    member: Actor,
    login: Callable[..., None],
) -> None:
    login(client, "anna")
    assert "Ga naar Rijksinloggen" in client.get("/account/logins").text
    answer = log_in(client, provider, **{"for": "link"})
    assert answer.headers["Location"] == "/account/logins/tie"
    assert send(client, "/account/logins/tie", current_password="x").status_code == 400
    tied = send(client, "/account/logins/tie", current_password="correct horse battery")
    assert tied.headers["Location"] == "/account/logins"
    assert "fatma@example.org" in client.get("/account/logins").text
    other = app.test_client()
    log_in(other, provider)
    assert is_in(other)
    # Nobody else ties the same account to theirs.
    members.add(wiki, username="bram", email="b@example.org", password="correct horse battery")
    thief = app.test_client()
    login(thief, "bram")
    log_in(thief, provider, **{"for": "link"})
    taken = send(thief, "/account/logins/tie", current_password="correct horse battery")
    assert taken.status_code == 409
    data = takeout.make(wiki, member, 1, current="correct horse battery", language="nl").data
    assert b"data/identities.json" in data
    gone = send(client, "/account/logins/1/remove", current_password="correct horse battery")
    assert gone.status_code == 303
    assert log_in(app.test_client(), provider).headers["Location"] == "/login/provider/join"


def test_the_last_door_stays(client: Any, provider: Provider) -> None:
    join(client, provider)
    answer = send(client, "/account/logins/1/remove")
    assert answer.status_code == 409
    assert "enige manier" in answer.text
    password = send(client, "/account/password", new_password="een heel lange zin is dit")
    assert password.status_code == 303
    form = {"current_password": "een heel lange zin is dit"}
    assert send(client, "/account/logins/1/remove", **form).status_code == 303


def test_who_has_no_password_proves_it_at_the_provider(
    client: Any, wiki: Wiki, provider: Provider
) -> None:
    join(client, provider)
    assert send(client, "/account/export").status_code == 200, "she logged in just now"
    later = wiki.clock() + timedelta(minutes=11)
    wiki.clock = lambda: later
    answer = send(client, "/account/export")
    assert answer.status_code == 403
    assert "/account/prove?next=" in answer.text
    assert "for=prove" in client.get("/account/prove?next=/account/export").text
    provider.now = later.timestamp
    provider.spoil = lambda claims: {**claims, "auth_time": claims["auth_time"] - 700}
    stale = log_in(client, provider, **{"for": "prove"})
    assert stale.status_code == 403, "she logged in there long ago"
    provider.spoil = dict
    url = go(client, **{"for": "prove", "next": "/account/export"})
    assert "prompt=login" in url
    assert "max_age=0" in url
    assert back(client, provider.authorize(url, "f-1")).headers["Location"] == "/account/export"
    assert send(client, "/account/export").status_code == 200
    provider.person("f-9", email="other@example.org")
    other = log_in(client, provider, "f-9", **{"for": "prove"})
    assert other.status_code == 403, "somebody else's word proves nothing"


def test_who_is_erased_is_not_known_any_more(
    client: Any, wiki: Wiki, provider: Provider, admin: Actor
) -> None:
    from wiki.services.operation import erasing

    join(client, provider)
    erasing.erase(wiki, admin, "fatma", confirm="fatma")
    assert not is_in(client)
    assert log_in(client, provider).headers["Location"] == "/login/provider/join"
    answer = send(client, "/login/provider/join", username="fatma", email="fatma@example.org")
    assert answer.status_code == 400, "a username is never reissued"
