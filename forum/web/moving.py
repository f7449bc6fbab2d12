"""The right address of a page: in whole, and the way there from one that is not quite right."""

from flask import redirect, request
from werkzeug.wrappers import Response

from forum.base.parts import parts


def whole(path: str) -> str:
    """A path as the address that leads here from anywhere."""
    return parts().settings.base_url + path


def moved(path: str) -> Response:
    """The right address of what was asked for, for good, and with whatever else the address said."""
    asked = request.query_string.decode("ascii", "ignore")
    return redirect(path + (f"?{asked}" if asked else ""), 308)
