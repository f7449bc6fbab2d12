"""The OpenAPI 3.1 description, made from the routes and from the shapes that check what they take."""

import re
from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

import forum
from forum.api import given
from forum.api.models import KEY_LENGTH
from forum.api.routes import Route, api, shape
from forum.base.words import Sentence, say

SCHEMAS = "#/components/schemas/{model}"

_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")

#: What can go wrong, by status; which of them, `failures` knows.
PROBLEMS: dict[int, Sentence] = {
    400: say("The body is not JSON."),
    401: say("There is no token, or it is no longer valid."),
    403: say("The token lacks the scope, or a rule says no; `detail` says why."),
    404: say("There is nothing here, or it is not open to you."),
    409: say("It cannot be done as things stand now."),
    412: say("The thing is no longer in the state that If-Match names."),
    413: say("The body is too large."),
    414: say("The address is too long."),
    415: say("The body is not sent as application/json."),
    422: say("A field is wrong, missing or unknown; `errors` says which."),
    429: say("Too often in a short time; Retry-After says when to come back."),
    503: say("The store is busy and nothing was done; Retry-After says when to come back."),
}


@cache
def build() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for route in api.routes:
        paths.setdefault(plain_path(route), {})[route.method.lower()] = operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sportello",
            "version": forum.__version__,
            "summary": "Customers help each other, and nobody waits in vain.",
        },
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                f"Problem{status}": {
                    "description": str(sentence),
                    "content": {"application/problem+json": {"schema": ref("Problem")}},
                }
                for status, sentence in PROBLEMS.items()
            },
        },
    }


@cache
def schemas() -> dict[str, Any]:
    """All shapes that a body has, under their names."""
    names = {name for route in api.routes for name in (route.takes, route.gives) if name} | {"Problem"}
    _, made = models_json_schema([(shape(name), "validation") for name in sorted(names)], ref_template=SCHEMAS)
    found: dict[str, Any] = made["$defs"]
    return found


def plain_path(route: Route) -> str:
    """`/questions/{question_id}`"""
    return _PLACE.sub(r"{\1}", route.path)


def ref(name: str) -> dict[str, str]:
    return {"$ref": SCHEMAS.format(model=name)}


def operation(route: Route) -> dict[str, Any]:
    """One thing that can be done."""
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": str(route.does),
        "tags": [group(route)],
        "parameters": parameters(route),
        "responses": {str(route.status): success(route)},
        "security": [{"token": [scope]} for scope in route.scopes] or [{}, {"token": []}],
    }
    if route.name == "promote_answer":
        made["responses"]["200"] = success(route)
    for status in failures(route):
        made["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if route.takes is not None and shape(route.takes).model_fields:
        made["requestBody"] = {
            "required": not route.is_body_optional,
            "content": {"application/json": {"schema": ref(route.takes)}},
        }
    return made


def group(route: Route) -> str:
    return route.path.split("/")[1].partition(".")[0]


def parameters(route: Route) -> list[dict[str, Any]]:
    """What stands in the address, behind it and in the headers."""
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
        for name in _PLACE.findall(route.path)
    ]
    if route.asks is not None:
        described = shape(route.asks).model_json_schema(ref_template=SCHEMAS)
        found += [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in described.get("properties", {}).items()
        ]
    if route.method == "POST":
        key = {"type": "string", "maxLength": KEY_LENGTH}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    if route.has_tag and route.is_unsafe and route.status == 200:
        found.append({"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}})
    return found


def success(route: Route) -> dict[str, Any]:
    if route.gives is None:
        return {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}
    schema: dict[str, Any] = ref(route.gives)
    if route.is_list:
        schema = {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": schema},
                "next": {"anyOf": [{"type": "string", "format": "uri"}, {"type": "null"}]},
            },
            "required": ["items", "next"],
        }
    made: dict[str, Any] = {"description": "OK", "content": {"application/json": {"schema": schema}}}
    headers = [name for name, has in (("Location", route.status == 201), ("ETag", route.has_tag)) if has]
    if headers:
        made["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    return made


def failures(route: Route) -> list[int]:
    """The problems this route can answer with."""
    found = {401, 422}
    if route.asks is not None:
        found.add(414)
    if route.scopes:
        found.add(403)
    if _PLACE.search(route.path):
        found.add(404)
    if route.is_unsafe:
        found |= {429, 503}
    if route.pace is not None:
        found.add(429)
    if route.takes is not None:
        found |= {400, 413, 415}
    if route.has_tag and route.is_unsafe and route.status == 200:
        found |= {409, 412}
    return sorted(found)


@cache
def fields(name: str) -> list[dict[str, Any]]:
    """The fields of a shape as the page shows them: name, kind, whether it is needed."""
    described = shape(name).model_json_schema(ref_template=SCHEMAS)
    needed = set(described.get("required", ()))
    return [
        {"name": field, "kind": kind(schema), "is_needed": field in needed}
        for field, schema in described.get("properties", {}).items()
    ]


def kind(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"[{kind(schema['items'])}]"
    words = str(schema.get("format") or schema.get("type", "any"))
    return f"{words} ≤ {schema['maxLength']}" if "maxLength" in schema else words


def given_shapes() -> list[str]:
    """The shapes that answers are made of, for the end of the page."""
    return [name for name in schemas() if hasattr(given, name)]
