"""The OpenID provider: what it publishes of itself, and who it says that somebody is.

OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636). Its addresses come from the
settings and from what it publishes there; nothing that a visitor sends is ever fetched. What it
publishes is kept for an hour; its keys are asked again at once when a token names another.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import LoginRequired, NotFound, Unavailable
from wiki.domain.login.identities import LOCAL
from wiki.engine import Wiki
from wiki.services.access import limits
from wiki.settings import Settings

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

log = logging.getLogger(__name__)

DISCOVERY = "/.well-known/openid-configuration"
SECONDS = 10.0
"""How long the provider may take to connect, and to send each part of an answer."""

LARGEST = 500_000
"""Bytes of what it publishes; the largest known are below 50,000."""

KEPT = timedelta(hours=1)
AWAY = timedelta(seconds=15)
"""While it does not answer it is left alone for so long, so that nobody's page waits for it."""

SKEW = 120
"""Seconds that clocks may differ."""

SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""What a token may be signed with: never nothing, and never with a secret that both sides know."""

SUBJECT_MOST = 255


@dataclass(frozen=True, slots=True)
class Published:
    """A provider's description of itself (OpenID Connect Discovery 1.0, RFC 9207).

    `names_itself`: its answers carry its name. `logout_url` is where one logs out there, or empty.
    """

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    logout_url: str
    posts_secret: bool
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Claims:
    """A provider's claims about somebody (OpenID Connect Core 1.0, section 5.1).

    `email_checked`: the address is known to be theirs. `proofs`: words for how they proved it
    (`acr` and `amr`); `since`: when they did.
    """

    issuer: str
    subject: str
    email: str = ""
    email_checked: bool = False
    name: str = ""
    username: str = ""
    groups: tuple[str, ...] = ()
    proofs: tuple[str, ...] = ()
    since: datetime | None = None


@dataclass(slots=True)
class _Kept:
    """A provider's description as it is kept, until when; nothing while it is away."""

    until: datetime
    published: Published | None = None
    keys: KeySet | None = None


_KEPT: dict[str, _Kept] = {}


def is_on(settings: Settings) -> bool:
    """Whether members may log in with a provider."""
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def label(settings: Settings) -> str:
    """Return the provider's name on the screen; empty if there is none."""
    if not is_on(settings):
        return ""
    return settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or settings.oidc_issuer


def callback(settings: Settings, here: str) -> str:
    """Where the provider sends people back to: BASE_URL's, else this machine's own.

    What a request says of its host is worth nothing elsewhere: then raises Unavailable.
    """
    place = (settings.base_url or here).rstrip("/")
    if not settings.base_url and urlsplit(place).hostname not in LOCAL:
        log.error("logging in with %s needs BASE_URL", label(settings))
        raise _unreachable(settings)
    return place + url_of("login_provider_callback")


def address(wiki: Wiki, back: str, state: str, *, again: bool = False) -> str:
    """Where somebody goes to prove who they are; with `again`, also if they just did.

    Raises NotFound (`provider_off`), Unavailable (`provider_unreachable`).
    """
    published = _published(wiki)
    with _client(wiki, published, back) as client:
        extra = {"prompt": "login", "max_age": "0"} if again else {}
        url, _ = client.create_authorization_url(
            published.authorization,
            state=state,
            code_verifier=_verifier(wiki, state),
            nonce=_nonce(wiki, state),
            **extra,
        )
    return str(url)


def claims_from(wiki: Wiki, back: str, state: str, answer: Mapping[str, str]) -> Claims:
    """Return the claims in this answer; the state is known to be this browser's.

    Raises LoginRequired (`provider_declined`: they or the provider said no; `provider_wrong`: what
    it sent is not to be trusted), Unavailable, NotFound.
    """
    published = _published(wiki)
    issuer = answer.get("iss", "")
    if issuer != published.issuer and (issuer or published.names_itself):
        raise _wrong(wiki, f"the answer comes from {issuer[:200]!r}")
    if answer.get("error"):
        log.info("the provider declined: %s", answer["error"][:100])
        raise LoginRequired("provider_declined", provider=label(wiki.settings))
    tokens = _tokens(wiki, published, back, state, answer.get("code", ""))
    claims = _claims(wiki, published, tokens, _nonce(wiki, state))
    return _person(wiki, published, {**_more(wiki, published, tokens, claims), **claims})


def logout_url(wiki: Wiki, back: str) -> str:
    """Where one logs out at the provider too (RP-Initiated Logout 1.0); empty if nowhere."""
    try:
        place = _published(wiki).logout_url
    except (NotFound, Unavailable):
        return ""
    asked = {"client_id": wiki.settings.oidc_client_id, "post_logout_redirect_uri": back}
    return place + ("&" if "?" in place else "?") + urlencode(asked) if place else ""


