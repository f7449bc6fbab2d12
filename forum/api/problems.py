"""Every way of saying no as RFC 9457 `application/problem+json`: one sentence, and one for each field."""

import logging
from collections.abc import Mapping

from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.http import HTTP_STATUS_CODES

from forum.api.callers import ScopeNeeded, TokenNeeded
from forum.api.replies import Stale, write_json
from forum.base.errors import Conflict, Invalid, NotFound, Refused, StoreBusy, TooMany
from forum.base.logs import request_id
from forum.base.parts import parts
from forum.base.words import Sentence, say, translate

log = logging.getLogger(__name__)

PREFIX = "/api/"
MIMETYPE = "application/problem+json"

#: Seconds after which a write may find the database less busy.
BUSY_RETRY = 2

DETAILS = {
    400: say("The request could not be understood."),
    404: say("There is nothing at this address, or it is not open to you."),
    405: say("This address does not take that kind of request."),
    408: say("The request took too long to arrive. Please send it again."),
    413: say("That is more than fits. Please send less."),
    415: say("Send the body as JSON in UTF-8, with the header Content-Type: application/json."),
    422: say("Something in what you sent is not right."),
    500: say("Something went wrong here. It was noted, and nothing you sent was kept."),
    503: say("It is very busy right now and this was not saved. Please try again in a few seconds."),
}


def language() -> str:
    """What the caller understands, else what the owner of the token speaks, else the first of the site."""
    spoken = parts().settings.languages
    found = request.accept_languages.best_match(spoken)
    if found is None:
        found = getattr(g.get("actor"), "language", None)
    return found if found in spoken else spoken[0]


def problem(status: int, detail: Sentence | None = None, errors: Mapping[str, Sentence] | None = None) -> Response:
    """The answer that says what went wrong."""
    chosen = language()
    sentence = detail or DETAILS.get(status) or DETAILS[400 if status < 500 else 500]
    body: dict[str, object] = {
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "status": status,
        "detail": translate(sentence, chosen),
    }
    if errors:
        body["errors"] = {name: translate(each, chosen) for name, each in errors.items()}
    if status >= 500:
        body["request_id"] = request_id()
    response = Response(write_json(body), status, mimetype=MIMETYPE)
    response.headers["Content-Language"] = chosen
    return response


def problem_of(error: Exception) -> Response:
    """The answer to whatever was raised; a surprise is logged and says nothing of itself."""
    match error:
        case TokenNeeded():
            return _challenge(401, error.reason, 'error="invalid_token"' if error.was_sent else "")
        case ScopeNeeded():
            return _challenge(403, error.reason, f'error="insufficient_scope", scope="{" ".join(error.scopes)}"')
        case TooMany():
            return _later(problem(429, error.reason), max(1, round(error.retry_after.total_seconds())))
        case Refused():
            return problem(403, error.reason)
        case NotFound():
            return problem(404)
        case Invalid():
            named = {name: each for name, each in error.errors.items() if name}
            return problem(422, error.errors.get("") or DETAILS[422], named)
        case Stale():
            return problem(412, error.reason)
        case Conflict():
            return problem(409, error.reason)
        case StoreBusy():
            log.warning("the store was busy for %s", request.path)
            return _later(problem(503), BUSY_RETRY)
        case HTTPException():
            return problem_of_http(error)
        case RecursionError():
            return problem(400)
        case SQLAlchemyError():
            return surprise(error)
        case _:
            return surprise(error)


def problem_of_http(error: HTTPException) -> Response:
    """What Flask or Werkzeug refused."""
    response = problem(error.code or 500)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    if isinstance(error, RequestEntityTooLarge):
        response.headers["Connection"] = "close"
    return response


def surprise(error: Exception) -> Response:
    """Our own mistake."""
    response = problem(500)
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return response


def _challenge(status: int, reason: Sentence, more: str) -> Response:
    response = problem(status, reason)
    response.headers["WWW-Authenticate"] = ", ".join(part for part in ('Bearer realm="Sportello"', more) if part)
    return response


def _later(response: Response, seconds: int) -> Response:
    response.headers["Retry-After"] = str(seconds)
    return response


def install(app: Flask) -> None:
    """Answer in JSON also where no route of the API was found."""

    @app.before_request
    def refuse_unknown() -> Response | None:
        error = request.routing_exception
        if error is None or not request.path.startswith(PREFIX):
            return None
        if error.code is not None and 300 <= error.code < 400:
            return None
        return problem_of_http(error)
