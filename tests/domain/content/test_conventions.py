"""Which pages are dialogues by their path, as the setting says it."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from wiki.domain.content.conventions import Conventions, dialogues

RULES = "notulen/{date}*.md, raad/{year}/**/{day}-{month}, /los/*{date}*x*, a/**/*/{date}"


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("notulen/2025-05-28", "2025-05-28"),
        ("notulen/20250528 verslag", "2025-05-28"),
        ("notulen/2025_05_28.MD", "2025-05-28"),
        ("notulen/index", ""),
        ("notulen/2025-13-01", ""),
        ("notulen/120250528", ""),
        ("notulen/oud/2025-05-28", ""),
        ("ander/notulen/2025-05-28", ""),
        ("raad/2024/1-9", "2024-09-01"),
        ("raad/2024/week 3/deel/01-09", "2024-09-01"),
        ("raad/1-9", ""),
        ("los/99 2024.02.03 xx", "2024-02-03"),
        ("los/2024-02-03", ""),
        ("a/b/2024-01-01", "2024-01-01"),
        ("a/2024-01-01", ""),
        ("los/" + "1" * 500 + "2024-02-03x", ""),
    ],
)
def test_a_path_names_its_day(path: str, day: str) -> None:
    assert dialogues(RULES).day(path) == day


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("notulen/*", "has to name a day once"),
        ("{date}/{day}", "has to name a day once"),
        ("{year}-{month}", "has to name a day once"),
        ("{datum}", "{datum} is not known, only {date}"),
        ("a//{date}", "a folder without a name"),
        ("a/b**/{date}", "stands for folders"),
        ("**/a/**/{date}", "stands for folders"),
        ("x" * 3_000, "at most 2000 characters"),
    ],
)
def test_a_wrong_rule_is_refused_with_a_sentence(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        dialogues(written)


def test_other_rules_and_another_zone_have_another_mark() -> None:
    written = ("", " , ", RULES, "{date}", "{date}, ")
    marks = [Conventions(UTC, dialogues(rules)).mark for rules in written]
    assert marks[0] == marks[1] == Conventions().mark
    marks.append(Conventions(ZoneInfo("Europe/Amsterdam")).mark)
    assert len({*marks}) == 4
