"""The description for programs, and the same as a page for people."""

from itertools import groupby

from flask import Blueprint, render_template

from forum.api.replies import Reply, write_json
from forum.api.routes import api
from forum.base.words import say

pages = Blueprint("api_reference", __name__, template_folder="templates")


@api.route("GET", "/openapi.json", say("This description, as OpenAPI 3.1"))
def read_openapi() -> Reply:
    from forum.api import spec

    return Reply(write_json(spec.build()))


@pages.get("/api")
def show_reference() -> str:
    """The reference as a page, without script."""
    from forum.api import spec

    return render_template(
        "api/reference.html",
        groups=[(name, list(routes)) for name, routes in groupby(sorted(api.routes, key=spec.group), key=spec.group)],
        path_of=spec.plain_path,
        fields=spec.fields,
        shapes=spec.given_shapes(),
        problems=spec.PROBLEMS,
    )
