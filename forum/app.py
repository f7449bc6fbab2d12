"""Where the parts meet: settings, database, index, pages, and who reacts to what."""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings
from forum import api, web
from forum.accounts.sessions import LIFETIME, note_seen
from forum.base import parts as parts_module
from forum.base import requests
from forum.base.db import Store, make_engine
from forum.base.measures import Measures
from forum.base.outbox import Subscriptions
from forum.base.parts import Parts
from forum.base.signing import Signer
from forum.knowledge.actions import note_views as note_article_views
from forum.media.looking import MOST_BYTES
from forum.questions.actions import note_views as note_question_views
from forum.search.gathering import note_searches
from forum.subscriptions import subscribe_all
from forum.web import access, compressing, shelf
from forum.web.health import METER
from forum.web.maintenance import Closable
from forum.web.metrics import Meter

if TYPE_CHECKING:
    from search_index.contract import SearchIndex

#: A page's form holds a text of 30,000 characters, four bytes each at worst, three times over by encoding.
FORM_BYTES = 1_000_000
FORM_FIELDS = 200

#: Where a picture is sent, with the form it was chosen in.
LARGER = {"/media": MOST_BYTES + FORM_BYTES}


def create_parts(settings: Settings, store: Store | None = None, index: "SearchIndex | None" = None) -> Parts:
    """Everything an application, a courier or a command works with."""
    subscriptions = Subscriptions()
    chosen = store or Store(make_engine(settings.database_url, pool_size=settings.threads + 2))
    chosen.context["subscriptions"] = subscriptions
    chosen.context["phone_region"] = settings.phone_region
    measures = Measures(chosen)
    measures.register("session_seen", note_seen)
    measures.register("question_views", note_question_views)
    measures.register("article_views", note_article_views)
    measures.register("searches", note_searches)
    made = Parts(
        settings=settings,
        store=chosen,
        subscriptions=subscriptions,
        measures=measures,
        signer=Signer(settings.secret_key),
        index=index or open_index(settings, chosen),
    )
    subscribe_all(made)
    return made


def open_index(settings: Settings, store: Store) -> "SearchIndex":
    """The search index that the settings name."""
    if settings.search == "postgresql":
        from search_index.postgres import PostgresIndex

        return PostgresIndex(store.bind.engine)
    from search_index.whoosh_index import WhooshIndex

    return WhooshIndex(settings.index_folder)


class Cookies(SecureCookieSessionInterface):
    """Signs the cookie with what Flask would put together anew for each request."""

    @lru_cache(maxsize=8)  # noqa: B019
    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(app)


class Application(Flask):
    """No view or handler here is a coroutine, which Flask would ask each of them on each request."""

    session_interface = Cookies()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings, parts: Parts | None = None) -> Flask:
    """The web application; `parts` may bring a database and an index of a test's own."""
    app = Application("forum.web", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-sportello" if settings.is_secure else "sportello",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=LIFETIME.days),
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=FORM_FIELDS,
        TRUSTED_HOSTS=trusted_hosts(settings),
        TEMPLATES_AUTO_RELOAD=False,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.wsgi_app = Closable(app.wsgi_app, settings.data, settings.languages, settings.timezone)  # type: ignore[method-assign]
    parts_module.install(app, parts or create_parts(settings))
    requests.install(app, LARGER)
    shelf.install(app)
    compressing.install(app)
    web.install(app)
    api.install(app)
    meter = app.extensions[METER] = Meter()
    access.install(app, settings, meter)
    return app


def trusted_hosts(settings: Settings) -> list[str]:
    """The names this site answers to; a loopback site by all names of the loopback."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    loopback = ["localhost", "127.0.0.1", "[::1]"]
    own = loopback if host in ("localhost", "127.0.0.1", "::1") else [host, *loopback]
    return [*own, *settings.old_hosts]
