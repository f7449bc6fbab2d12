"""A logo as it is kept: drawn anew from what was sent, small, and of a kind that cannot hold a program."""

import io
import struct
import zlib
from dataclasses import dataclass

from forum.base.errors import Invalid
from forum.base.words import Sentence, say

#: What comes in; a logo of a hundred thousand bytes is a large one.
MOST_BYTES = 500_000
MOST_PIXELS = 8_000_000

#: It stands 32 pixels high in the bar; screens show up to three for one.
LARGEST = (480, 96)

#: A drawing smaller than this stays as it is; beyond it, it was a photograph.
PLAIN_BYTES = 60_000

FORMATS = ("PNG", "JPEG", "WEBP")

NOT_A_PICTURE = say("This is not a picture we can read. Send a PNG, JPEG or WebP file.")
TOO_LARGE = say("This picture is too large. Send one of at most 500 kB and 8 million pixels.")

#: What a reader of pictures may stumble over in a file that was made to make it stumble.
BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, KeyError, OverflowError, MemoryError,
    struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Logo:
    content: bytes
    mimetype: str


def draw_logo(sent: bytes) -> Logo:
    """The picture drawn anew, with nothing in it but what is seen; raises Invalid for what is none, or too large."""
    from PIL import Image, ImageOps

    if len(sent) > MOST_BYTES:
        raise _wrong(TOO_LARGE)
    try:
        with Image.open(io.BytesIO(sent), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise _wrong(TOO_LARGE)
            if picture.format == "JPEG":
                picture.draft("RGB", LARGEST)
            drawn = ImageOps.exif_transpose(picture).convert("RGBA")
    except Image.DecompressionBombError as bomb:
        raise _wrong(TOO_LARGE) from bomb
    except BROKEN as broken:
        raise _wrong(NOT_A_PICTURE) from broken
    drawn.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    clean = Image.new("RGBA", drawn.size)
    clean.paste(drawn)
    kept = io.BytesIO()
    clean.save(kept, "PNG", optimize=True)
    if kept.tell() <= PLAIN_BYTES:
        return Logo(kept.getvalue(), "image/png")
    kept = io.BytesIO()
    clean.save(kept, "WEBP", quality=85, method=4)
    return Logo(kept.getvalue(), "image/webp")


def _wrong(sentence: Sentence) -> Invalid:
    return Invalid({"logo": sentence})
