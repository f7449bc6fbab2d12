"""Finished pieces of pages: drawn once, and used again wherever exactly the same would be drawn."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from sys import getsizeof
from threading import Lock
from typing import Any, Protocol

from flask import Flask
from markupsafe import Markup

from forum.base import words
from forum.base.requests import now
from forum.web import holes
from forum.web.language import language, note_change, note_time, until_changed

#: In one process: some hundred long discussions with what is known of them.
BYTES = 16 * 1024 * 1024


def _cut(macro: Callable[..., Markup], *given: Any) -> holes.Cut:
    """Draw it without what belongs to one page alone."""
    with holes.left_open():
        return holes.cut(str(macro(*given)))


def _whole(piece: holes.Cut) -> Markup:
    """The piece for the page at hand."""
    return Markup(holes.filled(piece))  # noqa: S704


def remembered(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """A macro that draws the same for the same arguments, whoever looks, drawn once."""
    # By their types too: what is escaped in a text is left as it is in Markup, and the two are equal.
    return lru_cache(maxsize=1024, typed=True)(macro)


def remembered_in_language(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """A macro that draws the same for the same arguments in one language; its holes are filled for each page."""

    @lru_cache(maxsize=512, typed=True)
    def drawn(_language: str, *given: Any) -> Markup | holes.Cut:
        piece = _cut(macro, *given)
        return _whole(piece) if len(piece) == 1 else piece

    def draw(*given: Any) -> Markup:
        found = drawn(language(), *given)
        return found if isinstance(found, Markup) else _whole(found)

    return draw


def remembered_for_now(macro: Callable[[datetime], Markup]) -> Callable[[datetime], Markup]:
    """A macro of one moment, drawn again when it is told in other words."""

    @lru_cache(maxsize=4096)
    def drawn(moment: datetime, _told: int, _language: str) -> Markup:
        return macro(moment)

    def draw(moment: datetime) -> Markup:
        note_time(moment)
        return drawn(moment, words.told(now() - moment), language())

    return draw


class Facts(Hashable, Protocol):
    """All that a piece is drawn from, as values that can be compared."""

    def shown(self) -> Any:
        """What the macro is given; made of nothing but these values and the language."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was drawn from these facts, and how long it reads the same."""

    facts: Hashable
    piece: holes.Cut
    since: datetime
    until: datetime
    size: int


class Room:
    """What is kept of all macros together; when it is too much, what nobody asked for goes."""

    def __init__(self, most: int = BYTES) -> None:
        self._most = most
        #: By the hash of its facts, which takes long enough to work out once.
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def find(self, number: int) -> Kept | None:
        with self._lock:
            found = self._kept.get(number)
            if found is not None:
                self._kept.move_to_end(number)
            return found

    def keep(self, number: int, kept: Kept) -> None:
        with self._lock:
            gone = self._kept.pop(number, None)
            self._kept[number] = kept
            self._bytes += kept.size - (gone.size if gone else 0)
            while self._bytes > self._most:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= gone.size


ROOM = Room()


class Pieces:
    """What one macro drew, found again by the facts it was drawn from.

    Whoever looks may be anybody: what they may do is among the facts, and what belongs to one page is left out.
    """

    def __init__(self, macro: Callable[[Any], Markup], room: Room = ROOM) -> None:
        self._macro = macro
        self._room = room

    def draw(self, facts: Facts) -> Markup:
        """The piece, with what belongs to this page."""
        key = (self._macro, language(), facts)
        number = hash(key)
        found = self._room.find(number)
        if found is None or not found.since <= now() < found.until or found.facts != key:
            found = self._draw(facts, key)
            self._room.keep(number, found)
        note_change(found.until)
        return _whole(found.piece)

    def _draw(self, facts: Facts, key: tuple[Hashable, ...]) -> Kept:
        with until_changed() as until:
            piece = _cut(lambda: self._macro(facts.shown()))
        return Kept(key, piece, now(), until[0], sum(map(getsizeof, piece)) + _size(key))


def _size(fact: Hashable) -> int:
    """The bytes of a fact, and of the facts it is made of."""
    return getsizeof(fact) + (sum(map(_size, fact)) if isinstance(fact, tuple) else 0)


def remembered_piece(macro: Callable[[Any], Markup]) -> Callable[[Facts], Markup]:
    """A macro that draws one thing from facts, drawn again only when one of them, or a time told in it, is another."""
    pieces = Pieces(macro)

    def draw(facts: Facts) -> Markup:
        return pieces.draw(facts)

    return draw


def install(app: Flask) -> None:
    """Let templates keep what their macros draw."""
    app.jinja_env.globals.update(
        remembered=remembered,
        remembered_in_language=remembered_in_language,
        remembered_for_now=remembered_for_now,
        remembered_piece=remembered_piece,
    )
