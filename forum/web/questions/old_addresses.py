"""Send those who come by an address of the past to where the question stands now."""

from flask import Response, redirect, request
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as AnyResponse

from forum.base.errors import NotFound
from forum.base.requests import db
from forum.questions.models import Question
from forum.questions.queries import find_old_address
from forum.web.errors import answer as answer_error
from forum.web.people import reader
from forum.web.questions.addresses import answer_url, question_url
from forum.web.questions.blueprint import pages

#: Longer than any path that is kept.
LONGEST = 200


@pages.app_errorhandler(NoSuchPage)
def find_old(error: NoSuchPage) -> AnyResponse:
    """A page that is not there may have been one before."""
    found = _moved_to() if request.method in ("GET", "HEAD") else None
    if found is not None:
        return redirect(found, 308)
    response: Response = answer_error(404)
    return response


def _moved_to() -> str | None:
    for path in {request.path, request.path.rstrip("/")}:
        if not path.isprintable() or not 0 < len(path) <= LONGEST:
            continue
        try:
            address = find_old_address(db(), reader(), path)
        except NotFound:
            continue
        return question_url(address) if isinstance(address, Question) else answer_url(address)
    return None
