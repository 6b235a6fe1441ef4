"""What the settings of the OpenID provider say."""

from __future__ import annotations

from pathlib import Path

import pytest

from wiki.domain.access.rights import Role
from wiki.domain.login.identities import role_for, roles_by_group
from wiki.settings import SettingError, load


def test_groups_give_roles() -> None:
    roles = roles_by_group(" beheer=admin, CN=redactie = editor,, ")
    assert roles == {"beheer": Role.ADMIN, "CN=redactie": Role.EDITOR}
    assert role_for(roles, ["CN=redactie", "beheer", "x"]) is Role.ADMIN
    assert role_for(roles, ["x"]) is role_for(roles, []) is Role.MEMBER


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ROLES", "beheer"),
        ("OIDC_ROLES", "=admin"),
        ("OIDC_ROLES", "beheer=baas"),
        ("OIDC_ROLES", "iedereen=reader"),
        ("OIDC_ISSUER", "http://inloggen.example"),
        ("OIDC_ISSUER", "inloggen.example"),
        ("OIDC_ISSUER", "https:"),
        ("OIDC_REGISTRATION", "soms"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_the_start(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(SettingError, match=name):
        load(tmp_path, {f"DENKTANK_{name}": value})
