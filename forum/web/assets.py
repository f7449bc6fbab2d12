"""Static files: joined, named by their content, compressed once at start; a browser asks only once."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import brotli
from werkzeug.datastructures import Headers
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Request, Response

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: Cascade order: what comes first yields to what comes later; components stand between, by name.
CSS_FIRST = ("tokens.css", "base.css", "layout.css")
CSS_LAST = ("print.css",)

#: Ten hex digits tell our few dozen files apart for longer than the project will live.
FINGERPRINT_LENGTH = 10

#: A named file never changes under its name: a year is the longest a browser honours.
FOREVER = "public, max-age=31536000, immutable"
#: An address without (or with an older) fingerprint must be asked for again each time.
ASK_AGAIN = "no-cache"

#: Below this a compressed copy with its headers is hardly smaller than the file.
SMALLEST_WORTH_COMPRESSING = 400

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
COMPRESSIBLE = frozenset(TYPES)

#: In the order we prefer when a browser likes several equally: measured smallest first.
ENCODERS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("br", lambda body: brotli.compress(body, quality=11)),
    ("zstd", lambda body: zstd.compress(body, level=19)),
    ("gzip", lambda body: gzip.compress(body, compresslevel=9, mtime=0)),
)

#: More than all our files in all encodings.
REMEMBERED = 64


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: its plain bytes and the same bytes in every encoding that is smaller."""

    name: str
    fingerprint: str
    content_type: str
    body: bytes
    encoded: dict[str, bytes] = field(default_factory=dict)

    @property
    def fingerprinted_name(self) -> str:
        stem, dot, suffix = self.name.rpartition(".")
        return f"{stem}.{self.fingerprint}{dot}{suffix}"


class Assets:
    """The static files of one folder; `app.css` and `app.js` are made of all under `css/` and `js/`.

    With a `cache` folder the compressed copies are kept there for the next start and the other workers.
    With `fresh` every look first checks whether a source changed: for those who work on the pages.
    """

    def __init__(
        self,
        folder: Path,
        cache: Path | None = None,
        prefix: str = "/static/",
        fresh: bool = False,
    ) -> None:
        self.folder = folder
        self.cache = cache
        self.prefix = prefix
        self.fresh = fresh
        self.by_name: dict[str, Asset] = {}
        self.by_fingerprint: dict[str, Asset] = {}
        self._seen: tuple[tuple[str, int], ...] = ()
        self.build()

    def build(self) -> None:
        """Read and compress everything again."""
        self._seen = self._state()
        bodies = {"app.css": self._join_css(), "app.js": self._join_js()}
        for path in self._sources():
            name = path.relative_to(self.folder).as_posix()
            if not name.startswith(("css/", "js/")):
                bodies[name] = path.read_bytes()
        self.by_name = {name: self._asset(name, body) for name, body in bodies.items()}
        self.by_fingerprint = {asset.fingerprinted_name: asset for asset in self.by_name.values()}

    def url(self, name: str) -> str:
        """Raise KeyError for a name that is not there: a page with a dead link must not be drawn."""
        self._refresh()
        return self.prefix + self.by_name[name].fingerprinted_name

    def respond(self, name: str, request: Request) -> Response:
        """Answer a GET or HEAD for what stands after the prefix; 404 when we have no such file."""
        self._refresh()
        asset, lifetime = self._find(name)
        if asset is None:
            return Response("Not found\n", 404, {"Cache-Control": "no-store"}, content_type="text/plain")
        encoding = choose_encoding(request.headers.get("Accept-Encoding", ""), asset.encoded)
        headers = Headers(
            {
                "Cache-Control": lifetime,
                "Content-Type": asset.content_type,
                "X-Content-Type-Options": "nosniff",
                "Cross-Origin-Resource-Policy": "same-origin",
            }
        )
        if asset.encoded:
            headers["Vary"] = "Accept-Encoding"
        if encoding:
            headers["Content-Encoding"] = encoding
        response = Response(asset.encoded[encoding] if encoding else asset.body, headers=headers)
        response.set_etag(f"{asset.fingerprint}-{encoding or 'plain'}")
        return response.make_conditional(request)

    def _find(self, name: str) -> tuple[Asset | None, str]:
        if name in self.by_fingerprint:
            return self.by_fingerprint[name], FOREVER
        if name in self.by_name:
            return self.by_name[name], ASK_AGAIN
        # A page drawn before the last deployment still asks for the old name. The current file serves it
        # better than nothing, but must not be kept under a name that promises other bytes.
        stem, dot, suffix = name.rpartition(".")
        plain, _, older = stem.rpartition(".")
        if len(older) == FINGERPRINT_LENGTH and set(older) <= set("0123456789abcdef"):
            return self.by_name.get(plain + dot + suffix), ASK_AGAIN
        return None, ASK_AGAIN

    def _join_css(self) -> bytes:
        names = [path.name for path in sorted((self.folder / "css").glob("*.css"))]
        between = [name for name in names if name not in CSS_FIRST + CSS_LAST]
        ordered = [name for name in (*CSS_FIRST, *between, *CSS_LAST) if name in names]
        return b"\n".join((self.folder / "css" / name).read_bytes() for name in ordered)

    def _join_js(self) -> bytes:
        """Give each file a block of its own, so that what one names stays unseen by the others."""
        scripts = sorted((self.folder / "js").glob("*.js"))
        return b"\n".join(b"{\n" + path.read_bytes().strip() + b"\n}" for path in scripts)

    def _asset(self, name: str, body: bytes) -> Asset:
        suffix = Path(name).suffix
        guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
        asset = Asset(name, fingerprint(body), TYPES.get(suffix, guessed), body)
        if suffix in COMPRESSIBLE and len(body) >= SMALLEST_WORTH_COMPRESSING:
            for encoding, encode in ENCODERS:
                smaller = self._encoded(asset, encoding, encode)
                if len(smaller) < len(body):
                    asset.encoded[encoding] = smaller
        return asset

    def _encoded(self, asset: Asset, encoding: str, encode: Callable[[bytes], bytes]) -> bytes:
        if self.cache is None:
            return encoded_once(encode, asset.body)
        kept = self.cache / f"{fingerprint(asset.name.encode())}.{asset.fingerprint}.{encoding}"
        try:
            return kept.read_bytes()
        except FileNotFoundError:
            made = encode(asset.body)
            write_whole(kept, made)
            return made

    def _sources(self) -> Iterable[Path]:
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path

    def _state(self) -> tuple[tuple[str, int], ...]:
        return tuple((str(path), path.stat().st_mtime_ns) for path in self._sources())

    def _refresh(self) -> None:
        if self.fresh and self._state() != self._seen:
            self.build()


@lru_cache(maxsize=REMEMBERED)
def encoded_once(encode: Callable[[bytes], bytes], body: bytes) -> bytes:
    """What a second application in the same process finds done: the smallest copies take a sixth of a second."""
    return encode(body)


def fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:FINGERPRINT_LENGTH]


def choose_encoding(accepted: str, available: Iterable[str]) -> str | None:
    """Name the encoding the browser likes best, among equals what is available first; None means plain bytes."""
    liked = {name.lower(): quality for name, quality in parse_accept_header(accepted)}
    best: str | None = None
    best_quality = 0.0
    for name in available:
        quality = liked.get(name, liked.get("*", 0.0))
        if quality > best_quality:
            best, best_quality = name, quality
    if best is not None and liked.get("identity", 0.0) > best_quality:
        return None
    return best


def write_whole(path: Path, body: bytes) -> None:
    """Put the file in place in one step: another worker may be reading or writing the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
