"""Portraits and emblems: whatever picture somebody sends becomes a small one of our own making.

Nothing of the file that was sent is kept: not its bytes (so nothing hides in them), not where and
with what it was taken.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wiki.domain.errors import Refused, TooLarge

if TYPE_CHECKING:
    from PIL.Image import Image

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIDE = 256
"""Pixels."""
MOST_BYTES = 8_000_000
MOST_PIXELS = 100_000_000
MOST_PIXELS_WHOLE = 25_000_000
"""For formats that have to be unpacked whole; of a JPEG a smaller one can be read."""
WIDEST = 1600
"""Pixels: how wide a picture of another site is sent at most."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
SCALED = frozenset({".jpg", ".jpeg", ".png", ".webp"})
"""Names of pictures that are written anew, and made smaller."""
_SENT = ("JPEG", "PNG", "WEBP")
_TRACES = ("exif", "xmp", "comment", "photoshop", "Raw profile type exif", "XML:com.adobe.xmp")
_ORIENTATION = 0x0112


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


def without_traces(data: bytes) -> bytes:
    """A picture without what cameras and programs wrote into it: place, device, words.

    It stands upright afterwards. What is no picture stays as it is. Raises TooLarge
    (`picture_pixels`), Refused (`picture_broken`).
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=_SENT) as sent:
            width, height = sent.size
            if width * height * getattr(sent, "n_frames", 1) > MOST_PIXELS_WHOLE * 2:
                raise TooLarge("picture_pixels", most=MOST_PIXELS_WHOLE * 2 // 1_000_000)
            if sent.format == "WEBP" and not sent.info.keys() & set(_TRACES):
                return data
            return _anew(sent)
    except UnidentifiedImageError:
        return data
    except TooLarge:
        raise
    except Exception as error:
        # A damaged picture makes the library raise errors of every kind.
        raise Refused("picture_broken") from error


def _anew(sent: Picture) -> bytes:
    """The same picture, written by us."""
    from PIL import ImageOps

    kind = "JPEG" if sent.format == "MPO" else sent.format or "PNG"
    said: dict[str, Any] = {"icc_profile": sent.info.get("icc_profile")}
    is_turned = sent.getexif().get(_ORIENTATION, 1) != 1
    if kind == "JPEG":
        said |= {"quality": "keep" if sent.format == "JPEG" and not is_turned else 92}
    elif getattr(sent, "n_frames", 1) > 1:
        said |= {"save_all": True}
    if kind == "WEBP":
        said |= {"quality": 90, "method": 4}
    picture = ImageOps.exif_transpose(sent) if is_turned else sent
    for name in _TRACES:
        picture.info.pop(name, None)
    out = io.BytesIO()
    picture.save(out, kind, exif=b"", **said)
    return out.getvalue()


def foreign(data: bytes) -> bytes:
    """A picture of another site as one that we send: a WebP of our making, or a GIF.

    Raises TooLarge (`picture_pixels`), Refused (`picture_broken`).
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as sent:
            width, height = sent.size
            most = MOST_PIXELS if sent.format == "JPEG" else MOST_PIXELS_WHOLE
            if width * height > most:
                raise TooLarge("picture_pixels", most=most // 1_000_000)
            if sent.format == "GIF":
                # It may move, so its bytes stay as they are; that it is one, its first moment says.
                sent.load()
                return data
            sent.draft("RGB", (2 * WIDEST, 2 * WIDEST))
            return _small(ImageOps.exif_transpose(sent), WIDEST)
    except TooLarge:
        raise
    except Exception as error:
        # A damaged picture makes the library raise errors of every kind.
        raise Refused("picture_broken") from error


def type_of(data: bytes) -> str:
    """The type of what `foreign` gave."""
    return "image/gif" if data.startswith(b"GIF8") else "image/webp"


def narrow(data: bytes, wide: int) -> bytes | None:
    """A smaller WebP of a picture, at most so many pixels wide; None if it is no larger, or none.

    Of one that moves: its first moment.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data), formats=_SENT) as sent:
            width, height = sent.size
            most = MOST_PIXELS if sent.format == "JPEG" else MOST_PIXELS_WHOLE * 2
            if width <= wide or width * height > most:
                return None
            sent.draft("RGB", (2 * wide, 2 * wide))
            return _small(ImageOps.exif_transpose(sent), wide)
    except Exception:
        # A damaged picture makes the library raise errors of every kind.
        return None


def _small(upright: Picture, wide: int) -> bytes:
    """The picture as a WebP, at most so many pixels wide."""
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    small = upright.convert("RGBA" if has_alpha else "RGB")
    small.thumbnail((wide, 4 * wide))
    out = io.BytesIO()
    small.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()
