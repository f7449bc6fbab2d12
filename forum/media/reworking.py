"""Decode one picture and write it anew, in a process of its own that may use only so much and is thrown away.

    python -m forum.media.reworking RAW PICTURE SMALL

Nothing of what was uploaded is passed on but its pixels: no place, no device, no comment, nothing behind the end.
Ends with 0 when both files are written, with UNREADABLE when this is no picture.
"""

import resource
import sys
import warnings
from pathlib import Path

UNREADABLE = 3

#: A decoded picture at the cap and its copies; the rest of the machine is not ours.
MOST_MEMORY = 1_536 * 1024**2
MOST_SECONDS = 25

#: Measured as the best for its time: half a photograph's bytes, no difference one sees.
QUALITY = 80
METHOD = 4


def rework(raw: Path, picture: Path, small: Path) -> None:
    """Write the picture and its small copy; raises whatever the decoder does."""
    from PIL import Image, ImageOps

    from forum.media.looking import FORMATS, LONGEST_SIDE, MOST_PIXELS, SMALL_SIDE, fit

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(raw, formats=FORMATS) as source:
        if source.width * source.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        # JPEG can be decoded at a half or a quarter: much less to do, and still larger than what is shown.
        source.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
        source.load()
        shown = ImageOps.exif_transpose(source)
    has_alpha = "A" in shown.getbands() or "transparency" in shown.info
    shown = shown.convert("RGBA" if has_alpha else "RGB")
    for target, longest in ((picture, LONGEST_SIDE), (small, SMALL_SIDE)):
        size = fit(shown.width, shown.height, longest)
        if (size.width, size.height) != shown.size:
            shown = shown.resize((size.width, size.height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        clean = Image.frombytes(shown.mode, shown.size, shown.tobytes())
        clean.save(target, "WEBP", quality=QUALITY, method=METHOD)


def main(raw: str, picture: str, small: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        rework(Path(raw), Path(picture), Path(small))
    except OSError as error:
        # Of the disk, not of the picture: somebody else must look, and it is tried again.
        if error.errno is not None:
            raise
        return UNREADABLE
    except Exception:
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
