"""Finished pages for visitors: sent again as they are, as long as nothing was committed and for two seconds at most.

It stands before the application (see `wire.py`): a page from here costs little more than the asking. Only pages go
here that the application marked, which are the same for all visitors with the same language, colours and encoding.
"""

import os
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.http import parse_cookie

from forum.base.changes import Changes
from forum.base.measures import Measures
from forum.base.parts import parts
from forum.search.rules import may_see_gaps
from forum.web import trails
from forum.web.headers import is_personal
from forum.web.language import best_language
from forum.web.people import reader

#: Nothing that a visitor sees is older, in seconds; times told on a page move on even when nothing is written.
FRESH = 2.0

#: Of one process: some hundred pages, which is more than are asked for twice in two seconds.
BYTES = 4 * 1024 * 1024

#: A page larger than this is rendered for each who asks.
LARGEST = 256 * 1024

#: Where the application finds, in the environment of a request, that a shelf waits for the page.
WANTED = "sportello.wanted"

#: The capabilities whose pages visitors share.
SHARED = frozenset(("questions", "knowledge", "profiles", "help", "feeds"))

#: What a visitor may have chosen; a request with any other cookie is answered by the application.
CHOICES = ("language", "theme", "keys")

#: The headers that decide; more than one of a kind, or one longer than browsers send, is left to the application.
ASKED = (
    *("accept", "cookie", "accept-language"),
    *("accept-encoding", "host", "x-forwarded-host", "x-forwarded-proto"),
    *("authorization", "content-length", "transfer-encoding"),
)
HEADER_LENGTH = 300

#: Belongs to one request and not to the page.
NOT_KEPT = frozenset(("date", "x-request-id", "server"))

#: What a 304 says nothing of.
OF_THE_BODY = frozenset(("content-type", "content-length", "content-encoding"))

Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes]

#: Method, route, status and seconds of a request that was answered.
Count = Callable[[str, str, int, float], None]


@dataclass(frozen=True)
class Kept:
    """A page as it was sent."""

    state: object
    until: float
    headers: Headers
    body: bytes
    tag: str
    viewed: tuple[str, int] | None
    route: str

    @property
    def size(self) -> int:
        return len(self.body) + 2_000


@dataclass
class Wanted:
    """What is asked for, what the database was like just before, and what the application says of the page it made."""

    key: tuple[str, ...]
    state: object
    is_shared: bool = False
    #: What to count whenever the page is sent again.
    viewed: tuple[str, int] | None = None
    route: str = ""


