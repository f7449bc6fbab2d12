"""Proof that a form was sent from our own page: a secret of the browser's session, masked anew on every page."""

import base64
import hmac
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request, session

from forum.base.errors import Refused
from forum.base.words import say
from forum.web.holes import Hole
from forum.web.people import SignInNeeded

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


class OldPage(Forged):
    """A text out of a page of ours, opened before its writer signed in anew: not done, but not lost either."""


def _token() -> str:
    """A token for the forms of this page; masked, so that compressing the page gives nothing away."""
    secret = session.get("csrf")
    if not isinstance(secret, str):
        secret = session["csrf"] = secrets.token_hex(SECRET_BYTES)
    g.has_token = True
    known: tuple[str, str] | None = g.get("token_of_page")
    if known is None or known[0] != secret:
        known = g.token_of_page = secret, _masked(bytes.fromhex(secret))
    return known[1]


def _masked(secret: bytes) -> str:
    """The secret under a pad of its own: another word each time, with the same meaning."""
    pad = secrets.token_bytes(SECRET_BYTES)
    masked = bytes(left ^ right for left, right in zip(pad, secret, strict=True))
    return base64.urlsafe_b64encode(pad + masked).decode().rstrip("=")


#: What forms ask for.
csrf_token = Hole(_token)


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


def _is_text_from_here() -> bool:
    """Whether this is a text out of a page of ours whose session is over; nothing is done but to show it again."""
    from_here = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return from_here and comes_from_here() and bool(request.form.get("draft_for"))


def install(app: Flask) -> None:
    """Check every unsafe request of a page; the API knows no cookies and so needs no token."""

    @app.before_request
    def refuse_forgery() -> None:
        if request.method in SAFE_METHODS or request.path.startswith("/api/"):
            return
        if request.url_rule is None:
            return
        sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
        if comes_from_here() and check(sent):
            return
        if _is_text_from_here():
            raise OldPage if "_user_id" in session else SignInNeeded
        raise Forged

    @app.after_request
    def keep_token_pages_private(response: Response) -> Response:
        if g.get("has_token"):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    app.jinja_env.globals["csrf_token"] = csrf_token
