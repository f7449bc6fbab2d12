"""A logo is drawn anew: what is not seen in it is gone, and what is none is refused in time."""

import io
import random
import struct
import time
import zlib

import pytest
from PIL import Image

from forum.base.errors import Invalid
from forum.brand.pictures import LARGEST, MOST_BYTES, draw_logo


def picture(kind: str, size: tuple[int, int] = (600, 200), **more: object) -> bytes:
    kept = io.BytesIO()
    image = Image.new("RGB" if kind == "JPEG" else "RGBA", size, "teal")
    image.save(kept, kind, **more)
    return kept.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_made_small_and_bare(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home in Ostia"
    sent = picture(kind, exif=exif) + b"<script>alert(1)</script>"
    assert b"Ostia" in sent
    logo = draw_logo(sent)
    with Image.open(io.BytesIO(logo.content)) as drawn:
        assert drawn.size == (288, 96) and drawn.size <= LARGEST
        assert drawn.getpixel((10, 10))[:3] == pytest.approx((0, 128, 128), abs=4)
    assert b"Ostia" not in logo.content and b"script" not in logo.content
    assert logo.mimetype == "image/png"


def test_a_photograph_does_not_become_a_large_file() -> None:
    noise = Image.frombytes("RGB", (480, 96), random.Random(1).randbytes(480 * 96 * 3))
    kept = io.BytesIO()
    noise.save(kept, "PNG")
    logo = draw_logo(kept.getvalue())
    assert logo.mimetype == "image/webp" and len(logo.content) < 60_000


def bomb() -> bytes:
    """A PNG that says it is 50,000 by 50,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "sent",
    [
        b"x",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(100),
        b"%PDF-1.7 " + bytes(100),
        b"%!PS-Adobe-3.0 EPSF-3.0\n" + bytes(100),
        picture("PNG")[:200],
        picture("JPEG")[:200],
        picture("WEBP")[:60],
        picture("PNG", (3000, 3000)),
        bomb(),
        bytes(MOST_BYTES + 1),
    ],
    ids=["x", "svg", "gif", "pdf", "eps", "half png", "half jpeg", "half webp", "many pixels", "bomb", "many bytes"],
)
def test_what_is_no_logo(sent: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(Invalid):
        draw_logo(sent)
    assert time.process_time() - begun < 1


def test_no_damage_is_a_surprise() -> None:
    chance = random.Random(7)
    whole = [picture(kind) for kind in ("PNG", "JPEG", "WEBP")]
    refused = 0
    for number in range(300):
        broken = bytearray(whole[number % 3])
        for _ in range(chance.randint(1, 20)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            draw_logo(bytes(broken))
        except Invalid:
            refused += 1
    assert refused > 50
