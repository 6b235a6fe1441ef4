"""What is kept of people goes when its time is over."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from wiki.database.notices import outbox
from wiki.database.pages import views as table
from wiki.database.pages import visits
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.operation import jobs
from wiki.services.pages import recent, views
from wiki.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


def test_every_setting_of_how_long_something_is_kept_is_tried_here() -> None:
    known = {field.name for field in fields(Settings) if field.name.startswith("retain_")}
    assert known == {
        "retain_audit_days",
        "retain_mail_days",
        "retain_visits_days",
        "retain_views_months",
    }


@pytest.mark.parametrize("days", [100, 0])
def test_logs_mail_visits_and_views_go(wiki: Wiki, member: Actor, days: int) -> None:
    wiki.settings = replace(
        wiki.settings,
        retain_audit_days=days,
        retain_mail_days=days,
        retain_visits_days=days,
        retain_views_months=days // 33,
    )
    recent.listing(wiki, member, recent.RecentFilter())
    with wiki.database.write() as connection:
        table.add(connection, views.month_of(wiki.clock()), {"a": 2})
        table.add(connection, views.month_of(wiki.clock()), {"a": 1, "b": 1})
        outbox.add(connection, "oud@example.org", "Dag", "x", wiki.clock())
        outbox.sent(connection, outbox.due(connection, wiki.clock())[0], wiki.clock())
        outbox.add(connection, "wacht@example.org", "Dag", "x", wiki.clock())
    later = wiki.clock() + timedelta(days=200)
    wiki.clock = lambda: later
    with wiki.database.write() as connection:
        audit.write(wiki, connection, SYSTEM, LoggedAct.MEMBER_WARN, "nieuw")
    jobs.tidy(wiki)
    with wiki.database.read() as connection:
        kept = table.by_month(connection, ["a"])
        visited = visits.get(connection, member.id or 0)
        letters = connection.scalars(select(outbox.outbox.c.recipient)).all()
    assert [number for _, number in kept] == ([] if days else [3])
    assert (visited is None) is bool(days)
    waiting = {"wacht@example.org"}
    assert waiting <= set(letters)
    assert ("oud@example.org" in letters) is not bool(days)
    subjects = [entry.subject for entry in audit.entries(wiki, SYSTEM)]
    assert subjects[0] == "nieuw"
    assert (len(subjects) == 1) is bool(days)


def test_months_are_counted_over_the_year() -> None:
    from datetime import UTC, datetime

    january = datetime(2026, 1, 31, tzinfo=UTC)
    assert views.month_of(january) == "2026-01"
    assert views.month_of(january, 13) == "2024-12"
