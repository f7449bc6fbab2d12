"""Closed for a while: one page without a database, for as long as a file in the data folder says so."""

import base64
import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

from babel import dates

log = logging.getLogger(__name__)

#: In the data folder; where it is, the pages are closed.
CLOSED_FILE = "maintenance.json"

#: How old the look at the file may be: what is switched on is so within a second, for one look a second.
LOOK_EVERY = 0.5

#: Without a better promise people are asked to come back after so many seconds, and never more often than the least.
COME_BACK = 120
LEAST_WAIT = 10

WORDS_LENGTH = 500

#: The process answers, whatever becomes of the pages.
STAYS_OPEN = frozenset(("/healthz",))

TITLES = {"it": "Torniamo tra poco", "en": "Back in a little while"}
SENTENCES = {
    "it": "Stiamo facendo manutenzione. Quello che avevi già inviato è al sicuro; quello che hai appena inviato non è "
    "stato ricevuto: torna indietro nel browser, copialo e mandalo di nuovo dopo.",
    "en": "We are doing maintenance. What you sent before is safe; what you sent just now was not taken: go back in your "
    "browser, copy it and send it again later.",
}
EXPECTED = {"it": "Dovremmo tornare {when}.", "en": "We expect to be back {when}."}

STYLE = (
    ":root{color-scheme:light dark}body{font:1.125rem/1.6 system-ui,sans-serif;max-width:36rem;margin:12vh auto;"
    "padding:0 1.25rem}section+section{border-top:1px solid;margin-top:2rem;padding-top:1rem}h1,h2{font-size:1.6rem;"
    "line-height:1.25}p{overflow-wrap:anywhere}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Closing:
    """Why, and until when; `by` tells what a command closed by itself from what the operator did."""

    since: str
    until: str | None = None
    words: str = ""
    by: str = "operator"

    @property
    def ends_at(self) -> datetime | None:
        return None if self.until is None else datetime.fromisoformat(self.until)


def close_pages(data: Path, closing: Closing) -> None:
    """Let every process that serves from this folder close its pages, and those started later too."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = data / f".{CLOSED_FILE}"
    unfinished.write_text(json.dumps(asdict(closing), ensure_ascii=False), encoding="utf-8")
    unfinished.replace(data / CLOSED_FILE)


def open_pages(data: Path) -> bool:
    """Open again; say whether it was closed."""
    try:
        (data / CLOSED_FILE).unlink()
    except FileNotFoundError:
        return False
    return True


def find_closing(data: Path) -> Closing | None:
    """Whether the pages are closed; a file that cannot be read closes them too."""
    try:
        told = json.loads((data / CLOSED_FILE).read_text(encoding="utf-8"))
        closing = Closing(**told)
        if closing.ends_at is not None and closing.ends_at.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return closing
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        log.warning("%s cannot be read; the pages stay closed", data / CLOSED_FILE)
        return Closing(datetime.now(UTC).isoformat())


class Closable:
    """The application, or the page that says it is closed."""

    def __init__(self, app: Wsgi, data: Path, languages: tuple[str, ...], timezone: str) -> None:
        self._app = app
        self._data = data
        self._languages = languages
        self._timezone = timezone
        self._looked = -LOOK_EVERY
        self._closing: Closing | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        now = time.monotonic()
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._closing = find_closing(self._data)
        if self._closing is None or environ.get("PATH_INFO") in STAYS_OPEN:
            return self._app(environ, start_response)
        return self._refuse(self._closing, environ, start_response)

    def _refuse(self, closing: Closing, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        moment = datetime.now(UTC)
        if str(environ.get("PATH_INFO", "")).startswith("/api/"):
            kind, body = "application/problem+json", _problem(closing)
        else:
            kind, body = "text/html; charset=utf-8", page(closing, moment, self._languages, self._timezone)
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Retry-After", retry_after(closing, moment)),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"),
            (
                "Content-Security-Policy",
                f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
                "frame-ancestors 'none'",
            ),
        ]
        start_response("503 Service Unavailable", headers)
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]


def retry_after(closing: Closing, now: datetime) -> str:
    """When to come back: the promised moment, or soon."""
    if closing.ends_at is None or closing.ends_at <= now:
        return str(COME_BACK)
    if (closing.ends_at - now).total_seconds() < LEAST_WAIT:
        return str(LEAST_WAIT)
    return format_datetime(closing.ends_at.astimezone(UTC), usegmt=True)


def page(closing: Closing, now: datetime, languages: tuple[str, ...], timezone: str) -> bytes:
    """Both languages one under the other: nothing is asked of anybody, not even which they read."""
    known = [language for language in languages if language in TITLES] or ["en"]
    sections = []
    for number, language in enumerate(known):
        heading = "h2" if number else "h1"
        expected = ""
        if closing.ends_at is not None and closing.ends_at > now:
            when = dates.format_datetime(closing.ends_at, "long", tzinfo=dates.get_timezone(timezone), locale=language)
            expected = f"<p>{escape(EXPECTED[language].format(when=when))}</p>"
        sections.append(
            f'<section lang="{language}"><{heading}>{TITLES[language]}</{heading}>'
            f"<p>{SENTENCES[language]}</p>{expected}</section>"
        )
    words = f"<p><strong>{escape(closing.words)}</strong></p>" if closing.words else ""
    return (
        f'<!doctype html><html lang="{known[0]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{TITLES[known[0]]}</title><style>{STYLE}</style></head>"
        f"<body><main>{sections[0]}{words}{''.join(sections[1:])}</main></body></html>"
    ).encode()


def _problem(closing: Closing) -> bytes:
    told = {
        "type": "about:blank",
        "title": "Closed for maintenance",
        "status": 503,
        "detail": closing.words or SENTENCES["en"],
    }
    return json.dumps(told, ensure_ascii=False).encode()
