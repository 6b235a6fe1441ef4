"""Snowball stemmers (https://snowballstem.org, after Porter 1980), safe between threads.

A stemmer keeps the word it works on in itself, so one lock guards each; callers cache stems.
"""

from __future__ import annotations

from threading import Lock

import snowballstemmer


class Stemmer:
    """The Snowball stemmer of this name."""

    def __init__(self, algorithm: str) -> None:
        self._stemmer = snowballstemmer.stemmer(algorithm)
        self._lock = Lock()

    def stem(self, word: str) -> str:
        """The stem of a folded word."""
        with self._lock:
            stemmed: str = self._stemmer.stemWord(word)
        return stemmed
