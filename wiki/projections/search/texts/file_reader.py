"""A process of its own that reads the words in one file: from standard input to standard output.

A file may be made to be read for ever, or to fill the memory. The system ends this process when it
takes more than its share, and whoever started it goes on.
"""

from __future__ import annotations

import io
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from wiki.domain.errors import WikiError
from wiki.domain.search import docx, odt

LONGEST = 400_000
"""Characters that are read; what comes after them is not found."""
MOST_PAGES = 2_000
ENOUGH = 20
"""Seconds of processor time after which no further page is begun: what was read is kept."""
MOST_TIME = 60
"""Seconds of processor time in all: a page that takes so long has no end."""
MOST_MEMORY = 2_000_000_000

UNREADABLE = 3
"""The exit status for a file that is damaged or is not what its name says."""

_HYPHENATED = re.compile(r"(?<=\w)-\n(?=[a-zà-ÿ])")


def pdf(data: bytes) -> str:
    """The text of a PDF, page by page; none of one that is locked or holds pictures only.

    Raises what pypdf raises of a file that it cannot read.
    """
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        return ""
    read: list[str] = []
    length = failed = 0
    for number in range(min(len(reader.pages), MOST_PAGES)):
        if length > LONGEST or time.process_time() > ENOUGH:
            break
        try:
            text = reader.pages[number].extract_text()
        except MemoryError:
            raise
        except Exception:
            # One page may be damaged in a file that is whole otherwise.
            failed += 1
            continue
        read.append(_HYPHENATED.sub("", text))
        length += len(text)
    if failed and not read:
        raise ValueError
    return "\n\n".join(read)


READERS: Mapping[str, Callable[[bytes], str]] = {".pdf": pdf, ".docx": docx.whole, ".odt": odt.text}
"""How the words are read from files whose name ends so."""


def main() -> int:
    """Read the file whose kind the command line names; gives the exit status."""
    for limit, most in _limits():
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    try:
        text = READERS[sys.argv[1]](sys.stdin.buffer.read())
    except MemoryError:
        raise
    except WikiError as error:
        return 1 if error.code.endswith("_large") else UNREADABLE
    except Exception:
        return UNREADABLE
    sys.stdout.buffer.write(text.strip()[:LONGEST].encode(errors="replace"))
    return 0


def _limits() -> Iterator[tuple[int, int]]:
    yield resource.RLIMIT_CORE, 0
    yield resource.RLIMIT_CPU, MOST_TIME
    yield resource.RLIMIT_AS, MOST_MEMORY


if __name__ == "__main__":
    sys.exit(main())
