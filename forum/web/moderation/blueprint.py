"""The blueprint that the views of moderation share."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from forum.web.waiting import forget_waiting_count

pages = Blueprint("moderation", __name__)


@pages.after_request
def count_anew(response: Response) -> Response:
    """Let the number in the navigation be right at once for whoever has just changed it."""
    if request.method == "POST":
        forget_waiting_count()
    return response