class KeptPages:
    """The finished pages of one process; asked and filled by its one thread that talks to the server."""

    def __init__(
        self,
        changes: Changes,
        measures: Measures,
        languages: tuple[str, ...],
        count: Count,
        closed_file: Path | None = None,
    ) -> None:
        self._changes = changes
        self._count = count
        self._measures = measures
        self._languages = languages
        #: Where this file is, the pages are closed, and nothing is sent from here either.
        self._closed_file = str(closed_file) if closed_file is not None else ""
        self._kept: OrderedDict[tuple[str, ...], Kept] = OrderedDict()
        self._bytes = 0

    def wanted(self, scope: Any) -> Wanted | None:
        """What a request asks for, or None where it is not a visitor's for a page."""
        key = self._key(scope)
        if key is None or (self._closed_file and os.path.exists(self._closed_file)):  # noqa: PTH110
            return None
        # Before anything is read for the page: what is committed from here on makes it worthless.
        state = self._changes.state()
        return None if state is None else Wanted(key, state)

    def find(self, wanted: Wanted, scope: Any) -> Answer | None:
        """The answer, if it is still true."""
        kept = self._kept.get(wanted.key)
        if kept is None:
            return None
        if kept.state != wanted.state or time.monotonic() > kept.until:
            self._drop(wanted.key)
            return None
        self._kept.move_to_end(wanted.key)
        if kept.viewed is not None and not guesses_ahead(scope.headers.get):
            self._measures.add(*kept.viewed)
            trails.note_opened(self._measures, scope.headers.get_all)
        answer = _answer(kept, scope)
        self._count("GET", kept.route, answer[0], 0.0)
        return answer

    def keep(self, wanted: Wanted, scope: Any, answer: Answer) -> Answer:
        """Keep what the application answered, if it says that visitors share it; returns what to send."""
        status, headers, body = answer
        if not wanted.is_shared or status != 200 or len(body) > LARGEST:
            return answer
        own = [(name, value) for name, value in headers if name.lower() not in NOT_KEPT]
        named = {name.lower(): value for name, value in own}
        if "set-cookie" in named:
            return answer
        self._drop(wanted.key)
        kept = Kept(
            wanted.state, time.monotonic() + FRESH, own, body, named.get("etag", ""), wanted.viewed, wanted.route
        )
        self._kept[wanted.key] = kept
        self._bytes += kept.size
        while self._bytes > BYTES:
            self._drop(next(iter(self._kept)))
        sent, shared, content = _answer(kept, scope)
        return sent, [*shared, *(header for header in headers if header[0].lower() in NOT_KEPT)], content

    def _drop(self, key: tuple[str, ...]) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= kept.size

    def _key(self, scope: Any) -> tuple[str, ...] | None:
        """All that a visitor's page depends on."""
        if scope.method != "GET":
            return None
        given = [scope.headers.get_all(name) for name in ASKED]
        if any(len(values) > 1 or len(values[0]) > HEADER_LENGTH for values in given if values):
            return None
        accept, cookie, wishes, *rest, authorization, length, coding = (values[0] if values else "" for values in given)
        if authorization or length or coding or not (accept or "*/*").startswith(("text/html", "*/*")):
            return None
        choices = read_choices(cookie)
        if choices is None:
            return None
        language = choices[0] if choices[0] in self._languages else best_language(wishes, self._languages)
        return scope.path, scope.query_string, language, *choices[1:], scope.authority or "", scope.scheme, *rest


def _answer(kept: Kept, scope: Any) -> Answer:
    """The page, or that it is still the one that the browser has."""
    known = scope.headers.get_all("if-none-match")
    if known and kept.tag and kept.tag in known[0]:
        return 304, [header for header in kept.headers if header[0].lower() not in OF_THE_BODY], b""
    return 200, kept.headers, kept.body


@lru_cache(maxsize=256)
def read_choices(cookie: str) -> tuple[str, str, str] | None:
    """What a visitor chose, in the order of CHOICES; None where another cookie says that they may be no visitor."""
    if not cookie:
        return "", "", ""
    sent = parse_cookie(cookie)
    if any(name not in CHOICES for name in sent):
        return None
    language, theme, keys = (sent.get(name, "") for name in CHOICES)
    return language, theme, keys


def guesses_ahead(value_of: Callable[[str], str | None]) -> bool:
    """Whether a browser only fetches what somebody may look at next; asked of a request's headers."""
    purposes = value_of("sec-purpose"), value_of("purpose")
    return any(purpose is not None and "prefetch" in purpose.casefold() for purpose in purposes)


def note_view(kind: str, row_id: int) -> None:
    """Count a look at what this page is about, now and whenever the page is sent again."""
    g.viewed = (kind, row_id)
    if request.method == "GET" and not guesses_ahead(request.headers.get):
        parts().measures.add(kind, row_id)
        if not may_see_gaps(reader()):
            trails.note_opened(parts().measures, request.headers.getlist)


def is_shared() -> bool:
    """Whether this is a page that all visitors see alike."""
    if request.method not in ("GET", "HEAD") or request.blueprint not in SHARED:
        return False
    return not is_personal() and not g.get("has_token")


def install(app: Flask) -> None:
    """Answer who has a page already, and tell the shelf which pages are finished; goes on before what compresses."""

    @app.after_request
    def finish(response: Response) -> Response:
        if response.status_code == 200 and is_shared():
            wanted: Wanted | None = request.environ.get(WANTED)
            if wanted is None:
                response.make_conditional(request)
            else:
                wanted.is_shared, wanted.viewed = True, g.get("viewed")
                wanted.route = request.url_rule.rule if request.url_rule else ""
        return response


def install_names(app: Flask) -> None:
    """Name shared pages by their content; goes on after what compresses, which adds the encoding to the name."""

    @app.after_request
    def name(response: Response) -> Response:
        if response.status_code == 200 and is_shared():
            response.add_etag()
        return response
