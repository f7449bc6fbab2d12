"""Lead those who follow a link to where a community lived before it moved in here."""

import re
from urllib.parse import quote, urlsplit

from flask import redirect, request
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from forum.base.errors import NotFound
from forum.base.parts import parts
from forum.base.requests import db
from forum.questions.models import Question
from forum.questions.queries import find_old_address
from forum.web.people import reader
from forum.web.questions.addresses import answer_url, question_url
from forum.web.questions.blueprint import pages

#: `/questions/12/words`, `/questions/12/words/34` (its answer 34), `/q/12/5` (as sent round by user 5), `/a/34/5`.
_QUESTION = re.compile(r"(?:questions|q)/([0-9]{1,18})(?:/.*)?")
_ANSWER = re.compile(r"(?:a|questions/[0-9]{1,18}/[^/]+)/([0-9]{1,18})(?:/[0-9]*)?/?")


@pages.before_app_request
def leave_old_host() -> Response | None:
    """A name that only leads elsewhere serves no page: whoever comes by it goes to ours, where the address is known."""
    settings = parts().settings
    host = urlsplit(f"//{request.host}").hostname or ""
    if host not in settings.old_hosts:
        return None
    if request.method not in ("GET", "HEAD"):
        raise NoSuchPage
    if request.path == "/":
        return redirect(f"{settings.base_url}/", 308)
    return redirect(f"{settings.base_url}/old/{host}{quote(request.path)}", 308)


@pages.get("/old/<host>/<path:rest>")
def old_host(host: str, rest: str) -> Response:
    """Where a question or answer of another place stands now."""
    for known in _known_as(rest):
        try:
            found = find_old_address(db(), reader(), f"{host.lower()}/{known}")
        except NotFound:
            continue
        return redirect(question_url(found) if isinstance(found, Question) else answer_url(found), 308)
    raise NotFound("address")


def _known_as(rest: str) -> list[str]:
    """The forms under which an import remembers an address, the nearest first."""
    matches = (("a", _ANSWER.fullmatch(rest)), ("questions", _QUESTION.fullmatch(rest)))
    return [f"{kind}/{match[1]}" for kind, match in matches if match]
