"""Tells machines whether this process lives, whether it can serve, and what it counts."""

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from forum.base.parts import parts
from forum.base.requests import db, now
from forum.migrations.steps import newest_revision, revision_of
from forum.web.metrics import CONTENT_TYPE, Meter

pages = Blueprint("health", __name__)

#: Where the application keeps what counts its requests.
METER = "sportello.meter"

#: A proxy says by these that somebody else stands behind it.
FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded")

NOT_FOR_YOU = "Metrics are for programs on this machine, and for those that send SPORTELLO_METRICS_TOKEN.\n"


@pages.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return plain("ok\n")


@pages.get("/readyz")
def ready() -> Response:
    """Whether people can be served, and what is missing; without the index only titles can be searched."""
    found = {"database": _database(), "index": _index()}
    told = "".join(f"{name}: {wrong or 'ok'}\n" for name, wrong in found.items())
    return plain(told, 503 if found["database"] else 200)


@pages.get("/metrics")
def metrics() -> Response:
    """What is counted, for programs that may know it."""
    if not may_measure(parts().settings):
        response = plain(NOT_FOR_YOU, 401)
        response.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return response
    meter: Meter = current_app.extensions[METER]
    return Response(meter.shown(db(), parts(), now()), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def may_measure(settings: Settings) -> bool:
    """Whether the token was sent, or somebody asks from this machine and not through a proxy on it.

    A proxy on this machine that does not say who stands behind it looks like this machine. So where a site has a
    public address and no proxy is trusted to say it, nobody is believed without the token.
    """
    sent = request.headers.get("Authorization", "")
    if settings.metrics_token:
        return hmac.compare_digest(sent.encode(), f"Bearer {settings.metrics_token}".encode())
    if any(name in request.headers for name in FORWARDED):
        return False
    told = settings.trusted_proxies > 0 or is_loopback(urlsplit(settings.base_url).hostname or "")
    return told and is_loopback(request.remote_addr or "")


def is_loopback(host: str) -> bool:
    """Whether this names the machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def plain(words: str, status: int = 200) -> Response:
    return Response(words, status, mimetype="text/plain", headers={"Cache-Control": "no-store"})


def _database() -> str:
    try:
        db().execute(text("SELECT 1"))
        found, needed = revision_of(db().connection()), newest_revision()
    except SQLAlchemyError:
        return "does not answer"
    if found is not None and found != needed:
        return f"is at revision {found} and needs {needed}"
    return ""


def _index() -> str:
    reason = parts().index.needs_rebuild()
    return f"cannot be used ({reason}); titles are searched meanwhile" if reason else ""
