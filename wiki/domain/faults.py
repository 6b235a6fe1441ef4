"""Faults of the machine as the domain knows them: a disk that is full, read-only or failing."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping

from wiki.domain.errors import Unavailable, WikiError

DISK: Mapping[int, str] = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EROFS: "disk_readonly",
    errno.EIO: "disk_failing",
}


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what caused it, what caused that, and so on; each once."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def of_disk(error: BaseException) -> Unavailable | None:
    """Give the failure as readers are told it, if the disk is at its root; None if it is not.

    A WikiError on the way was raised on purpose: what it covers is no longer a fault.
    """
    for one in chain(error):
        if isinstance(one, WikiError):
            return None
        code = DISK.get(one.errno or 0) if isinstance(one, OSError) else None
        if code:
            return Unavailable(code)
    return None
