"""Portraits and emblems: whatever picture somebody sends becomes a small one of our own making.

Nothing of the file that was sent is kept: not its bytes (so nothing hides in them), not where and
with what it was taken.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from wiki.domain.errors import Refused, TooLarge

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 256
"""Pixels."""
MOST_BYTES = 8_000_000
MOST_PIXELS = 100_000_000
MOST_PIXELS_WHOLE = 25_000_000
"""For formats that have to be unpacked whole; of a JPEG a smaller one can be read."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def portrait(data: bytes) -> bytes:
    """The middle of a picture as a square WebP.

    Raises TooLarge (`picture_large`), Refused (`picture_wrong`: no JPEG, PNG, WebP or GIF).
    """
    return _remade(data, _square)


def emblem(data: bytes) -> bytes:
    """A picture as a square PNG that keeps what is see-through; none of it is cut off.

    Raises TooLarge, Refused, as `portrait` does.
    """
    return _remade(data, _whole)


def _square(upright: Image) -> bytes:
    from PIL import Image, ImageOps

    square = ImageOps.fit(upright, (SIDE, SIDE))
    plain = Image.new("RGB", square.size, "white")
    plain.paste(square, mask=square)
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _whole(upright: Image) -> bytes:
    from PIL import ImageOps

    out = io.BytesIO()
    ImageOps.pad(upright, (SIDE, SIDE), color=(0, 0, 0, 0)).save(out, "PNG", optimize=True)
    return out.getvalue()


def _remade(data: bytes, make: Callable[[Image], bytes]) -> bytes:
    # Loaded here: a process that takes no picture need not hold the library.
    from PIL import Image, ImageOps

    if len(data) > MOST_BYTES:
        raise TooLarge("picture_large", most=MOST_BYTES)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as sent:
            width, height = sent.size
            most = MOST_PIXELS if sent.format == "JPEG" else MOST_PIXELS_WHOLE
            if width * height > most:
                raise TooLarge("picture_large", most=MOST_BYTES)
            sent.draft("RGB", (2 * SIDE, 2 * SIDE))
            return make(ImageOps.exif_transpose(sent).convert("RGBA"))
    except TooLarge:
        raise
    except Exception as error:
        # A damaged picture makes the library raise errors of every kind.
        raise Refused("picture_wrong") from error
