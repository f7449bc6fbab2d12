"""What a file says of itself, read from its head alone: whether it is a picture we take, and how large it will be."""

import io
import warnings
from dataclasses import dataclass

from forum.base.errors import Invalid
from forum.base.words import Sentence, say

#: A telephone's photograph at its best has six; more is no picture for a forum.
MOST_BYTES = 8 * 1024 * 1024

#: Decoded, this is 160 MB; the newest telephones take 12 to 24 million unless told otherwise.
MOST_PIXELS = 40_000_000

#: What is shown is never larger; it fills the widest column twice over.
LONGEST_SIDE = 1_600
SMALL_SIDE = 320

#: What Pillow may try; anything else it knows is more to attack than to gain.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")

#: The ways to lie on the side that an orientation in EXIF means.
SIDEWAYS = frozenset((5, 6, 7, 8))
ORIENTATION = 0x0112

NO_FILE = say("Choose a picture first.")
NO_PICTURE = say("This picture cannot be shown. Use JPEG, PNG, WebP or GIF.")
TOO_HEAVY = say("This picture is larger than %(most)d MB. Make it smaller and try again.", most=MOST_BYTES // 1024**2)
TOO_WIDE = say("This picture has more than %(most)d million pixels. Make it smaller.", most=MOST_PIXELS // 1_000_000)


@dataclass(frozen=True)
class Size:
    width: int
    height: int


def look(raw: bytes) -> Size:
    """The size at which it will be shown; raises Invalid, in words for the uploader, for what we do not take."""
    if not raw:
        raise refused(NO_FILE)
    if len(raw) > MOST_BYTES:
        raise refused(TOO_HEAVY)
    # Most processes never see a picture, and this costs six megabytes.
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
                width, height = picture.size
                turned = picture.format == "JPEG" and picture.getexif().get(ORIENTATION) in SIDEWAYS
    except Image.DecompressionBombError as bomb:
        raise refused(TOO_WIDE) from bomb
    except Exception as unreadable:
        # A damaged head makes the reader raise almost anything; it all means the same to the person.
        raise refused(NO_PICTURE) from unreadable
    if width < 1 or height < 1:
        raise refused(NO_PICTURE)
    if width * height > MOST_PIXELS:
        raise refused(TOO_WIDE)
    return fit(height, width) if turned else fit(width, height)


def fit(width: int, height: int, longest: int = LONGEST_SIDE) -> Size:
    """The size within the longest side, never enlarged."""
    most = max(width, height)
    if most <= longest:
        return Size(width, height)
    return Size(max(1, round(width * longest / most)), max(1, round(height * longest / most)))


def refused(why: Sentence) -> Invalid:
    return Invalid({"picture": why})
