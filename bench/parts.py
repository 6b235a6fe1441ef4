"""`python -m bench.parts LIST`: of which parts the compounds of a word list are made.

Prints `wiki/analysis/data/parts_nl.txt`, derived from OpenTaal's word list (Debian's `wdutch`). A
word of the list is taken for a compound if it is two other words of it, perhaps with letters
between. Which two, if there is a choice, is learnt from the list itself: the parts that most
compounds are made of win, counted anew until the choices stay the same (Viterbi training, as in
Koehn and Knight, Empirical Methods for Compound Splitting, 2003).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from math import log
from pathlib import Path

from wiki.analysis.compounds import LINKS, SHORTEST
from wiki.analysis.tokens import fold
from wiki.analysis.words import listed

ROUNDS = 5
FEWEST = 2
USUAL = 0.1
"""A link is noted if it stands behind a part at least so often."""

DEAREST = 20.0
"""A split that costs more is none: its parts hardly occur elsewhere."""

COMMON = {"": 0.7, "s": 0.17, "en": 0.07, "e": 0.02, "n": 0.02}
"""How often each link stands in compounds of Dutch, roughly."""

# prefixes, particles of verbs, and words that are pieces of others far more often than parts
NEVER_FIRST = frozenset(
    """
aaneen aar aat achter achterna achterover achteruit ad ant are art at ban bar bed beg beha
beneden bes best beste bet bib bid bief bijeen bloot bov boven buit buiten cha che com con cor
cul cult den der des dia dicht dis dol dom dooreen dra dro eer eerst eigens eind el elk em ene
ere eren ers es et far fin fok gek gel ges gesp gis gol gra haar han heen heid hele her heraan
herin herop hor ineen ins int inter isol kar ken kin klaar klim kol kor langs lig lit lol los
lus mar maxi mede meta min mini mis mon mor mot nar neder neer nep nor ode oer ol omhoog omlaag
omver onderen ont opeen open opp opper oprecht opt ora ord ork oud oude pal par para peri pol
por pre pro prof pseudo pui quasi rap ras re red rei rel ren res rom rond ruste samen san sar
schoor semi sen ser sta ste straks tal tam tegemoet tegens tekort tel teniet terecht terug tes
teweeg tezamen thans tin toe tor tra trans tri tus uiteen ure uwe vast vele ven ver verg vers
vod voorbij voorop voort vooruit vor wan want war ware weder wei wig wis zat zil zin zul
""".split()
)
# suffixes, endings of verbs and the like
NEVER_LAST = frozenset(
    """
