"""Gives every request a name, writes one line about it, and counts it: the outermost layer of the application."""

import logging
import re
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from flask import Flask, Response, request

from config import Settings
from forum.base import logs
from forum.base.logs import FIGURES, REQUEST
from forum.base.requests import USER_KEY
from forum.web.metrics import Meter

log = logging.getLogger("forum.access")

HEADER = "X-Request-Id"

#: Where the route that was taken is left for this layer.
ROUTE_KEY = "sportello.route"

#: Of a path nobody here made no more than this is kept.
PATH_LENGTH = 200

#: Paths that can be written down as they are; in others every odd character is.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._~-]{1,200}")
_ODD = re.compile(r"[^A-Za-z0-9/._~:@!$&'()*+,;=-]")

#: The part of an address by which somebody proves who they are.
PROOF = "<token>"
PROOFS = "/account/"

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Watch:
    """A WSGI application around another, which sees each request come and its answer go."""

    def __init__(self, app: Wsgi, settings: Settings, meter: Meter) -> None:
        self._app = app
        self._believes_proxy = settings.trusted_proxies > 0
        self._meter = meter

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun = perf_counter()
        offered = environ.get("HTTP_X_REQUEST_ID") if self._believes_proxy else None
        name = logs.name_request(offered)
        token = logs.begin(REQUEST, name)
        status, size = 500, "0"

        def start(line: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            nonlocal status, size
            status = int(line[:3])
            size = next((value for key, value in headers if key.lower() == "content-length"), "0")
            return start_response(line, [*headers, (HEADER, name)], *more)

        try:
            return self._app(environ, start)
        finally:
            seconds = perf_counter() - begun
            method, route = environ["REQUEST_METHOD"], environ.get(ROUTE_KEY, "")
            sent = 0 if method == "HEAD" or status in (204, 304) else int(size)
            note(method, logged_path(environ, route), status, seconds, sent, environ.get(USER_KEY))
            self._meter.count(method, route, status, seconds)
            logs.end(token)


def note(method: str, path: str, status: int, seconds: float, size: int, user_id: int | None = None) -> None:
    """One line for one request."""
    if not log.isEnabledFor(logging.INFO):
        return
    milliseconds = round(seconds * 1000, 1)
    figures = {
        "method": method,
        "path": path,
        "status": status,
        "milliseconds": milliseconds,
        "bytes": size,
        "user": user_id,
    }
    log.info(
        "%s %s %d %s ms %d bytes user %s",
        method,
        path,
        status,
        milliseconds,
        size,
        "-" if user_id is None else user_id,
        extra={FIGURES: figures},
    )


def logged_path(environ: dict[str, Any], route: str) -> str:
    """The path without what is behind the question mark, and without what somebody proves who they are by."""
    if PROOF in route:
        return route
    path: str = environ.get("PATH_INFO", "")
    if not route and path.startswith(PROOFS):
        return f"{PROOFS}…"
    return clean_path(path)


def clean_path(path: str) -> str:
    """A path in which nothing looks like a blank, a control or another line."""
    if _PLAIN_PATH.fullmatch(path):
        return path
    return _ODD.sub(lambda found: "".join(f"%{byte:02X}" for byte in _bytes(found[0])), path[:PATH_LENGTH]) or "/"


def _bytes(letter: str) -> bytes:
    return letter.encode("latin-1") if ord(letter) < 256 else letter.encode("utf-8", "surrogatepass")


def request_path() -> str:
    """The path of the request that is answered here, as log lines may hold it."""
    return logged_path(request.environ, request.url_rule.rule if request.url_rule else "")


def answered_outside(method: str, path: str, status: int, size: int, offered: str | None = None) -> tuple[str, str]:
    """Name and write down a request that was answered without asking the application; gives the header."""
    name = logs.name_request(offered)
    with logs.at_work(REQUEST, name):
        known = f"{PROOFS}…" if path.startswith(PROOFS) else clean_path(path)
        note(clean_path(method), known, status, 0.0, size)
    return HEADER.lower(), name


def install(app: Flask, settings: Settings, meter: Meter) -> None:
    """Put the layer around an application; called when all else is around it already."""

    @app.after_request
    def leave_route(response: Response) -> Response:
        if request.url_rule is not None:
            request.environ[ROUTE_KEY] = request.url_rule.rule
        return response

    app.wsgi_app = Watch(app.wsgi_app, settings, meter)  # type: ignore[method-assign]
