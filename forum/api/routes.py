"""How a view becomes a route: who may call it, what it takes and gives, one transaction, one way of saying no."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, request

from forum.api import bodies
from forum.api.callers import actor, caller, require_scope
from forum.api.models import KeptAnswer, find_kept
from forum.api.problems import problem_of
from forum.api.replies import Plain, Reply, reply
from forum.base.errors import Invalid
from forum.base.pace import keep_pace
from forum.base.requests import db, forget_session, now, writes
from forum.base.shield import Pace
from forum.base.words import Sentence, say

if TYPE_CHECKING:
    from pydantic import BaseModel

View = Callable[..., Any]

#: No answer of the API is kept by what stands between: a token decides what is in it.
CACHE_CONTROL = "private, no-store"


@dataclass(frozen=True)
class Route:
    """One thing that can be done. `takes`, `asks` and `gives` are names in `forum.api.shapes`."""

    method: str
    path: str
    does: Sentence
    view: View
    #: Any of these will do; empty: visitors too.
    scopes: tuple[str, ...] = ()
    takes: str | None = None
    #: What may stand behind the question mark.
    asks: str | None = None
    gives: str | None = None
    is_list: bool = False
    status: int = 200
    #: The body may be left out.
    is_body_optional: bool = False
    #: The answer carries an ETag, and an edit may name it in If-Match.
    has_tag: bool = False
    #: Slow work for which no transaction should wait; what it returns is given to the view too.
    first: View | None = None
    #: How fast one caller may ask, for what takes time to find.
    pace: Pace | None = None

    @property
    def name(self) -> str:
        return self.view.__name__

    @property
    def is_unsafe(self) -> bool:
        return self.method != "GET"


def shape(name: str) -> "type[BaseModel]":
    """A shape by its name; they are loaded when the first program calls, for most sites no program ever does."""
    asked, given = import_module("forum.api.shapes"), import_module("forum.api.given")
    found: type[BaseModel] = getattr(given, name, None) or getattr(asked, name)
    return found


@dataclass
class Api:
    """All routes, in the order in which the reference shows them."""

    routes: list[Route] = field(default_factory=list)

    @property
    def loaded(self) -> set[str]:
        return {route.view.__module__ for route in self.routes}

    def route(self, method: str, path: str, does: Sentence, **more: Any) -> Callable[[View], View]:
        """Register a view: it gets what the address names, then `body` and `query` where it has them."""

        def register(view: View) -> View:
            self.routes.append(Route(method, path, does, view, **more))
            return view

        return register

    def install(self, app: Flask) -> None:
        """Bring the routes into an application."""
        blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
        for route in self.routes:
            blueprint.add_url_rule(route.path, route.name, serve(route), methods=[route.method])
        app.register_blueprint(blueprint)


api = Api()


def serve(route: Route) -> Callable[..., Response]:
    """The route as Flask calls it."""
    run = writes(once(route)) if route.is_unsafe else route.view

    @wraps(run)
    def answer(**named: Any) -> Response:
        try:
            made = as_reply(run(**named, **prepared(route, named)), route).response()
        except Exception as error:
            made = problem_of(error)
        made.headers["Cache-Control"] = CACHE_CONTROL
        made.vary.add("Authorization")
        return made

    return answer


def prepared(route: Route, named: Plain) -> Plain:
    """Let the right callers in and read what they sent, all before any transaction begins."""
    if route.scopes:
        require_scope(route.scopes)
    else:
        caller()
    if route.pace is not None:
        keep_pace(route.pace, caller().id)
    given: Plain = {}
    if route.is_unsafe:
        bodies.idempotency_key()
    if route.asks is not None:
        given["query"] = bodies.read_query(shape(route.asks))
    elif request.args:
        raise Invalid({bodies.shown_name(tuple(request.args)): bodies.SENTENCES["extra_forbidden"]})
    if route.takes is not None:
        body = bodies.read_body(shape(route.takes), may_be_missing=route.is_body_optional)
        given["body"] = body
        prepare = getattr(body, "prepare", None)
        if prepare is not None:
            prepare()
    if route.first is not None:
        given.update(route.first(**named, **given))
    if route.is_unsafe:
        forget_session()
    return given


def once(route: Route) -> View:
    """Let a view run in its transaction; of a POST with a key the answer is kept, and found the second time."""

    @wraps(route.view)
    def run(**named: Any) -> Reply:
        require_scope(route.scopes)
        key = bodies.idempotency_key() if route.method == "POST" else ""
        if not key:
            return as_reply(route.view(**named), route)
        hashed = bodies.request_hash()
        kept = find_kept(db(), actor().id, key, now())
        if kept is not None:
            return replay(kept, hashed)
        made = as_reply(route.view(**named), route)
        db().add(
            KeptAnswer(
                user_id=actor().id,
                key=key,
                request_hash=hashed,
                status=made.status,
                location=made.location,
                etag=made.etag,
                body=made.body,
                created_at=now(),
            )
        )
        db().flush()
        return made

    return run


def replay(kept: KeptAnswer, hashed: str) -> Reply:
    """The kept answer; raises Invalid when the key was used for another request."""
    if kept.request_hash != hashed:
        raise Invalid({bodies.KEY_HEADER: say("This key was used for another request. Take a new one.")})
    return Reply(kept.body, kept.status, kept.location, kept.etag, is_replayed=True)


def as_reply(made: Reply | Plain, route: Route) -> Reply:
    return made if isinstance(made, Reply) else reply(made, route.status)
