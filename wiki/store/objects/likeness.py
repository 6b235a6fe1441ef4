"""What two runs of bytes begin and end with: halves are compared, so each byte about twice."""

from __future__ import annotations


def common_start(left: bytes, right: bytes, most: int) -> int:
    """Count the bytes, `most` of them, with which both begin."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def common_end(left: bytes, right: bytes, most: int) -> int:
    """Count the bytes, `most` of them, with which both end."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        mine = left[len(left) - middle : len(left) - low]
        if mine == right[len(right) - middle : len(right) - low]:
            low = middle
        else:
            high = middle - 1
    return low