aal aam aans aar aard aars aat achten achtig achtige achtigheid age ages ale ame ane anen ant
ante antes antie ants aren ark asters baar baarheid baarst baarste bare bel bend bende bouwt
bracht brak brengt den dende der derde deren des dij ding dingen dom domen dommen echt eer eerd
eerde eerder eert eindt ekte ele elen els end ende enden ene ens ent ente era erbij ere eren
eres erij erin erk erop ers ert ervan esse essen etten eur evens face geeft gelegenheid gelen
gelijk gelijke gen gende genees gers gevend gevende ging grafen grafie heden heid heids houd
houdend houdt ie iek ien ier ieren iers iet ige iger igheid ijen ijk ijn ine ing ingen isch isme
ist isten ister kelen ken kend kende kent kers king kingen krijgt kundig lag lak lat leeft legde
legt lei leiden leis len lende let lette lig lijk lijke lijkheid lijks ling lingen logen logisch
loog loos loosheid loze lozer luiten matig matige matigheid mende mer meren neemt nemend nemende
nemer neming nemingen nen nende neren netje netjes nis nissen one oneel onen oord oordt ore oren
ors pel peling pels pen pend pende peren pers ping pje rade rapen ras ree ren rend rende rij
rijen rijke rijker rijkheid ring ringen rokken schap schapen schappelijk schappelijke schappen
schaps schapt sel sels sen sende ser seren spreekt stal ste stel stelde stelt stemt sten stens
ster steren sters stes stige sting taan taander taanders tal tallen teel teit telen telijk telt
tend tende teren tering ters tes tie tief tien ties tieven tig ting tingen tje tjes tor tuur
uiten uitend ven vende vens vig volle vrije waarts wen went werkt werkte wijs wijze wijzer woont
zaam zaamheid zame zeg zegen zen zende zeren ziet zig
""".split()
)
MORE = listed("more_parts_nl")
"""Words of policy, which no list of Dutch has often enough: they may be parts as well."""

Split = tuple[str, str, str]
"""First part, letters between, last part."""


def lexicon(path: Path) -> set[str]:
    """The words of a list, folded, without names and what has signs in it."""
    written = path.read_text(encoding="utf-8").split()
    return {fold(w) for w in written if w.isalpha() and w[0].islower() and len(w) > 2} | MORE


def splits(word: str, firsts: set[str], lasts: set[str]) -> Iterator[Split]:
    """Every way to split a word in two."""
    for at in range(3, len(word) - 2):
        if word[at:] in lasts:
            for link in LINKS:
                first = word[:at].removesuffix(link)
                if word[:at].endswith(link) and first in firsts:
                    yield first, link, word[at:]


class Counts:
    """How often each word is a first and a last part, and what links it."""

    def __init__(self) -> None:
        self.first: Counter[str] = Counter()
        self.last: Counter[str] = Counter()
        self.linked: Counter[tuple[str, str]] = Counter()

    def add(self, split: Split, share: float = 1.0) -> None:
        """Count a split."""
        first, link, last = split
        self.first[first] += share  # type: ignore[assignment]
        self.last[last] += share  # type: ignore[assignment]
        self.linked[first, link] += share  # type: ignore[assignment]

    def cost(self, split: Split, total: float) -> float:
        """How surprising a split is: minus the logarithm of its chance."""
        first, link, last = split
        seen = self.first[first]
        linked = (self.linked[first, link] + 2 * COMMON[link]) / (seen + 2)
        return -log((seen + 0.1) / total) - log((self.last[last] + 0.1) / total) - log(linked)


def trained(words: set[str]) -> Counts:
    """The counts after some rounds of choosing the best split of each word by the last counts."""
    stop = listed("stop_nl") - MORE
    usable = words - stop
    genitives = _genitives(usable)
    firsts, lasts = usable - NEVER_FIRST - genitives, usable - NEVER_LAST
    ways = [list(splits(word, firsts, lasts)) for word in words if len(word) >= SHORTEST]
    ways = [each for each in ways if each]
    counts = Counts()
    for each in ways:
        for split in each:
            counts.add(split, 1 / len(each))
    for _ in range(ROUNDS):
        total = sum(counts.first.values())
        following = Counts()
        for each in ways:
            cost, best = min((counts.cost(split, total), split) for split in each)
            if cost <= DEAREST:
                following.add(best)
        counts = following
    return counts


def _genitives(words: set[str]) -> set[str]:
    """Words such as `rijks`, which in a compound are `rijk` with a link."""
    last = Counter(word[at:] for word in words for at in range(3, len(word) - 2))
    longer = (word for word in words if word.endswith("s") and len(word) > 4)
    return {w for w in longer if w[:-1] in words and last[w[:-1]] >= last[w]}


def lines(counts: Counts) -> Iterator[str]:
    """A line for each part: how often it is the first and the last, and what links it."""
    known = set(counts.first) | set(counts.last)
    for part in sorted(known, key=lambda part: (-counts.first[part] - counts.last[part], part)):
        first, last = counts.first[part], counts.last[part]
        if max(first, last) < FEWEST:
            continue
        usual = [link for link in LINKS if counts.linked[part, link] > USUAL * first]
        yield " ".join(
            [part, str(round(first)), str(round(last)), *(link or "-" for link in usual)]
        )


def main() -> None:
    """Print the parts."""
    print("\n".join(lines(trained(lexicon(Path(sys.argv[1]))))))


if __name__ == "__main__":
    main()
