"""While a restore is at work nothing can be served; whoever comes is told so, and serving begins when it is done."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import click

from config import Settings
from forum.base.holding import Hold, InUse
from forum.web.maintenance import Closable, Closing

#: Between two looks at whether the restore is done.
PAUSE = 0.5


class WaitingRoom:
    """Answers every request with the page for maintenance, at the address where the server will be."""

    def __init__(self, settings: Settings) -> None:
        closing = Closing(datetime.now(UTC).isoformat(), by="restore")
        closed = Closable(_nothing, settings.data, settings.languages, settings.timezone)

        class Answer(BaseHTTPRequestHandler):
            timeout = 10
            server_version, sys_version = "sportello", ""

            def do_GET(self) -> None:
                environ = {"PATH_INFO": self.path.partition("?")[0], "REQUEST_METHOD": self.command}
                for block in closed.refuse(closing, environ, self._start):
                    self.wfile.write(block)

            do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

            def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
                self.send_response(int(status[:3]))
                for name, value in [*headers, ("Connection", "close")]:
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """What is answered here needs no line each."""

        self._server = ThreadingHTTPServer((settings.host, settings.port), Answer)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "WaitingRoom":
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def wait_for_restore(settings: Settings) -> None:
    """Return when no restore is at work on the data folder; meanwhile answer at the address of the server."""
    if _is_free(settings):
        return
    click.echo("A restore is at work; people are told to wait, and serving begins when it is done.", err=True)
    pause = threading.Event()
    with WaitingRoom(settings):
        while not _is_free(settings):
            pause.wait(PAUSE)


def _is_free(settings: Settings) -> bool:
    try:
        Hold(settings.data, alone=False).end()
    except InUse:
        return False
    return True


def _nothing(_environ: dict[str, Any], _start_response: Callable[..., Any]) -> Iterable[bytes]:
    """There is no application yet."""
    return [b""]
