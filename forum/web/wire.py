"""Between the server and Flask: takes a whole request in before any work begins, and refuses what is only an attack.

Pages are rendered by one thread per process. If that thread read bodies itself, a handful of clients that send
a byte a minute would close the site; so bodies are awaited beside it, with a deadline and a cap (RSGI), and
Flask gets them complete.
"""

import asyncio
import io
import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from granian.rsgi import ProtocolClosed, ProtocolError

log = logging.getLogger(__name__)

#: All headers together; ours and any browser's fit many times.
HEADER_BYTES = 16_384
PATH_BYTES = 4_096

#: Seconds in which a whole body must have arrived.
BODY_PATIENCE = 20.0

#: Bodies beyond the usual size that are awaited at the same time.
LARGE_AT_ONCE = 4

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gate:
    """An RSGI application around a WSGI one; `threads` requests at most are worked on at a time."""

    def __init__(self, app: Wsgi, body_bytes: int, threads: int = 1, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._body_bytes = body_bytes
        self._larger = larger or {}
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._pool = ThreadPoolExecutor(threads, "page") if threads > 1 else None

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        try:
            status, headers, body = await self._answer(scope, protocol)
            protocol.response_bytes(status, [*headers, ("server", "sportello")], body)
        except (ConnectionError, ProtocolClosed, ProtocolError):
            log.debug("the client left before its request was whole or its answer was given")

    async def _answer(self, scope: Any, protocol: Any) -> tuple[int, list[tuple[str, str]], bytes]:
        environ = _environ(scope)
        if environ is None:
            return _refusal(431, "Request Header Fields Too Large")
        if len(scope.path) + len(scope.query_string) > PATH_BYTES:
            return _refusal(414, "URI Too Long")
        if "transfer-encoding" in scope.headers:
            # The server does not say whether the last chunk came or the line went dead, so half a text would
            # be kept as a whole one. With a length it cannot be; browsers always send one.
            return _refusal(411, "Length Required")
        lengths = scope.headers.get_all("content-length")
        if len(lengths) > 1 or not all(_is_length(length) for length in lengths):
            return _refusal(400, "Bad Request")
        body = b""
        if lengths:
            length = int(lengths[0])
            if length > self._most(scope):
                return _refusal(413, "Content Too Large")
            try:
                async with asyncio.timeout(BODY_PATIENCE):
                    body = await self._take(protocol, length)
            except TimeoutError:
                return _refusal(408, "Request Timeout")
            except (ProtocolClosed, ProtocolError):
                return _refusal(400, "Bad Request")
            if len(body) != length:
                return _refusal(400, "Bad Request")
        environ["wsgi.input"] = io.BytesIO(body)
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

    def _run(self, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
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


def _refusal(status: int, sentence: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """A plain answer, given before there is any application to ask; the connection is not used again."""
    return (
        status,
        [
            ("content-type", "text/plain; charset=utf-8"),
            ("connection", "close"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cache-control", "no-store"),
        ],
        f"{sentence}\n".encode(),
    )
