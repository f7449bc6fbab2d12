"""Finished pieces of pages: drawn once, and used again wherever exactly the same would be drawn."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from functools import lru_cache
from sys import getsizeof
from threading import Lock
from typing import Any, Protocol

from flask import Flask
from markupsafe import Markup

from forum.base import words
from forum.base.requests import now
from forum.web import forgery
from forum.web.language import language

#: Of one macro in one process: some hundred long answers with what is known of them.
BYTES = 8 * 1024 * 1024


#: What was drawn, cut where the tokens of its forms stand; a page puts its own there.
Piece = list[str]


def _cut(macro: Callable[..., Markup], *given: Any) -> Piece:
    """Draw it without any token."""
    with forgery.blank_tokens() as blank:
        return str(macro(*given)).split(blank)


def _whole(piece: Piece) -> Markup:
    """The piece for the page at hand."""
    return Markup(piece[0] if len(piece) == 1 else forgery.csrf_token().join(piece))  # noqa: S704


def remembered(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """A macro that draws the same for the same arguments, whoever looks, drawn once."""
    # By their types too: what is escaped in a text is left as it is in Markup, and the two are equal.
    return lru_cache(maxsize=1024, typed=True)(macro)


def remembered_in_language(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """A macro that draws the same for the same arguments in one language; its forms get the token of each page."""

    @lru_cache(maxsize=1024, typed=True)
    def drawn(_language: str, *given: Any) -> Markup | Piece:
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
        return drawn(moment, words.told(now() - moment), language())

    return draw


class Shown(Protocol):
    """What a piece is drawn from."""

    def facts(self, now: datetime) -> tuple[Hashable, ...]:
        """All that can be seen of it at this moment, and its parts; what differs in nothing here looks the same."""


class Pieces:
    """What one macro drew, found again by all that can be seen of it; when it is too much, what nobody asked for goes.

    Whoever looks may be anybody: what they may do is among the facts, and a form's token is left out of what is kept.
    """

    def __init__(self, macro: Callable[[Any], Markup], most: int = BYTES) -> None:
        self._macro = macro
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Piece, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def draw(self, shown: Shown) -> Markup:
        """The piece, with tokens of this page in its forms."""
        key = (language(), *shown.facts(now()))
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        return _whole(self._draw(key, shown) if found is None else found[0])

    def _draw(self, key: tuple[Hashable, ...], shown: Shown) -> Piece:
        piece = _cut(self._macro, shown)
        size = sum(map(getsizeof, piece)) + _size(key)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = piece, size
                self._bytes += size
            while self._bytes > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._bytes -= gone
        return piece


def _size(fact: Hashable) -> int:
    """The bytes of a fact, and of the facts it is made of."""
    return getsizeof(fact) + (sum(map(_size, fact)) if isinstance(fact, tuple) else 0)


def remembered_piece(macro: Callable[[Any], Markup]) -> Callable[[Shown], Markup]:
    """A macro that draws one thing, drawn again only when something can be seen of it that is new."""
    pieces = Pieces(macro)

    def draw(shown: Shown) -> Markup:
        return pieces.draw(shown)

    return draw


def install(app: Flask) -> None:
    """Let templates keep what their macros draw."""
    app.jinja_env.globals.update(
        remembered=remembered,
        remembered_in_language=remembered_in_language,
        remembered_for_now=remembered_for_now,
        remembered_piece=remembered_piece,
    )
