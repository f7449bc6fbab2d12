"""One handler for each way of saying no and one for surprises, as a page or, where asked for, as JSON."""

import logging

from flask import Flask, Response, jsonify, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.sansio.response import Response as AnyResponse

from forum.base.errors import Conflict, Invalid, NotFound, Refused, StoreBusy, TooMany
from forum.base.logs import request_id
from forum.base.words import Sentence, say
from forum.web.access import request_path
from forum.web.forms import to_sign_in
from forum.web.language import spoken
from forum.web.people import SignInNeeded

log = logging.getLogger(__name__)

#: Seconds after which a write may find the database less busy.
BUSY_RETRY = 2

#: What nobody asks us about.
EVERYDAY = (401, 404, 410)

TITLES = {
    400: say("That did not work"),
    401: say("Please sign in"),
    403: say("Not allowed"),
    404: say("Nothing here"),
    409: say("Changed meanwhile"),
    410: say("No longer here"),
    429: say("A little slower, please"),
    500: say("Our mistake"),
    503: say("Very busy"),
}

SENTENCES = {
    400: say("The request could not be understood. Go back and try again."),
    403: say("You cannot do this."),
    404: say("There is nothing at this address, or it is not open to you."),
    405: say("This address does not take that kind of request."),
    408: say("The request took too long to arrive. Please send it again."),
    410: say("What was here has been removed."),
    413: say("That is more than fits here. Please send less."),
    414: say("This address is too long."),
    415: say("This kind of content cannot be taken here."),
    422: say("Something in what you sent is not right."),
    429: say("That was too much in a short time. Please wait a little and try again."),
    500: say("Something went wrong here. It was noted, and nothing you sent was kept."),
    503: say("It is very busy right now and this was not saved. Please try again in a few seconds."),
}


def wants_json() -> bool:
    """Whether a script of our own asks, which shows the sentence itself."""
    best = request.accept_mimetypes.best_match(("text/html", "application/json"), "text/html")
    return best == "application/json"


def answer(status: int, sentence: Sentence | None = None, errors: dict[str, Sentence] | None = None) -> Response:
    """The page, or the JSON, that says what went wrong and what can be done."""
    said = spoken(sentence or SENTENCES.get(status) or SENTENCES[400 if status < 500 else 500])
    if wants_json():
        body = {"title": said, "status": status}
        if errors:
            body["errors"] = {name: spoken(each) for name, each in errors.items()}
        response = jsonify(body)
    else:
        response = _page(status, said)
    response.status_code = status
    return response


def _page(status: int, said: str) -> Response:
    """The error page in the frame of the site, or a bare one when even that fails."""
    try:
        error = {"status": status, "title": spoken(TITLES.get(status, TITLES[400])), "text": said}
        if status not in EVERYDAY:
            error["request_id"] = request_id()
        page = render_template("layouts/error.html", error=error)
    except Exception:
        log.exception("the error page failed")
        return _bare(status)
    return Response(page, mimetype="text/html")


def install(app: Flask) -> None:
    """Let the application answer with these."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        return answer(403, error.reason)

    @app.errorhandler(TooMany)
    def too_many(error: TooMany) -> Response:
        response = answer(429, error.reason)
        response.headers["Retry-After"] = str(round(error.retry_after.total_seconds()))
        return response

    @app.errorhandler(NotFound)
    def not_found(error: NotFound) -> Response:
        return answer(404)

    @app.errorhandler(Invalid)
    def invalid(error: Invalid) -> Response:
        first = next(iter(error.errors.values()), SENTENCES[422])
        return answer(422, first, error.errors)

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> Response:
        return answer(409, error.reason)

    @app.errorhandler(StoreBusy)
    def busy(error: StoreBusy) -> Response:
        log.warning("the store was busy for %s", request_path())
        response = answer(503)
        response.headers["Retry-After"] = str(BUSY_RETRY)
        return response

    @app.errorhandler(SignInNeeded)
    def sign_in_needed(error: SignInNeeded) -> AnyResponse:
        return answer(401, say("Please sign in first.")) if wants_json() else to_sign_in()

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> AnyResponse:
        if error.response is not None:
            return error.response
        status = error.code or 500
        if 300 <= status < 400:
            return error.get_response()
        response = answer(status)
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After", "Location"):
                response.headers[name] = value
        if isinstance(error, RequestEntityTooLarge):
            response.headers["Connection"] = "close"
        return response

    @app.errorhandler(Exception)
    def surprise(error: Exception) -> Response:
        log.exception("%s %s failed", request.method, request_path())
        return answer(500)

    @app.errorhandler(SQLAlchemyError)
    def store_failed(error: SQLAlchemyError) -> Response:
        return surprise(error)

    @app.errorhandler(RecursionError)
    def too_deep(error: RecursionError) -> Response:
        return answer(400)


def _bare(status: int) -> Response:
    """A page that needs neither the database nor a template."""
    sentence = str(SENTENCES.get(status, SENTENCES[500]))
    return Response(
        f"<!doctype html><html lang=en><title>{status}</title><h1>{status}</h1><p>{sentence}</p>"
        f"<p>{request_id()}</p></html>",
        status,
        mimetype="text/html",
    )
