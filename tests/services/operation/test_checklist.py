"""What an owner does first ticks itself off, and can be sent away."""

from __future__ import annotations

import pytest

from wiki.domain.access.rights import Actor
from wiki.domain.errors import Forbidden
from wiki.engine import Wiki
from wiki.services.editing import trash
from wiki.services.members import invitations
from wiki.services.operation import checklist, last_runs, settings, starter


def left(wiki: Wiki, admin: Actor) -> list[str]:
    return [step.name for step in checklist.steps(wiki, admin) if not step.done]


def test_steps_tick_themselves_off(wiki: Wiki, admin: Actor) -> None:
    starter.write(wiki)
    assert left(wiki, admin) == ["name", "front", "invite", "mail", "backup", "examples"]
    settings.choose(wiki, admin, {"site_name": "Het Beraad"})
    invitations.invite(wiki, admin)
    last_runs.record(wiki, last_runs.BACKUP, file="x", size=1)
    assert left(wiki, admin) == ["front", "mail", "examples"]
    assert checklist.figures(wiki, admin)["questions"] == 3
    assert checklist.take_examples_away(wiki, admin) == 4
    assert left(wiki, admin) == ["front", "mail"]
    assert {page.path for page in trash.listing(wiki, admin).pages} == {
        "gesprekken/systeemvernieuwing",
        "vragen/borging",
        "vragen/systeemwereld",
        "vragen/vitaliteit",
    }
    checklist.dismiss(wiki, admin)
    assert checklist.steps(wiki, admin) == ()


def test_the_list_is_for_administrators(wiki: Wiki, moderator: Actor) -> None:
    for call in (checklist.steps, checklist.dismiss, checklist.take_examples_away):
        with pytest.raises(Forbidden):
            call(wiki, moderator)
