"""Dutch stems: own rules for plurals and verbs first, then the Snowball stemmer.

The Snowball stemmer alone leaves `advies` and `adviezen`, `stad` and `steden`, `organisatie` and
`organisaties` apart. A stem is a key, never shown: `overheden` and `overheid` give `overheid`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from wiki.analysis import compounds
from wiki.analysis.snowball import Stemmer
from wiki.analysis.words import grouped, listed, paired

STOP = listed("stop_nl")

_IRREGULAR = paired("irregular_nl")
_STRONG = listed("strong_nl")
# compounds end in these irregular plurals as well (raadsleden)
_TAILS = ("leden", "steden", "kinderen", "goederen", "wegen", "dagen", "criteria", "centra")
# plural of a word that ends in -es, where -es is not the plural of a word in -e
_KEEPS_ES = ("proces", "congres", "succes", "adres", "prinses", "expres", "compres", "lerares")
_KEEPS_IES = ("advies", "verlies", "precies", "kies", "vlies", "fries", "gries", "bries", "spies")
# here -s is no plural, though the word without it exists as well
_OWN_S = (
    *("plaats", "nieuws", "toets", "reeks", "hals", "rots", "kous", "spons", "hars", "brons"),
    *("spits", "wals", "mops", "boks"),
)
_PARTICLES = listed("particles_nl")
_SHORTEST_QUALITY = 5
"""`overheid` is not the quality of being `over`."""
_INSEPARABLE = ("be", "er", "her", "mis", "onder", "ont", "over", "ver", "voor")
"""Prefixes of verbs whose participle has no `ge` (`betaald`)."""

_PREFIXING_WORDS = ("onder", "over", "mis", "her")

_FORMS_OF_STRONG = {form: verb for form, verb in _IRREGULAR.items() if verb in _STRONG}
_PREFIXED = {"staat": "sta", "slaat": "sla", "ziet": "zie", "doet": "doe", "gaat": "ga"}
"""Forms that are other words without a prefix (`ontstaat`)."""

_LIKE_PLURAL = re.compile(r"a[^aeiou]en$")
"""With a prefix these are plurals of nouns: `uitgaven`, `afspraken`."""

_FORMS = ("den", "ten", "de", "te", "t")

_snowball = Stemmer("dutch_porter")


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """The stem of a folded Dutch word."""
    if len(word) < 3 or not word.isalpha():
        return _possessive(word)
    base = _singular(word)
    if _ends_as_it_is(base):
        return _written(base)
    verb = _verb(base)
    stemmed = _snowball.stem(verb or base)
    return _written(stemmed)


@lru_cache(maxsize=10_000)
def kin(word: str) -> str:
    """The stem of the word that a folded word is derived from or derives, or empty.

    Words of one family that no ending shows (`participeren`, `participatie`) come from a table;
    `eenzaamheid` is kin to `eenzaam`. One key for all of a family; it may be the word's own stem.
    """
    root = _families().get(stem(word))
    if root:
        return root
    base = _singular(word)
    quality = base.removesuffix("heid")
    if quality == base or len(quality) < _SHORTEST_QUALITY or quality in STOP:
        return ""
    bare = stem(quality)
    return _families().get(bare, bare)


@cache
def _families() -> dict[str, str]:
    """For the stem of each word in the table: the stem of the first word of its line."""
    return {stem(word): stem(first) for word, first in grouped("kin_nl").items()}


def _possessive(word: str) -> str:
    for ending in ("'s", "'en", "'er"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return stem(word.removesuffix(ending))
    return word


def _singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for tail in _TAILS:
        if word.endswith(tail) and len(word) > len(tail) + 3:
            return word.removesuffix(tail) + _IRREGULAR[tail]
    if word.endswith("heden") and len(word) > 6:
        return word.removesuffix("heden") + "heid"
    if word.endswith("heids") and len(word) > 7:
        return word.removesuffix("s")
    return _singular_in_s(word)


def _ends_as_it_is(base: str) -> bool:
    """Whether the last letters belong to the word: `overheid` is not `over`, `kans` not `kan`."""
    if base.endswith("heid"):
        return len(base) > 6
    parts = compounds.parts()
    own = base in parts and base.removesuffix("s") not in parts
    return base.endswith("s") and (own or base.endswith(_OWN_S))


def _singular_in_s(word: str) -> str:
    if word.endswith(("ieen", "eeen")):
        return word.removesuffix("en")
    if word.endswith(("ies", "es")) and not word.endswith((*_KEEPS_ES, *_KEEPS_IES)):
        return word.removesuffix("s") if len(word) > 5 else word
    if word.endswith(("eaus", "ens")) and len(word) > 5:
        return word.removesuffix("s")
    return word


def _verb(word: str) -> str:
    """The stem of a verb's form (`werkt`, `werkte`, `gewerkt`, `opgelost`, `blijft`), or empty."""
    if _is_noun(word):
        return ""
    return _strong(word) or _tense(word) or _participle(word)


def _is_noun(word: str) -> bool:
    nouns = listed("nouns_nl")
    return any(word.removesuffix(ending) in nouns for ending in ("", "en", "n", "s"))


def _strong(word: str) -> str:
    """The stem of a strong verb's form, perhaps behind a prefix: `begrepen`, `deelgenomen`."""
    root = word.removesuffix("t")
    for prefix in ("", *_INSEPARABLE, *_PARTICLES):
        form = word.removeprefix(prefix)
        if not word.startswith(prefix) or not form:
            continue
        if root.removeprefix(prefix) in _STRONG:
            return root
        strong_stem = _FORMS_OF_STRONG.get(form, "")
        if not strong_stem and prefix in _INSEPARABLE:
            strong_stem = _PREFIXED.get(form) or _FORMS_OF_STRONG.get(f"ge{form}", "")
        if strong_stem and not (prefix and _LIKE_PLURAL.search(form)):
            return prefix + strong_stem
    return ""


def _tense(word: str) -> str:
    verbs = listed("verbs_nl")
    forms = (*_FORMS, "d") if word.startswith(_INSEPARABLE) else _FORMS
    for form in forms:
        root = word.removesuffix(form)
        if root != word and (root in verbs or _without_prefix(root) in verbs):
            return root
    return ""


def _without_prefix(root: str) -> str:
    """The verb in a longer one that begins with a word (`ondersteun`), or empty."""
    for prefix in _PREFIXING_WORDS:
        if root.startswith(prefix) and len(root) > len(prefix) + 3:
            return root.removeprefix(prefix)
    return ""


def _participle(word: str) -> str:
    verbs = listed("verbs_nl")
    particle, found, rest = word.partition("ge")
    if not found or (particle and particle not in _PARTICLES):
        return ""
    for form in ("de", "te", "d", "t", ""):
        root = rest.removesuffix(form)
        if rest.endswith(form) and root in verbs and (form or root.endswith(("d", "t"))):
            return particle + root
    return ""


def _written(stemmed: str) -> str:
    """One spelling for what open and closed syllables write in two: `praat`, `praten`."""
    if len(stemmed) < 3:
        return stemmed
    last, before = stemmed[-1], stemmed[-2]
    if last == before and last not in "aeiou":
        stemmed = stemmed[:-1]
    elif before == stemmed[-3] and before in "aeou":
        stemmed = stemmed[:-2] + last
    return stemmed[:-1] + {"v": "f", "z": "s"}.get(stemmed[-1], stemmed[-1])
