"""Whether a colour can be read where our pages use it, the nearest one that can, and what goes with it."""

import colorsys
import re
from collections.abc import Callable
from dataclasses import dataclass

#: Text has to stand out so far (WCAG 2.2, 1.4.3).
ENOUGH = 4.5

#: In the dark our own colours stand out more than they must; another accent should not look dull beside them.
PLENTY = 7.0

#: What the accent is written on, and what is written on it, as in static/css/tokens.css.
LIGHT_GROUNDS = ("#ffffff", "#fbfaf6", "#f1efe8")
DARK_GROUNDS = ("#172027", "#10171c", "#0b1115")
LIGHT_INK, DARK_INK = "#ffffff", "#06262b"

#: How much of the accent is in the ground of what is chosen.
LIGHT_TINT, DARK_TINT = 0.12, 0.18

#: A step of lightness nobody sees.
STEP = 0.004

_HEX = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Shades:
    """What one accent becomes in light or in the dark."""

    accent: str
    ink: str
    ground: str
    press: str


def read_colour(text: str) -> str | None:
    """The colour as we keep it, or None for what is none."""
    given = text.strip().lower()
    given = given if given.startswith("#") else f"#{given}"
    if len(given) == 4:
        given = "#" + "".join(letter * 2 for letter in given[1:])
    return given if _HEX.fullmatch(given) else None


def contrast(one: str, other: str) -> float:
    """1 (the same) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(accent: str) -> float:
    """The worst place for this accent on our light pages: as a link, as a button, on the ground of what is chosen."""
    grounds = (*LIGHT_GROUNDS, LIGHT_INK, _mix(accent, "#ffffff", LIGHT_TINT))
    return min(contrast(accent, ground) for ground in grounds)


def nearest_readable(accent: str) -> str:
    """The same hue, only as much darker as it must be to be read everywhere."""
    return _until(accent, -STEP, lambda shade: least_contrast(shade) >= ENOUGH)


def light_shades(accent: str) -> Shades:
    return Shades(accent, LIGHT_INK, _mix(accent, "#ffffff", LIGHT_TINT), _mix(accent, "#000000", 0.8))


def dark_shades(accent: str) -> Shades:
    """The accent for dark pages: the same hue, as light as it must be."""
    shade = _until(accent, STEP, _is_plenty_in_the_dark)
    return Shades(shade, DARK_INK, _mix(shade, DARK_GROUNDS[0], DARK_TINT), _mix(shade, "#ffffff", 0.7))


def _is_plenty_in_the_dark(shade: str) -> bool:
    grounds = (*DARK_GROUNDS, DARK_INK)
    tint = _mix(shade, DARK_GROUNDS[0], DARK_TINT)
    return min(contrast(shade, ground) for ground in grounds) >= PLENTY and contrast(shade, tint) >= ENOUGH


def _until(colour: str, step: float, is_good: Callable[[str], bool]) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _parts(colour)))
    shade = colour
    while not is_good(shade) and (lightness < 1 if step > 0 else lightness > 0):
        lightness = min(1.0, max(0.0, lightness + step))
        shade = _hex(*(part * 255 for part in colorsys.hls_to_rgb(hue, lightness, saturation)))
    return shade


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(_parts(one), _parts(other), strict=True)
    return _hex(*(mine * share + theirs * (1 - share) for mine, theirs in pairs))


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(*parts: float) -> str:
    return "#" + "".join(f"{min(255, max(0, round(part))):02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
