"""WebAuthn's two ceremonies: a browser makes a passkey, or shows one that was made.

Apart from `passkeys.py` because the library takes 14 MB and a tenth of the start, and few
processes ever see a passkey: it is loaded when somebody first uses one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from wiki.domain.access.rights import Actor
from wiki.domain.login.second_factor import Passkey

TRANSPORTS = frozenset(known.value for known in AuthenticatorTransport)

_WRONG = (WebAuthnException, ValueError, KeyError, TypeError)


class WrongAnswer(Exception):
    """A browser's answer proves nothing."""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A passkey that a browser made: its name, its public key, how often it was used."""

    credential: str
    key: bytes
    count: int
    transports: list[str]


def registration_options(
    host: str, site: str, actor: Actor, challenge: bytes, passkeys: Iterable[Passkey]
) -> str:
    """Ask a browser, as JSON, to make a passkey other than those kept."""
    options = generate_registration_options(
        rp_id=host,
        rp_name=site,
        user_name=actor.username,
        user_id=actor.uid.encode(),
        user_display_name=actor.name or actor.username,
        challenge=challenge,
        exclude_credentials=[_descriptor(passkey) for passkey in passkeys],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return options_to_json(options)


def login_options(
    host: str, challenge: bytes, passkeys: Iterable[Passkey], *, must_check_owner: bool
) -> str:
    """Ask a browser, as JSON, to show one of these passkeys (none: any)."""
    needed = UserVerificationRequirement.REQUIRED
    options = generate_authentication_options(
        rp_id=host,
        challenge=challenge,
        allow_credentials=[_descriptor(passkey) for passkey in passkeys],
        user_verification=needed if must_check_owner else UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def verify_registration(read: dict[str, object], challenge: str, host: str, origin: str) -> MadeKey:
    """Return the passkey in an answer (WebAuthn Level 2, section 7.1). Raises WrongAnswer."""
    try:
        verified = verify_registration_response(
            credential=read,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host,
            expected_origin=origin,
        )
    except _WRONG as error:
        raise WrongAnswer from error
    name = bytes_to_base64url(verified.credential_id)
    return MadeKey(name, verified.credential_public_key, verified.sign_count, _transports(read))


def verify_login(
    read: dict[str, object],
    challenge: str,
    host: str,
    origin: str,
    passkey: Passkey,
    *,
    must_check_owner: bool,
) -> int:
    """Return how often a passkey was used, by its answer (WebAuthn Level 2, section 7.2).

    Raises WrongAnswer.
    """
    try:
        verified = verify_authentication_response(
            credential=read,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=passkey.key,
            credential_current_sign_count=passkey.count,
            require_user_verification=must_check_owner,
        )
    except _WRONG as error:
        raise WrongAnswer from error
    return verified.new_sign_count


def _transports(read: dict[str, object]) -> list[str]:
    response = read.get("response")
    said = response.get("transports") if isinstance(response, dict) else None
    return [word for word in said if word in TRANSPORTS] if isinstance(said, list) else []


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        id=base64url_to_bytes(passkey.credential),
        transports=[AuthenticatorTransport(word) for word in passkey.transports],
    )
