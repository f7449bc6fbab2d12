"""The pictures people of the demo show, drawn here when it is made: lamps, meters, a telephone, a plan."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from forum.media.looking import SMALL_SIDE, fit
from forum.media.reworking import METHOD, QUALITY

#: Drawn twice as large and made smaller, so that edges are smooth.
FINE = 2

#: Which bars of a display are lit for each sign.
SEVEN = {
    "0": "abcdef", "1": "bc", "2": "abdeg", "3": "abcdg", "4": "bcfg", "5": "acdfg", "6": "acdefg", "7": "abc",
    "8": "abcdefg", "9": "abcdfg", "A": "abcefg",
}  # fmt: skip

GREEN, RED, AMBER, WHITE, DARK = "#37c871", "#e0342b", "#f0b429", "#f4f7f8", "#2b333b"


def draw(name: str, picture: Path, small: Path) -> tuple[int, int]:
    """Write the picture of that name and its small copy; gives its size."""
    from PIL import Image

    size, paint = PICTURES[name]
    canvas = Canvas(size)
    paint(canvas)
    made = canvas.image.resize(size, Image.Resampling.LANCZOS)
    picture.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made.save(picture, "WEBP", quality=QUALITY, method=METHOD)
    less = fit(*size, SMALL_SIDE)
    made.resize((less.width, less.height), Image.Resampling.LANCZOS).save(small, "WEBP", quality=QUALITY)
    return size


class Canvas:
    """Shapes in the measures of the finished picture."""

    def __init__(self, size: tuple[int, int], ground: str = "#e9e4d8") -> None:
        from PIL import Image, ImageDraw

        self.image = Image.new("RGB", (size[0] * FINE, size[1] * FINE), ground)
        self._draw = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, w: float, h: float, fill: str, r: float = 0, edge: str | None = None) -> None:
        place = (x * FINE, y * FINE, (x + w) * FINE, (y + h) * FINE)
        self._draw.rounded_rectangle(place, r * FINE, fill, edge, 2 * FINE if edge else 0)

    def disc(self, x: float, y: float, r: float, fill: str) -> None:
        self._draw.ellipse(((x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE), fill)

    def line(self, points: Sequence[tuple[float, float]], fill: str, width: float) -> None:
        self._draw.line([(x * FINE, y * FINE) for x, y in points], fill, round(width * FINE), "curve")

    def arc(self, x: float, y: float, r: float, start: float, end: float, fill: str, width: float) -> None:
        place = ((x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE)
        self._draw.arc(place, start, end, fill, round(width * FINE))

    def word(self, x: float, y: float, text: str, fill: str, size: float, anchor: str = "mm") -> None:
        from PIL import ImageFont

        font: Any = ImageFont.load_default(size * FINE)
        self._draw.text((x * FINE, y * FINE), text, fill, font, anchor)

    def digits(self, x: float, y: float, text: str, fill: str, height: float) -> None:
        """Figures as a display shows them, each of seven bars."""
        w, h, t = height * 0.5, height, height * 0.1
        bars = {
            "a": (t, 0, w - 2 * t, t), "d": (t, h - t, w - 2 * t, t), "g": (t, (h - t) / 2, w - 2 * t, t),
            "f": (0, t, t, h / 2 - 1.5 * t), "b": (w - t, t, t, h / 2 - 1.5 * t),
            "e": (0, h / 2 + t / 2, t, h / 2 - 1.5 * t), "c": (w - t, h / 2 + t / 2, t, h / 2 - 1.5 * t),
        }  # fmt: skip
        for sign in text:
            if sign in ".,":
                self.box(x - t, y + h - t, t * 1.2, t * 1.2, fill)
                x += t
                continue
            for bar in SEVEN[sign]:
                bx, by, bw, bh = bars[bar]
                self.box(x + bx, y + by, bw, bh, fill, t / 3)
            x += w + 2 * t


def _lamps(power: str, pon: str, los: str, wifi: str, *, blinks: str = "") -> Callable[[Canvas], None]:
    """The front of the Box 4 on its shelf, with its four lamps; one of them may blink."""

    def paint(canvas: Canvas) -> None:
        canvas.box(0, 300, 880, 120, "#b98d5f")
        canvas.box(0, 300, 880, 8, "#a1774b")
        canvas.box(120, 318, 640, 14, "#8f6a42", 7)
        canvas.box(110, 70, 660, 250, DARK, 34)
        canvas.box(110, 70, 660, 96, "#37414a", 34)
        canvas.box(110, 120, 660, 60, "#37414a")
        canvas.word(200, 126, "Orvella", "#9fb0bb", 30)
        canvas.word(690, 126, "Box 4", "#9fb0bb", 24)
        lamps = (("Power", power), ("PON", pon), ("LOS", los), ("Wi-Fi", wifi))
        for number, (name, colour) in enumerate(lamps):
            x = 220 + number * 148
            if colour:
                canvas.disc(x, 225, 24, _mixed(colour, DARK, 0.35))
                canvas.disc(x, 225, 13, colour)
                canvas.disc(x - 4, 221, 4, "#ffffff")
            else:
                canvas.disc(x, 225, 13, "#1c2228")
            if name == blinks:
                for angle in (200, 320, 20, 140):
                    canvas.arc(x, 225, 32, angle, angle + 24, colour, 4)
            canvas.word(x, 280, name, "#d5dde2", 20)

    return paint


def _electric_meter(code: str, value: str, unit: str) -> Callable[[Canvas], None]:
    def paint(canvas: Canvas) -> None:
        canvas.box(210, 20, 380, 440, "#f7f7f4", 22, "#b9bdb9")
        canvas.box(250, 70, 300, 150, "#a9b79a", 10, "#6d7566")
        canvas.digits(268, 84, code, "#20271c", 34)
        canvas.digits(272, 138, value, "#20271c", 62)
        canvas.word(520, 100, unit, "#20271c", 20)
        canvas.disc(300, 280, 16, "#c9ccc8")
        canvas.disc(300, 280, 9, "#e0342b")
        canvas.word(400, 280, "1000 imp/kWh", "#5b625c", 18)
        canvas.disc(505, 280, 22, "#d7dad6")
        canvas.disc(505, 280, 14, "#ffffff")
        for number in range(26):
            canvas.box(262 + number * 11, 340, 3 + number % 3 * 2, 48, "#2d332f")
        canvas.word(400, 415, "IT001E 00000000", "#5b625c", 18)

    return paint


def _gas_meter(canvas: Canvas) -> None:
    canvas.box(330, 0, 60, 70, "#c9b15b")
    canvas.box(500, 0, 60, 70, "#c9b15b")
    canvas.box(210, 60, 470, 380, "#d9dcdc", 46, "#a5abab")
    canvas.box(255, 130, 380, 130, "#16191b", 12)
    for number, sign in enumerate("01284573"):
        x, is_part = 268 + number * 45, number > 4
        canvas.box(x, 150, 40, 88, "#9d1d17" if is_part else "#2a2f33", 4)
        canvas.word(x + 20, 196, sign, "#ffffff", 52)
    canvas.box(488, 226, 6, 12, "#ffffff")
    canvas.word(600, 290, "m", "#3c4246", 30)
    canvas.word(621, 279, "3", "#3c4246", 18)
    canvas.word(400, 360, "G4   Qmax 6,0", "#5b6266", 22)


def _blank_app(canvas: Canvas) -> None:
    canvas.box(260, 10, 280, 560, "#1b2126", 40)
    canvas.box(274, 26, 252, 528, "#ffffff", 28)
    canvas.box(274, 26, 252, 78, "#7a3b8f", 28)
    canvas.box(274, 66, 252, 40, "#7a3b8f")
    canvas.word(318, 48, "9:41", "#ffffff", 15)
    canvas.line([(306, 82), (296, 90), (306, 98)], "#ffffff", 3)
    canvas.word(400, 88, "Bollette", "#ffffff", 22)
    canvas.box(274, 500, 252, 54, "#f3f0f5", 28)
    for number, colour in enumerate(("#b9adc0", "#7a3b8f", "#b9adc0")):
        canvas.disc(326 + number * 74, 522, 9, colour)
        canvas.box(310 + number * 74, 536, 32, 5, colour, 2)


def _plan(canvas: Canvas) -> None:
    """A guest house seen from above: stone walls, a box in the hall, a second one at the end of a cable."""
    stone = "#8d8577"
    canvas.box(60, 50, 760, 400, "#fbf8f0", 0)
    for x, y, w, h in (
        (60, 50, 760, 26), (60, 424, 760, 26), (60, 50, 26, 400), (794, 50, 26, 400),
        (300, 76, 24, 200), (300, 350, 24, 80), (560, 150, 24, 280), (324, 250, 120, 24), (500, 250, 60, 24),
    ):  # fmt: skip
        canvas.box(x, y, w, h, stone)
    for x, y, colour in ((200, 190, "#0a5c66"), (690, 330, "#0a5c66")):
        for radius in (34, 62, 90):
            canvas.arc(x, y, radius, 200, 340, colour, 5)
        canvas.box(x - 26, y, 52, 18, DARK, 6)
        canvas.disc(x - 14, y + 9, 3, GREEN)
    canvas.line([(226, 200), (270, 200), (270, 312), (530, 312), (530, 100), (690, 100), (690, 330)], "#b8420f", 5)
    for x, y, word in ((180, 370, "Hall"), (435, 170, "Kitchen"), (440, 390, "Room 1"), (690, 400, "Room 2")):
        canvas.word(x, y, word, "#4a5761", 22)


def _mixed(colour: str, ground: str, share: float) -> str:
    pairs = ((int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


#: By name: the size, and what paints it.
PICTURES: dict[str, tuple[tuple[int, int], Callable[[Canvas], None]]] = {
    "box4-all-well": ((880, 420), _lamps(GREEN, GREEN, "", WHITE)),
    "box4-no-light": ((880, 420), _lamps(GREEN, "", RED, WHITE)),
    "box4-little-light": ((880, 420), _lamps(GREEN, "", RED, WHITE, blinks="LOS")),
    "box4-registering": ((880, 420), _lamps(GREEN, GREEN, "", WHITE, blinks="PON")),
    "meter-fed-in": ((800, 480), _electric_meter("2.8.0", "001427", "kWh")),
    "meter-a2": ((800, 480), _electric_meter("A2", "004186", "kWh")),
    "gas-meter": ((880, 460), _gas_meter),
    "app-blank": ((800, 580), _blank_app),
    "house-plan": ((880, 500), _plan),
}