# -- what it publishes --


def _published(wiki: Wiki) -> Published:
    if not is_on(wiki.settings):
        raise NotFound("provider_off")
    issuer, now = wiki.settings.oidc_issuer, wiki.clock()
    cached = _KEPT.get(issuer)
    if cached is None or cached.until <= now:
        cached = _ask(wiki, cached, now)
    if cached.published is None:
        raise _unreachable(wiki.settings)
    return cached.published


def _ask(wiki: Wiki, before: _Kept | None, now: datetime) -> _Kept:
    issuer = wiki.settings.oidc_issuer
    # Who asks meanwhile goes on with what was known.
    known = before.published if before else None
    _KEPT[issuer] = _Kept(now + AWAY, known, before.keys if before else None)
    try:
        published = _read(issuer, _get(issuer.rstrip("/") + DISCOVERY))
    except (OSError, ValueError, LookupError, TypeError) as error:
        log.warning("the provider %s cannot be asked: %s", issuer, error)
        return _KEPT[issuer]
    _KEPT[issuer] = _Kept(now + KEPT, published)
    return _KEPT[issuer]


def _read(issuer: str, told: Mapping[str, Any]) -> Published:
    """Read its description of itself; ValueError or LookupError if that cannot be used."""
    if str(told["issuer"]).rstrip("/") != issuer.rstrip("/"):
        raise ValueError(f"it calls itself {told['issuer']!r}")
    methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    published = Published(
        issuer=str(told["issuer"]),
        authorization=str(told["authorization_endpoint"]),
        token=str(told["token_endpoint"]),
        keys=str(told["jwks_uri"]),
        userinfo=str(told.get("userinfo_endpoint") or ""),
        logout_url=str(told.get("end_session_endpoint") or ""),
        posts_secret="client_secret_basic" not in methods,
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )
    for url in (published.authorization, published.token, published.keys):
        _require_safe(issuer, url)
    for url in filter(None, (published.userinfo, published.logout_url)):
        _require_safe(issuer, url)
    return published


def _require_safe(issuer: str, url: str) -> None:
    """TLS everywhere, except where the provider itself runs on this machine."""
    parts = urlsplit(url)
    is_local = urlsplit(issuer).hostname in LOCAL and parts.hostname in LOCAL
    if not parts.hostname or not (parts.scheme == "https" or (is_local and parts.scheme == "http")):
        raise ValueError(f"{url!r} is not an address with https")


def _get(url: str, token: str = "") -> Mapping[str, Any]:
    """The JSON object at an address of the provider; OSError or ValueError if there is none."""
    import json

    import requests

    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with (
        requests.Session() as session,
        session.get(
            url, headers=headers, timeout=SECONDS, allow_redirects=False, stream=True
        ) as answer,
    ):
        if answer.status_code != 200:
            raise ValueError(f"{url} answers {answer.status_code}")
        data = b""
        for part in answer.iter_content(65_536):
            data += part
            if len(data) > LARGEST:
                raise ValueError(f"{url} is too large")
    read = json.loads(data)
    if not isinstance(read, dict):
        raise ValueError(f"{url} is no object")
    return read


def _keys(wiki: Wiki, published: Published, *, anew: bool) -> KeySet:
    """The keys with which it signs; asked again if they are not known, or `anew`."""
    from joserfc.jwk import KeySet, KeySetSerialization

    cached = _KEPT[wiki.settings.oidc_issuer]
    if cached.keys is None or anew:
        told = _get(published.keys)
        usable = [key for key in told["keys"] if key.get("use", "sig") == "sig"]
        cached.keys = KeySet.import_key_set(KeySetSerialization(keys=usable))
    return cached.keys


# -- from a code to a person --


def _client(wiki: Wiki, published: Published, back: str) -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    secret = wiki.settings.oidc_client_secret
    method = "client_secret_post" if published.posts_secret else "client_secret_basic"
    return OAuth2Session(
        wiki.settings.oidc_client_id,
        secret or None,
        token_endpoint_auth_method=method if secret else "none",
        scope=wiki.settings.oidc_scope,
        redirect_uri=back,
        code_challenge_method="S256",
        default_timeout=SECONDS,
    )


