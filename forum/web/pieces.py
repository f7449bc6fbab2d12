"""Finished pieces of pages: drawn once, and used again wherever exactly the same would be drawn."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from sys import getsizeof
from threading import Lock
from typing import Any, Protocol

from flask import Flask
from markupsafe import Markup

from forum.base.requests import now
from forum.web import forgery
from forum.web.language import language

#: Of one macro in one process: some hundred long answers with what is known of them.
BYTES = 8 * 1024 * 1024


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
        self._kept: OrderedDict[Hashable, tuple[list[str], int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def draw(self, shown: Shown) -> Markup:
        """The piece, with tokens of this page in its forms."""
        key = (language(), *shown.facts(now()))
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        parts = self._draw(key, shown) if found is None else found[0]
        return Markup(parts[0] if len(parts) == 1 else forgery.csrf_token().join(parts))  # noqa: S704

    def _draw(self, key: tuple[Hashable, ...], shown: Shown) -> list[str]:
        with forgery.blank_tokens() as blank:
            parts = str(self._macro(shown)).split(blank)
        size = sum(map(getsizeof, parts)) + _size(key)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = parts, size
                self._bytes += size
            while self._bytes > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._bytes -= gone
        return parts


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
    app.jinja_env.globals["remembered_piece"] = remembered_piece
