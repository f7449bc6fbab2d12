"""Proof that a form was sent from our own page: a secret of the browser's session, masked anew on every page."""

import base64
import hmac
import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, request, session

from forum.base.errors import Refused
from forum.base.words import say
from forum.web.forms import to_sign_in

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
SECRET_BYTES = 16
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Forged(Refused):
    """The request does not come from a page of ours, or from one too old."""

    def __init__(self) -> None:
        super().__init__(
            say(
                "This form was open for too long or does not come from this site. "
                "Go back, reload the page and send it again."
            )
        )


def csrf_token() -> str:
    """A token for a form of this page; masked, so that compressing the page gives nothing away."""
    secret = session.get("csrf")
    if not isinstance(secret, str):
        secret = session["csrf"] = secrets.token_hex(SECRET_BYTES)
    g.has_token = True
    pad = secrets.token_bytes(SECRET_BYTES)
    masked = bytes(left ^ right for left, right in zip(pad, bytes.fromhex(secret), strict=True))
    return base64.urlsafe_b64encode(pad + masked).decode().rstrip("=")


def check(sent: str) -> bool:
    """Whether a token belongs to this browser's session."""
    secret = session.get("csrf")
    if not isinstance(secret, str) or len(sent) > 100:
        return False
    try:
        raw = base64.urlsafe_b64decode(sent + "=" * (-len(sent) % 4))
    except ValueError:
        return False
    pad, masked = raw[:SECRET_BYTES], raw[SECRET_BYTES:]
    if len(masked) != SECRET_BYTES:
        return False
    unmasked = bytes(left ^ right for left, right in zip(pad, masked, strict=True))
    return hmac.compare_digest(unmasked.hex(), secret)


def comes_from_here() -> bool:
    """What the browser itself says of where the request was made; silence is not held against anybody."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return origin != "null" and urlsplit(origin).netloc == request.host
    except ValueError:
        return False


def _lost_the_cookie() -> bool:
    """Whether this is a text out of a page of ours whose browser no longer knows its session: nothing is done with it."""
    from_here = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return from_here and comes_from_here() and not session and bool(request.form.get("draft_for"))


def install(app: Flask) -> None:
    """Check every unsafe request of a page; the API knows no cookies and so needs no token."""

    @app.before_request
    def refuse_forgery() -> Any:
        if request.method in SAFE_METHODS or request.path.startswith("/api/"):
            return None
        if request.url_rule is None:
            return None
        sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
        if comes_from_here() and check(sent):
            return None
        if _lost_the_cookie():
            return to_sign_in()
        raise Forged

    @app.after_request
    def keep_token_pages_private(response: Response) -> Response:
        if g.get("has_token"):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    app.jinja_env.globals["csrf_token"] = csrf_token
