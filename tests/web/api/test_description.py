"""What is sent at random within, and outside of, the description is answered as it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.conftest import PASSWORD
from wiki.domain.access.rights import Role
from wiki.domain.login.access_tokens import Scope
from wiki.engine import Wiki
from wiki.services.login import access_tokens

DIALOGUE = "---\nkind: dialogue\nparticipants: [Anna]\n---\n**Anna:** Hallo.\n"
NOT_TOLD = [positive_data_acceptance, negative_data_rejection]
"""A description cannot say which paths and texts a wiki takes; what is ignored is not refused."""


@pytest.mark.slow
@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.ADMIN])
def test_every_operation_answers_as_it_is_described(
    app: Any,
    wiki: Wiki,
    person: Callable[..., Any],
    page: Callable[..., str],
    role: Role | None,
) -> None:
    """No failure, no answer of a kind or form that the description does not know."""
    page("plan", "# Plan\n")
    page("gesprek", DIALOGUE)
    headers = {}
    if role is not None:
        word = access_tokens.make(
            wiki, person("anna", role), 0, name="x", scopes=list(Scope), days="9", password=PASSWORD
        )
        headers["Authorization"] = f"Bearer {word}"
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    wrong: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=5,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            case=some.one_of(
                *(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
            )
        )
        def ask(case: Any) -> None:
            case.call_and_validate(headers=headers, excluded_checks=NOT_TOLD)

        try:
            ask()
        except FailureGroup as error:
            wrong.append(f"{operation.label}: {error}")
    assert not wrong, "\n\n".join(wrong)
