"""How fast one caller may ask for what takes time to find or to draw; beyond it they are told to wait."""

from forum.base import pace as base
from forum.base.pace import SEARCHES, SIMILAR
from forum.base.shield import Pace
from forum.web.people import reader

__all__ = ["NAMES", "PREVIEWS", "SEARCHES", "SIMILAR", "SOLVED", "keep_pace"]

#: Rendering costs most of all.
PREVIEWS = Pace("previews", 60, 1.0)

#: Nobody is helped more often than this.
SOLVED = Pace("solved", 20, 0.1)

#: One request for each letter of a name.
NAMES = Pace("names", 300, 5.0)


def keep_pace(pace: Pace) -> None:
    """Count one request of this reader; raises TooMany."""
    base.keep_pace(pace, reader().id)
