"""Answers made smaller for the way, as the browser takes it and as costs least."""

import gzip
import sys
from collections.abc import Callable
from functools import lru_cache

import brotli
from flask import Flask, Response, request

from forum.web.assets import choose_encoding

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: What gets smaller; pictures and static files, which come compressed, are sent as they are.
KINDS = frozenset(
    ("text/html", "application/json", "application/problem+json", "application/atom+xml", "application/xml")
)

#: What is smaller fits one packet anyway.
LEAST = 500

#: The best first. A page is sent a few times at most; the last tenth of its size would cost more than drawing it.
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstd.compress(body, 3),
    "br": lambda body: brotli.compress(body, quality=1),
    "gzip": lambda body: gzip.compress(body, 1),
}


@lru_cache(maxsize=256)
def coding_for(accepted: str) -> str | None:
    """The first among those that a browser likes best, or None where it takes none of ours."""
    return choose_encoding(accepted, CODINGS)


def install(app: Flask) -> None:
    """Compress what is whole, large enough and of one of these kinds."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype not in KINDS or response.is_streamed or not 200 <= response.status_code < 300:
            return response
        # Whether or not it is: a cache must ask anew for another browser.
        vary = response.headers.get("Vary")
        response.headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
        coding = coding_for(request.headers.get("Accept-Encoding", ""))
        body = response.get_data()
        if coding is None or len(body) < LEAST or "Content-Encoding" in response.headers:
            return response
        response.set_data(CODINGS[coding](body))
        response.headers["Content-Encoding"] = coding
        tag, is_weak = response.get_etag()
        if tag is not None and not is_weak:
            # Another body than the one that is not compressed, and so another strong name.
            response.set_etag(f"{tag}:{coding}")
        return response
