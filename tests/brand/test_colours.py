"""A colour is taken only where text can be read, and the nearest one that can is offered."""

import itertools
import re
from pathlib import Path

import pytest

from forum.base.errors import Invalid
from forum.brand.actions import check_accent
from forum.brand.colours import (
    DARK_GROUNDS,
    DARK_INK,
    ENOUGH,
    LIGHT_GROUNDS,
    LIGHT_INK,
    contrast,
    dark_shades,
    least_contrast,
    light_shades,
    nearest_readable,
    read_colour,
)

EVERY = ["#" + "".join(parts) for parts in itertools.product(("00", "40", "80", "c0", "ff"), repeat=3)]

TOKENS = Path(__file__).parents[2] / "forum" / "web" / "static" / "css" / "tokens.css"


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == 1
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_grounds_are_those_of_the_tokens() -> None:
    css = TOKENS.read_text("utf-8")
    pairs = {name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", css)}
    assert [pairs[name][0] for name in ("surface", "paper", "sunk")] == list(LIGHT_GROUNDS)
    assert [pairs[name][1] for name in ("surface", "paper", "sunk")] == list(DARK_GROUNDS)
    assert pairs["accent-ink"] == (LIGHT_INK, DARK_INK)
    assert least_contrast(pairs["accent"][0]) >= ENOUGH


@pytest.mark.parametrize("colour", EVERY)
def test_every_colour_becomes_one_that_can_be_read(colour: str) -> None:
    shade = nearest_readable(colour)
    assert least_contrast(shade) >= ENOUGH
    if least_contrast(colour) >= ENOUGH:
        assert shade == colour, "what can be read is left alone"
    light, dark = light_shades(shade), dark_shades(shade)
    for made, grounds in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
        assert min(contrast(made.accent, ground) for ground in (*grounds, made.ground)) >= ENOUGH
        assert min(contrast(made.ink, each) for each in (made.accent, made.press)) >= ENOUGH


def test_the_offer_is_near() -> None:
    with pytest.raises(Invalid) as refused:
        check_accent("#2f9eff")
    sentence = str(refused.value.errors["accent"])
    offered = re.findall("#[0-9a-f]{6}", sentence)[0]
    assert check_accent(offered) == offered
    assert ENOUGH <= least_contrast(offered) < ENOUGH + 0.1


@pytest.mark.parametrize(
    "text, kept",
    [
        (" #1D4ED8 ", "#1d4ed8"), ("1d4ed8", "#1d4ed8"), ("#06c", "#0066cc"), ("", None), ("red", None), ("#12345", None),
        ("#1234567", None), ("#gggggg", None), ("url(x)", None), ("#1d4ed8;}", None), ("#１２３４５６", None),
    ],
)  # fmt: skip
def test_what_is_a_colour(text: str, kept: str | None) -> None:
    assert read_colour(text) == kept
