"""One answer for all who ask the same at once (request coalescing, as Go's singleflight has it)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Coalesced(Generic[T]):
    """A question that threads may ask at the same time: an answer serves all who came before it.

    What one gets was asked after one came, so nobody is told what was true only earlier; an answer
    under way is therefore waited for, and the next one serves all who did so. An error is raised
    for all of them.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._begun = 0
        self._ended = 0
        self._answer: T | None = None
        self._error: Exception | None = None

    def __call__(self) -> T:
        """The answer to a question that was not asked before this call."""
        with self._counting:
            wanted = self._begun + 1
        with self._turn:
            if self._ended < wanted:
                self._run()
            if self._error is not None:
                raise self._error
            return self._answer  # type: ignore[return-value]

    def _run(self) -> None:
        with self._counting:
            self._begun += 1
        self._answer = self._error = None
        try:
            self._answer = self._ask()
        except Exception as error:
            self._error = error
        self._ended = self._begun
