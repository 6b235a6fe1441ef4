"""Which items of two sequences correspond: the base of every diff and merge.

Items that occur once on both sides anchor the alignment (patience); what lies between anchors goes
through Myers' shortest edit script; what would cost too much there is compared place by place. All
limits count steps, never time, so the same input gives the same answer on every machine.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence

from wiki.domain.content.effort import Effort

Match = tuple[int, int, int]
"""Where it starts in the old sequence, where in the new one, and how many items are equal."""

Step = tuple[bool, int, int, int, int]
"""Whether it is equal, and its start and end in the old and in the new sequence."""

_MOST_EDITS = 400
_MOST_STEPS = 300_000


def matches(
    old: Sequence[Hashable], new: Sequence[Hashable], effort: Effort | None = None
) -> list[Match]:
    """Runs of equal items, in order, none overlapping and none touching on both sides.

    The steps of the search are taken from `effort`, if it is given.
    """
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(item, len(numbers)) for item in old]
    b = [numbers.setdefault(item, len(numbers)) for item in new]
    return _join(_Aligner(a, b, effort or Effort()).run())


def changes(
    old: Sequence[Hashable], new: Sequence[Hashable], effort: Effort | None = None
) -> list[tuple[bool, int, int, int, int]]:
    """The whole of both sequences as steps (equal, old start, old end, new start, new end)."""
    steps: list[tuple[bool, int, int, int, int]] = []
    i = j = 0
    for at, there, size in matches(old, new, effort):
        if i < at or j < there:
            steps.append((False, i, at, j, there))
        steps.append((True, at, at + size, there, there + size))
        i, j = at + size, there + size
    if i < len(old) or j < len(new):
        steps.append((False, i, len(old), j, len(new)))
    return steps


def outer(steps: Sequence[Step]) -> list[Step]:
    """The first and the last step where they are equal, and all between as one change."""
    head, tail = int(steps[0][0]), len(steps) - int(steps[-1][0])
    inner = steps[head:tail]
    middle = (False, inner[0][1], inner[-1][2], inner[0][3], inner[-1][4])
    return [*steps[:head], middle, *steps[tail:]]


def _join(runs: list[Match]) -> list[Match]:
    runs.sort()
    joined: list[Match] = []
    for at, there, size in runs:
        if joined:
            before, beside, length = joined[-1]
            if before + length == at and beside + length == there:
                joined[-1] = (before, beside, length + size)
                continue
        joined.append((at, there, size))
    return joined


class _Aligner:
    """One alignment: regions still to do on a stack, a budget of steps for all of them."""

    def __init__(self, a: list[int], b: list[int], effort: Effort) -> None:
        self.a = a
        self.b = b
        self.effort = effort
        self.budget = min(_MOST_STEPS, effort.steps) + len(a) + len(b)
        self.found: list[Match] = []
        self.todo = [(0, len(a), 0, len(b))]

    def run(self) -> list[Match]:
        before = self.budget
        while self.todo:
            self._region(*self.todo.pop())
        beyond = before - self.budget - len(self.a) - len(self.b)
        self.effort.steps -= max(0, beyond)
        return self.found

    def _region(self, low: int, high: int, left: int, right: int) -> None:
        low, left = self._trim_start(low, high, left, right)
        high, right = self._trim_end(low, high, left, right)
        if low == high or left == right:
            return
        self.budget -= high - low + right - left
        if self.budget < 0:
            self._by_place(low, high, left, right)
            return
        anchors = self._anchors(low, high, left, right)
        if anchors:
            self._split(anchors, low, high, left, right)
        elif not self._myers(low, high, left, right):
            self._by_place(low, high, left, right)

    def _trim_start(self, low: int, high: int, left: int, right: int) -> tuple[int, int]:
        a, b, start = self.a, self.b, low
        while low < high and left < right and a[low] == b[left]:
            low += 1
            left += 1
        if low > start:
            self.found.append((start, left - (low - start), low - start))
        return low, left

    def _trim_end(self, low: int, high: int, left: int, right: int) -> tuple[int, int]:
        a, b, end = self.a, self.b, high
        while low < high and left < right and a[high - 1] == b[right - 1]:
            high -= 1
            right -= 1
        if high < end:
            self.found.append((high, right, end - high))
        return high, right

    def _anchors(self, low: int, high: int, left: int, right: int) -> list[tuple[int, int]]:
        """Pairs of items that occur once on each side, as the longest rising sequence of them."""
        here = _once(self.a, low, high)
        if not here:
            return []
        there = _once(self.b, left, right)
        pairs = [(at, there[item]) for item, at in here.items() if item in there]
        return _rising(pairs)

    def _split(
        self, anchors: list[tuple[int, int]], low: int, high: int, left: int, right: int
    ) -> None:
        for at, beside in anchors:
            self.found.append((at, beside, 1))
            self.todo.append((low, at, left, beside))
            low, left = at + 1, beside + 1
        self.todo.append((low, high, left, right))

    def _myers(self, low: int, high: int, left: int, right: int) -> bool:
        """Find the shortest edit script of a region; False if it takes more steps than are left.

        The greedy algorithm of Myers, "An O(ND) Difference Algorithm and Its Variations", 1986.
        """
        a, b = self.a, self.b
        n, m = high - low, right - left
        most = min(n + m, _MOST_EDITS)
        middle = most + 1
        reach = [0] * (2 * most + 3)
        trace: list[list[int]] = []
        steps = 0
        for edits in range(most + 1):
            trace.append(reach[middle - edits - 1 : middle + edits + 2])
            first = -edits if edits <= m else edits - 2 * m
            last = edits if edits <= n else 2 * n - edits
            for k in range(first, last + 1, 2):
                below, above = reach[middle + k - 1], reach[middle + k + 1]
                x = above if k == -edits or (k != edits and below < above) else below + 1
                start, y = x, x - k
                while x < n and y < m and a[low + x] == b[left + y]:
                    x += 1
                    y += 1
                steps += x - start + 1
                reach[middle + k] = x
                if x >= n and y >= m:
                    self.budget -= steps
                    self._walk_back(trace, low, left, n, m)
                    return True
            if steps > self.budget:
                break
        self.budget -= steps
        return False

    def _walk_back(self, trace: list[list[int]], low: int, left: int, n: int, m: int) -> None:
        x, y = n, m
        for edits in range(len(trace) - 1, -1, -1):
            reach, k = trace[edits], x - y
            place = edits + 1 + k
            down = k == -edits or (k != edits and reach[place - 1] < reach[place + 1])
            from_x = (reach[place + 1] if down else reach[place - 1]) if edits else 0
            from_y = (from_x - (k + 1 if down else k - 1)) if edits else 0
            start = from_x if down or not edits else from_x + 1
            if x > start:
                self.found.append((low + start, left + start - k, x - start))
            x, y = from_x, from_y

    def _by_place(self, low: int, high: int, left: int, right: int) -> None:
        """The cheapest honest answer: items equal at the same distance from the start."""
        a, b = self.a, self.b
        for at in range(min(high - low, right - left)):
            if a[low + at] == b[left + at]:
                self.found.append((low + at, left + at, 1))


def _once(items: list[int], start: int, end: int) -> dict[int, int]:
    """The items that occur exactly once in a region, with their place, in order."""
    seen: dict[int, int] = {}
    for at in range(start, end):
        item = items[at]
        seen[item] = -1 if item in seen else at
    return {item: at for item, at in seen.items() if at >= 0}


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Find the longest subsequence of pairs whose second rises too, by patience sorting.

    Fredman, "On computing the length of longest increasing subsequences", 1975.
    """
    ends: list[int] = []
    tops: list[int] = []
    before: list[int] = []
    for number, (_, second) in enumerate(pairs):
        pile = bisect_left(ends, second)
        before.append(tops[pile - 1] if pile else -1)
        if pile == len(ends):
            ends.append(second)
            tops.append(number)
        else:
            ends[pile] = second
            tops[pile] = number
    chosen = []
    at = tops[-1] if tops else -1
    while at >= 0:
        chosen.append(pairs[at])
        at = before[at]
    return chosen[::-1]
