"""Dutch stems: what must meet, and what must stay apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from wiki.analysis import dutch
from wiki.analysis.tokens import fold

POLICY_PLURALS = """
advies adviezen, gemeente gemeenten, gemeente gemeentes, overheid overheden, stad steden, lid leden,
raadslid raadsleden, burger burgers, wijk wijken, organisatie organisaties, thema thema's,
risico risico's, initiatief initiatieven, bedrijf bedrijven, proces processen, doel doelen,
maatregel maatregelen, criterium criteria, medium media, idee ideeën, visie visies, plan plannen,
voorstel voorstellen, mogelijkheid mogelijkheden, crisis crises, politicus politici,
budget budgetten, ministerie ministeries, huis huizen, kind kinderen
"""
OTHER_FORMS = """
vraagstuk vraagstukken, ambtenaar ambtenaren, fonds fondsen, kans kansen, bureau bureaus,
keten ketens, werken werkt, werken gewerkt, leren geleerd, leven leeft, blijven blijft,
oplossen opgelost, organiseren organiseerde, spreken gesproken, groot grote, actief actieve,
vitaal vitale, samenwerken samenwerking, buurt buurten, categorie categorieën, school scholen
"""
APART = """
overheid over, kans kan, waarde waar, kaart kaas, gezond zon, gemeente meen, buurt buur, bestuur
stuur, raad rede, beleid leiden, dienst dien, rijk rij, macht mag, wijs wij, recht rechter,
minister ministerie, politie politiek, kamer kam, partij part, staat stad, markt mark, staf
straf, brief brie, leraar leer, kern ker, huis hui, belang lang, inspraak spraak, afval val,
vergadering vader, hand hond, wonen won, kosten kust, vrede vrees, geloof loof, gemeenschap
gemeente
"""


def pairs(listed: str) -> list[tuple[str, str]]:
    return [tuple(pair.split()) for pair in listed.split(",")]  # type: ignore[misc]


def test_policy_plurals_meet_their_singular() -> None:
    met = [one for one, many in pairs(POLICY_PLURALS) if _stem(one) == _stem(many)]
    assert len(pairs(POLICY_PLURALS)) == 30
    assert len(met) >= 29


@pytest.mark.parametrize(("one", "other"), pairs(OTHER_FORMS))
def test_forms_of_one_word_meet(one: str, other: str) -> None:
    assert _stem(one) == _stem(other)


@pytest.mark.parametrize(("one", "other"), pairs(APART))
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert _stem(one) != _stem(other)


def test_the_forms_that_policy_talk_is_made_of_meet() -> None:
    written = (Path(__file__).parent / "forms_nl.txt").read_text(encoding="utf-8").splitlines()
    forms = [line.split() for line in written]
    missed = [(one, other) for one, other in forms if _stem(one) != _stem(other)]
    assert len(forms) > 350
    assert len(missed) <= 2, missed


def _stem(word: str) -> str:
    return dutch.stem(fold(word))


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("participeren", "participatie"),
        ("participeert", "participanten"),
        ("fuseert", "fusies"),
        ("inspecteurs", "inspectie"),
        ("vereenzamen", "eenzame"),
        ("eenzaamheid", "eenzaam"),
    ],
)
def test_words_of_one_family_have_one_key(word: str, other: str) -> None:
    assert (dutch.kin(word) or dutch.stem(word)) == (dutch.kin(other) or dutch.stem(other))


@pytest.mark.parametrize("word", ["overheid", "vrijheid", "gesprek"])
def test_most_words_have_no_kin(word: str) -> None:
    assert dutch.kin(word) == ""
