"""One request's unit of work: its session, its moment, and the promise that only a return commits."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, g, request
from flask import session as cookie
from sqlalchemy.orm import Session

from forum.base.clock import utc_now
from forum.base.parts import parts

P = ParamSpec("P")
T = TypeVar("T")

#: What is remembered of who asks, to be forgotten when a transaction begins anew.
ACTOR_KEYS = ("_login_user", "actor")


def db() -> Session:
    """The session of this request: inside `@writes` the one that will be committed, else one that only reads."""
    session: Session | None = g.get("session")
    if session is None:
        session = g.session = parts().store.session(writes=False)
    return session


def now() -> datetime:
    """The moment this request began, the same for all that it does."""
    moment: datetime | None = g.get("now")
    if moment is None:
        moment = g.now = utc_now()
    return moment


def writes(view: Callable[P, T]) -> Callable[P, T]:
    """Let a view change things: returning commits, raising refuses, and meeting another writer repeats.

    The actor is loaded anew inside the transaction, so that a right taken away meanwhile is gone.
    """

    @wraps(view)
    def in_transaction(*args: P.args, **kwargs: P.kwargs) -> T:
        said_before = list(cookie.get("_flashes", ()))

        def attempt(session: Session) -> T:
            forget_session()
            if cookie.get("_flashes", []) != said_before:
                cookie["_flashes"] = list(said_before)
            g.session = session
            return view(*args, **kwargs)

        try:
            return parts().store.write(attempt)
        finally:
            g.pop("session", None)
            for key in ACTOR_KEYS:
                g.pop(key, None)

    in_transaction.is_writes = True  # type: ignore[attr-defined]
    return in_transaction


def forget_session() -> None:
    """Close the session that was read from, if there is one, and forget who was loaded with it."""
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
    for key in ACTOR_KEYS:
        g.pop(key, None)


def install(app: Flask, larger: Mapping[str, int] | None = None) -> None:
    """Close what a request opened, however it ended; let some addresses take larger bodies than others."""
    sizes = larger or {}

    @app.before_request
    def allow_size() -> None:
        if request.method == "POST" and request.path in sizes:
            request.max_content_length = sizes[request.path]

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        forget_session()
