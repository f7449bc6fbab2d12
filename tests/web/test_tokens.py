"""The colours keep their promises: every pair that is read together is computed again from tokens.css."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "forum" / "web" / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text("utf-8")

TEXT, CONTROL = 4.5, 3.0
GROUNDS = ("paper", "surface", "sunk")
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "ink-2", "accent", "link", "visited") for ground in GROUNDS],
    *[(tone, ground, TEXT) for tone in ("ok", "warn", "bad", "info") for ground in GROUNDS],
    *[(tone, f"{tone}-bg", TEXT) for tone in ("accent", "ok", "warn", "bad", "info")],
    *[("ink", f"{tone}-bg", TEXT) for tone in ("accent", "ok", "warn", "bad", "info")],
    *[("ok-bg", "ok", TEXT), ("surface", "bad", TEXT)],
    *[("accent-ink", ground, TEXT) for ground in ("accent", "accent-press", "c1", "c2", "c3", "c4", "c5", "ink-2")],
    *[("control", ground, CONTROL) for ground in GROUNDS],
    *[("focus", ground, CONTROL) for ground in (*GROUNDS, "accent-bg", "ok-bg", "warn-bg", "bad-bg", "info-bg")],
    *[(f"c{number}", "surface", CONTROL) for number in range(1, 6)],
    *[(f"map-{number}-ink", f"map-{number}", TEXT) for number in range(5)],
    ("ink", "mark", TEXT),
]

#: What the direction was drawn with; a change of a token must be a decision, not a slip.
DRAWN = {
    ("ink", "paper"): (15.49, 15.30),
    ("ink-2", "surface"): (7.43, 7.96),
    ("link", "paper"): (7.35, 10.73),
    ("accent", "accent-bg"): (6.53, 6.86),
    ("visited", "surface"): (8.77, 8.03),
    ("control", "sunk"): (3.38, 4.86),
    ("ok", "ok-bg"): (5.63, 7.93),
    ("warn", "warn-bg"): (6.14, 8.41),
    ("bad", "bad-bg"): (6.20, 7.93),
    ("info", "info-bg"): (6.61, 7.67),
    ("focus", "paper"): (5.26, 10.25),
    ("ink", "mark"): (13.46, 7.33),
}


def read_tokens() -> dict[str, tuple[str, str]]:
    found = re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", TOKENS)
    return {name: (light, dark) for name, light, dark in found}


COLOURS = read_tokens()


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS, ids=lambda value: str(value))
def test_what_is_read_together_can_be_read(front: str, ground: str, least: float, theme: int) -> None:
    assert contrast(COLOURS[front][theme], COLOURS[ground][theme]) >= least


@pytest.mark.parametrize("pair", DRAWN)
def test_the_drawn_ratios_still_hold(pair: tuple[str, str]) -> None:
    for theme in (0, 1):
        ratio = contrast(COLOURS[pair[0]][theme], COLOURS[pair[1]][theme])
        assert ratio == pytest.approx(DRAWN[pair][theme], abs=0.01)


def test_old_browsers_get_the_light_colours() -> None:
    before = TOKENS.split("@supports")[0]
    plain = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", before))
    assert plain == {name: light for name, (light, _) in COLOURS.items()}


def test_components_take_their_colours_from_the_tokens() -> None:
    for path in (STATIC / "css").glob("*.css"):
        if path.name in ("tokens.css", "print.css"):
            continue
        # Masks need #000 and its clear twin: they cut shapes, they are never seen.
        used = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text("utf-8"))) - {"#000", "#0000"}
        assert not used, (path.name, used)


def test_every_token_that_is_used_exists() -> None:
    known = set(re.findall(r"--([\w-]+):", TOKENS))
    for path in (STATIC / "css").glob("*.css"):
        text = path.read_text("utf-8")
        own = set(re.findall(r"--([\w-]+):", text))
        unknown = set(re.findall(r"var\(--([\w-]+)\)", text)) - known - own
        assert not unknown, (path.name, unknown)


def test_every_highlight_colour_is_checked_on_the_code_ground() -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", (STATIC / "css" / "highlight.css").read_text("utf-8")))
    assert used
    assert used <= {front for front, ground, least in PAIRS if ground == "sunk" and least == TEXT}
