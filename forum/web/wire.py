"""Between the server and Flask: takes a whole request in before any work begins, and refuses what is only an attack.

Pages are rendered by one thread per process. If that thread read bodies itself, a handful of clients that send
a byte a minute would close the site; so bodies are awaited beside it, with a deadline and a cap (RSGI), and
Flask gets them complete.
"""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from granian.rsgi import ProtocolClosed, ProtocolError

from forum.base.words import Sentence, say, translate
from forum.web.access import HEADER, answered_outside
from forum.web.language import best_language
from forum.web.shelf import HEADER_LENGTH, WANTED, Answer, KeptPages, Wanted

log = logging.getLogger(__name__)

#: All headers together; ours and any browser's fit many times.
HEADER_BYTES = 16_384
PATH_BYTES = 4_096

#: Seconds in which a whole body must have arrived.
BODY_PATIENCE = 20.0

#: Bodies beyond the usual size that are awaited at the same time.
LARGE_AT_ONCE = 4

#: What is refused here, in words for the person behind it.
UNCLEAR = say("The request did not arrive whole, or contradicts itself. Please send it again.")
SLOW = say("This took too long to arrive. Please check the connection and send it again.")
NO_LENGTH = say("The request does not say how long it is, so nobody could tell whether all of it came.")
LARGE = say("That is more than fits. Go back and send less: a shorter text, or a smaller picture.")
LONG_ADDRESS = say("This address is too long. Please shorten what stands behind the question mark.")
MANY_HEADERS = say("The browser sent too much about itself. Deleting the cookies of this site usually helps.")

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gate:
    """An RSGI application around a WSGI one; `threads` requests at most are worked on at a time.

    A `shelf` answers visitors before the application is asked.
    """

    def __init__(
        self,
        app: Wsgi,
        body_bytes: int,
        threads: int = 1,
        larger: Mapping[str, int] | None = None,
        shelf: KeptPages | None = None,
        believes_proxy: bool = False,
        languages: tuple[str, ...] = ("en",),
    ) -> None:
        self._app = app
        self._languages = languages
        self._body_bytes = body_bytes
        self._larger = larger or {}
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._shelf = shelf
        self._believes_proxy = believes_proxy
        self._pool = ThreadPoolExecutor(threads, "page") if threads > 1 else None

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        try:
            status, headers, body = await self._answer(scope, protocol)
            protocol.response_bytes(status, [*headers, ("server", "sportello")], body)
        except (ConnectionError, ProtocolClosed, ProtocolError):
            log.debug("the client left before its request was whole or its answer was given")

    async def _answer(self, scope: Any, protocol: Any) -> Answer:
        wanted = None if self._shelf is None else self._shelf.wanted(scope)
        if self._shelf is None or wanted is None:
            return await self._ask(scope, protocol)
        found = self._shelf.find(wanted, scope)
        if found is None:
            return self._shelf.keep(wanted, scope, await self._ask(scope, protocol, wanted))
        status, headers, body = found
        return status, [*headers, self._name(scope, status, len(body))], body

    def _name(self, scope: Any, status: int, size: int) -> tuple[str, str]:
        """The header with the name of a request that the application does not see, once it is written down."""
        offered = scope.headers.get(HEADER.lower()) if self._believes_proxy else None
        return answered_outside(scope.method, scope.path, status, size, offered)

    def _refuse(self, scope: Any, status: int, sentence: Sentence) -> Answer:
        """One sentence, given before there is any application to ask; the connection is not used again."""
        wishes = (scope.headers.get_all("accept-language") or [""])[0]
        told = translate(sentence, best_language(wishes[:HEADER_LENGTH], self._languages))
        if scope.path.startswith("/api/"):
            kind = "application/problem+json"
            body = json.dumps({"title": HTTPStatus(status).phrase, "status": status, "detail": told}).encode()
        else:
            kind, body = "text/plain; charset=utf-8", f"{told}\n".encode()
        return (
            status,
            [
                ("content-type", kind),
                ("connection", "close"),
                ("x-content-type-options", "nosniff"),
                ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
                ("cache-control", "no-store"),
                self._name(scope, status, len(body)),
            ],
            body,
        )

    async def _ask(self, scope: Any, protocol: Any, wanted: Wanted | None = None) -> Answer:
        """Let the application answer, once the whole request is here."""
        environ = _environ(scope)
        if environ is None:
            return self._refuse(scope, 431, MANY_HEADERS)
        if len(scope.path) + len(scope.query_string) > PATH_BYTES:
            return self._refuse(scope, 414, LONG_ADDRESS)
        if "transfer-encoding" in scope.headers:
            # The server does not say whether the last chunk came or the line went dead, so half a text would
            # be kept as a whole one. With a length it cannot be; browsers always send one.
            return self._refuse(scope, 411, NO_LENGTH)
        lengths = scope.headers.get_all("content-length")
        if len(lengths) > 1 or not all(_is_length(length) for length in lengths):
            return self._refuse(scope, 400, UNCLEAR)
        body = b""
        if lengths:
            length = int(lengths[0])
            if length > self._most(scope):
                return self._refuse(scope, 413, LARGE)
            try:
                async with asyncio.timeout(BODY_PATIENCE):
                    body = await self._take(protocol, length)
            except TimeoutError:
                return self._refuse(scope, 408, SLOW)
            except (ProtocolClosed, ProtocolError):
                return self._refuse(scope, 400, UNCLEAR)
            if len(body) != length:
                return self._refuse(scope, 400, UNCLEAR)
        environ["wsgi.input"] = io.BytesIO(body)
        if wanted is not None:
            environ[WANTED] = wanted
        if self._pool is None:
            return self._run(environ)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, environ)

    def _most(self, scope: Any) -> int:
        """The bytes this address takes; a few take more than all others, and only to be sent something."""
        return self._larger.get(scope.path, self._body_bytes) if scope.method == "POST" else self._body_bytes

    async def _take(self, protocol: Any, length: int) -> bytes:
        """Await the body; of large ones a few at a time, so that they do not fill the memory together."""
        if length <= self._body_bytes:
            return bytes(await protocol())
        async with self._large:
            return bytes(await protocol())

    def _run(self, environ: dict[str, Any]) -> Answer:
        answered: list[tuple[int, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
            answered[:] = [(int(status[:3]), headers)]
            return answered.append

        chunks = self._app(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        return *answered[0], body


def _environ(scope: Any) -> dict[str, Any] | None:
    """The WSGI environment of a request, or None when its headers are out of proportion.

    Names with an underscore are left out: they would look like the same name with a hyphen, which a proxy
    in front may have cleaned.
    """
    client, _, port = scope.client.rpartition(":")
    name, _, server_port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": name,
        "SERVER_PORT": server_port,
        "REMOTE_ADDR": client.strip("[]"),
        "REMOTE_PORT": port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    size = 0
    for header, value in scope.headers.items():
        size += len(header) + len(value)
        if size > HEADER_BYTES:
            return None
        if "_" in header:
            continue
        key = header.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        separator = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    return environ


def _is_length(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16