def _tokens(
    wiki: Wiki, published: Published, back: str, state: str, code: str
) -> Mapping[str, Any]:
    """The tokens for a code, which works once."""
    from authlib.common.errors import AuthlibBaseError

    if not code:
        raise _wrong(wiki, "there is no code")
    try:
        with _client(wiki, published, back) as client:
            tokens: Mapping[str, Any] = client.fetch_token(
                published.token,
                grant_type="authorization_code",
                code=code,
                code_verifier=_verifier(wiki, state),
                allow_redirects=False,
            )
    except OSError as error:
        log.warning("the provider does not answer: %s", error)
        raise _unreachable(wiki.settings) from error
    except (AuthlibBaseError, ValueError) as error:
        raise _wrong(wiki, f"no token for the code: {error}") from error
    return tokens


def _claims(
    wiki: Wiki, published: Published, tokens: Mapping[str, Any], nonce: str
) -> Mapping[str, Any]:
    """Return the claims of the signed token, once all of it is checked (Core 1.0, 3.1.3.7)."""
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    client = wiki.settings.oidc_client_id
    try:
        token = _signed(wiki, published, str(tokens.get("id_token") or ""))
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": published.issuer},
                "aud": {"essential": True, "value": client},
                "sub": {"essential": True},
                "nonce": {"essential": True},
            },
            {"nonce": nonce, "client_id": client, "access_token": tokens.get("access_token")},
        )
        claims.validate(now=int(wiki.clock().timestamp()), leeway=SKEW)
    except (JoseError, ValueError, LookupError, TypeError) as error:
        raise _wrong(wiki, f"its token is wrong: {error!r}") from error
    except OSError as error:
        log.warning("the provider's keys cannot be had: %s", error)
        raise _unreachable(wiki.settings) from error
    if not isinstance(claims["sub"], str) or len(claims["sub"]) > SUBJECT_MOST:
        raise _wrong(wiki, "nobody is called so")
    return dict(claims)


def _signed(wiki: Wiki, published: Published, written: str) -> Any:
    """The token, signed with one of its keys; those are asked anew if none that is known fits."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    had = _KEPT[wiki.settings.oidc_issuer].keys
    try:
        return jwt.decode(written, _keys(wiki, published, anew=False), SIGNED_WITH)
    except (JoseError, ValueError):
        if had is None:
            raise
    return jwt.decode(written, _keys(wiki, published, anew=True), SIGNED_WITH)


def _more(
    wiki: Wiki, published: Published, tokens: Mapping[str, Any], claims: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Ask the provider for claims that the token lacks, if it tells any (Core 1.0, 5.3)."""
    wanted = {"email", "name", wiki.settings.oidc_groups_claim}
    if wanted <= claims.keys() or not published.userinfo:
        return {}
    try:
        told = _get(published.userinfo, str(tokens.get("access_token") or ""))
    except (OSError, ValueError) as error:
        log.warning("the provider tells nothing more: %s", error)
        return {}
    # Core 1.0, 5.3.2: it may be about somebody else.
    return told if told.get("sub") == claims["sub"] else {}


def _person(wiki: Wiki, published: Published, told: Mapping[str, Any]) -> Claims:
    return Claims(
        issuer=published.issuer,
        subject=told["sub"],
        email=_text(told, "email", 254),
        email_checked=told.get("email_verified") in (True, "true"),
        name=_text(told, "name", 80),
        username=_text(told, "preferred_username", 80),
        groups=_words(told.get(wiki.settings.oidc_groups_claim)),
        proofs=(*_words(told.get("acr")), *_words(told.get("amr"))),
        since=_moment(told.get("auth_time")),
    )


def _text(told: Mapping[str, Any], name: str, most: int) -> str:
    value = told.get(name)
    return " ".join(value.split())[:most] if isinstance(value, str) and value.isprintable() else ""


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, (int, float)) else None
    except (OverflowError, ValueError, OSError):
        return None


def _words(value: object) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(word for word in listed if isinstance(word, str) and word)


# -- parts --


def _nonce(wiki: Wiki, state: str) -> str:
    """Return the word that a token carries if it was made for this login (Core 1.0, 3.1.2.1)."""
    return limits.key(wiki, "provider nonce", state)


def _verifier(wiki: Wiki, state: str) -> str:
    """Return the proof that the code goes to the one who asked for it (PKCE, RFC 7636, 4.1)."""
    return limits.key(wiki, "provider verifier", state)


def _wrong(wiki: Wiki, why: str) -> LoginRequired:
    log.warning("a login with %s is refused: %s", label(wiki.settings), why)
    return LoginRequired("provider_wrong", provider=label(wiki.settings))


def _unreachable(settings: Settings) -> Unavailable:
    return Unavailable("provider_unreachable", provider=label(settings))
