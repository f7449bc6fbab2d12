"""Log lines: each names the request or the delivery it belongs to, is one line, and holds nobody's address."""

import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from datetime import UTC, datetime

from config import Settings

#: What could make one event look like two, or hide what follows, in a terminal or a file.
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

#: The name in a mail address, and the password in the address of a server.
_BEFORE_AT = re.compile(r"[^\s@<>\"'(){}\[\],;]{1,200}@(?=[\w-])")

#: What a proxy in front may call a request; anything else could be more than a name.
_GOOD_NAME = re.compile(r"[A-Za-z0-9._-]{8,64}")

#: Given with `extra=` by whoever logs with figures of its own, which programs want apart from the sentence.
FIGURES = "figures"

REQUEST, DELIVERY, TIMED = "request", "delivery", "timed"

_at_work: ContextVar[tuple[str, str] | None] = ContextVar("at_work", default=None)


def name_request(offered: str | None) -> str:
    """What a request is called: as the proxy says, if that can be a name, else something of our own."""
    return offered if offered and _GOOD_NAME.fullmatch(offered) else secrets.token_hex(8)


def begin(kind: str, name: str) -> Token[tuple[str, str] | None]:
    """From here on the lines of this thread belong to this piece of work; `end` gets what this returns."""
    return _at_work.set((kind, name))


def end(token: Token[tuple[str, str] | None]) -> None:
    _at_work.reset(token)


@contextmanager
def at_work(kind: str, name: str) -> Iterator[None]:
    """The lines written within belong to this piece of work."""
    token = begin(kind, name)
    try:
        yield
    finally:
        end(token)


def request_id() -> str:
    """The name of the request that is answered here; outside of one, a dash."""
    found = _at_work.get()
    return found[1] if found is not None and found[0] == REQUEST else "-"


def without_addresses(text: str) -> str:
    """The same with mail addresses and passwords of servers cut down to where they are."""
    return _BEFORE_AT.sub("…@", text) if "@" in text else text


def one_line(text: str) -> str:
    """The same with everything written out that could end or hide the line."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class TextLines(logging.Formatter):
    """One line an event, whatever words of other people stand in it; a traceback follows behind a margin."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        found = _at_work.get()
        record.work = f" [{found[0]} {found[1]}]" if found is not None else ""
        return one_line(without_addresses(super().formatMessage(record)))

    def format(self, record: logging.LogRecord) -> str:
        whole = super().format(record)
        if not record.exc_info and not record.stack_info:
            return whole
        first, *more = whole.split("\n")
        found = _at_work.get()
        margin = f"  {found[1]} | " if found is not None else "  | "
        return "\n".join([first, *(margin + one_line(without_addresses(line)) for line in more)])


class JsonLines(logging.Formatter):
    """One JSON object a line, for programs that read logs."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "name": record.name,
            "message": without_addresses(record.getMessage()),
        }
        found = _at_work.get()
        if found is not None:
            line[found[0]] = found[1]
        figures: Mapping[str, object] | None = getattr(record, FIGURES, None)
        if figures:
            line.update(figures)
        if record.exc_info:
            line["trace"] = without_addresses(self.formatException(record.exc_info))
        return one_line(json.dumps(line, ensure_ascii=False))


def set_up_logging(chosen: Settings) -> None:
    """Log to stderr, one line an event."""
    handler = logging.StreamHandler(sys.stderr)
    if chosen.log_format == "json":
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(TextLines("%(asctime)s %(levelname)s %(name)s%(work)s: %(message)s"))
    logging.basicConfig(level=chosen.log_level, handlers=[handler])
    logging.getLogger("alembic").setLevel(max(logging.WARNING, logging.getLevelName(chosen.log_level)))
