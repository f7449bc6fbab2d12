"""What is another on each page within a piece that is kept: left open there, and filled in for the page at hand."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from markupsafe import escape

_left_open: ContextVar[bool] = ContextVar("left_open", default=False)

#: What was drawn, and after each part but the last the mark of what is missing there.
Cut = list[str]


class Hole:
    """Called in a template it says what belongs there on this page, or leaves its mark in a piece that is kept."""

    def __init__(self, fill: Callable[[], str]) -> None:
        self._fill = fill
        #: Nobody can guess it, nothing else contains it, and it is never sent.
        self.mark = secrets.token_hex(16)
        _holes[self.mark] = self

    def __call__(self) -> str:
        return self.mark if _left_open.get() else self._fill()


_holes: dict[str, Hole] = {}


@contextmanager
def left_open() -> Iterator[None]:
    """While this lasts nothing is filled in."""
    before = _left_open.set(True)
    try:
        yield
    finally:
        _left_open.reset(before)


def cut(drawn: str) -> Cut:
    """Cut what was drawn at its marks."""
    return re.split(f"({'|'.join(_holes)})", drawn)


def filled(piece: Cut) -> str:
    """The piece with what belongs to this page; the same in all holes of one kind."""
    if len(piece) == 1:
        return piece[0]
    marks = piece[1::2]
    said = {mark: str(escape(_holes[mark]())) for mark in set(marks)}
    whole = piece[:]
    whole[1::2] = [said[mark] for mark in marks]
    return "".join(whole)
