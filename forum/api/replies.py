"""What goes back: JSON in UTF-8, moments in UTC, slices of lists, and tags that name the state of a thing."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, request

from forum.base.errors import Conflict
from forum.base.paging import Page
from forum.base.parts import parts
from forum.base.words import say

T = TypeVar("T")

#: As many things as one answer holds, whatever is asked for.
MOST_ITEMS = 100

Plain = dict[str, Any]


class Stale(Conflict):
    """The caller named a state of the thing that is no longer the newest."""

    def __init__(self) -> None:
        super().__init__(say("This was changed meanwhile. Read it again and repeat your change."))


@dataclass(frozen=True)
class Reply:
    """A body that is ready to be sent, and to be kept."""

    body: str
    status: int = 200
    location: str | None = None
    etag: str | None = None
    is_replayed: bool = False

    def response(self) -> Response:
        made = Response(self.body, self.status, mimetype="application/json")
        if self.location is not None:
            made.headers["Location"] = self.location
        if self.etag is not None:
            made.headers["ETag"] = self.etag
        if self.is_replayed:
            made.headers["Idempotency-Replayed"] = "true"
        return made


def reply(shown: Plain, status: int = 200, *, location: str | None = None, etag: str | None = None) -> Reply:
    """Write what is shown down as JSON."""
    return Reply(write_json(shown), status, location, etag)


def write_json(shown: Any) -> str:
    """JSON as we send it: people can read it, moments end in Z."""
    return json.dumps(shown, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(value)


def list_reply(page: Page[T], show: Callable[[T], Plain]) -> Reply:
    """A slice of a list, and where the next one is."""
    return items_reply([show(item) for item in page.items], page.next)


def items_reply(items: Sequence[Plain], cursor: str | None) -> Reply:
    return reply({"items": list(items), "next": None if cursor is None else next_url(cursor)})


def next_url(cursor: str) -> str:
    """This address with another cursor."""
    asked = request.args.to_dict()
    asked["cursor"] = cursor
    return absolute(f"{request.path}?{urlencode(asked)}")


def absolute(path: str) -> str:
    """The address under which the site is known."""
    return parts().settings.base_url + path


def api_url(path: str) -> str:
    """The address of a thing in this API."""
    return absolute(f"/api/v1{path}")


def version_tag(version: int, state: str = "") -> str:
    """The entity tag of something that can be edited: its version, not everything that is shown of it."""
    return f'"v{version}-{state}"' if state else f'"v{version}"'


def check_match(tag: str) -> None:
    """Raise Stale when the caller says which state they mean and it is not this one.

    Compression adds its name to the tag it sends (`"v3:br"`); that is still the third version.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return
    named = {given.strip().strip('"').partition(":")[0] for given in header.split(",")}
    if tag.strip('"') not in named:
        raise Stale
