"""Text that behaves like prose: many rare words, a few frequent ones, real stems among them."""

from __future__ import annotations

import itertools
import random

POLICY = (
    "beleid bestuur burger gemeente overheid samenleving participatie vraagstuk gesprek zorg "
    "welzijn wonen wijk buurt corporatie vertrouwen verantwoordelijkheid ruimte systeem "
    "leefwereld instelling samenwerking keten vernieuwing beweging initiatief professional "
    "bewoner besluit regel opgave"
).split()
COMMON = (
    "de van het een en in is dat op te zijn voor met die niet aan er om ook als maar dan wat nog "
    "bij door over uit naar wel of worden tot meer zo al hebben kan geen deze heeft ons onze zij "
    "wij je"
).split()
ONSETS = "b br d dr f g gr h j k kl kr l m n p pl r s sch sl sp st str t tr v w z zw".split()
VOWELS = "a aa e ee i ie o oe oo u uu ij ei ui ou eu".split()
CODAS = " d f g k l m n p r s t nd nk rt st cht lf ng".split(" ")


class Prose:
    """Sentences from a vocabulary in which the n-th word is about 1/n as frequent as the first."""

    def __init__(self, random: random.Random, size: int = 30_000) -> None:
        self._random = random
        words = list(dict.fromkeys([*COMMON, *POLICY]))
        known = set(words)
        while len(words) < size:
            word = self._word()
            if word not in known:
                known.add(word)
                words.append(word)
        self.words = words
        self._weights = list(
            itertools.accumulate(1 / (rank + 2.7) ** 1.05 for rank in range(len(words)))
        )

    def _word(self) -> str:
        pick = self._random.choice
        syllables = self._random.choices((1, 2, 3), (2, 5, 3))[0]
        made = "".join(pick(ONSETS) + pick(VOWELS) + pick(CODAS) for _ in range(syllables))
        if self._random.random() < 0.15:
            made = pick(POLICY) + "s" + made
        return made

    def choose(self, count: int) -> list[str]:
        """So many words, by frequency."""
        return self._random.choices(self.words, cum_weights=self._weights, k=count)

    def paragraph(self, words: int) -> str:
        """A paragraph of about so many words, in sentences of about fifteen."""
        chosen = self.choose(max(words, 3))
        sentences = []
        at = 0
        while at < len(chosen):
            length = self._random.randint(8, 22)
            sentences.append(" ".join(chosen[at : at + length]).capitalize() + ".")
            at += length
        return " ".join(sentences)

    def title(self) -> str:
        """A few words that are not among the most frequent."""
        rank = self._random.randint(len(COMMON), 4000)
        return " ".join([self.words[rank], *self.choose(3)]).capitalize()
