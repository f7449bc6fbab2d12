"""A program that calls the API: with a token or without, and with every answer held against the description."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.accounts.rules import SCOPES, may_use_scope
from forum.accounts.tokens import add_token
from forum.api.routes import api, shape
from forum.base.parts import Parts
from tests.builders import NOON


class Program:
    """Sends JSON and checks that what comes back is what the description promises."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.app, self.token = app, token
        self.client = app.test_client()

    def send(self, method: str, path: str, body: Any = None, *, raw: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            named.setdefault("Authorization", f"Bearer {self.token}")
        if raw is not None:
            named.setdefault("Content-Type", "application/json")
        given: dict[str, Any] = {"json": body} if body is not None else {"data": raw} if raw is not None else {}
        address = path if path.startswith("/api") else f"/api/v1{path}"
        response = self.client.open(address, method=method, headers=named, **given)
        check_promise(self.app, method, address, response)
        return response

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("POST", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("PATCH", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("PUT", path, body, **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self.send("DELETE", path, **more)


def check_promise(app: Flask, method: str, address: str, response: Any) -> None:
    """A problem is a problem; anything else is of the shape, and has the status, that the description names."""
    if response.status_code >= 400:
        assert response.mimetype == "application/problem+json", response.data
        shape("Problem").model_validate_json(response.data)
        assert response.json["status"] == response.status_code
        return
    if method in ("OPTIONS", "HEAD"):
        return
    endpoint, _ = app.url_map.bind("localhost").match(address.partition("?")[0], method=method)
    route = next(each for each in api.routes if endpoint == f"api.{each.name}")
    assert response.status_code == route.status or (route.name, response.status_code) == ("promote_answer", 200)
    assert response.mimetype == "application/json"
    assert ("ETag" in response.headers) == route.has_tag
    if route.gives is None:
        return
    if route.is_list:
        assert set(response.json) == {"items", "next"}
    for item in response.json["items"] if route.is_list else [response.json]:
        shape(route.gives).model_validate_json(json.dumps(item), strict=True)


@pytest.fixture
def program(app: Flask, parts: Parts) -> Callable[..., Program]:
    """`program(anna, "read", "write")` has a token of Anna's; without scopes all she may have; `program()` none."""

    def make(user: User | None = None, *scopes: str) -> Program:
        if user is None:
            return Program(app, None)

        def add(session: Session) -> str:
            owner = session.get_one(User, user.id)
            chosen = scopes or [scope for scope in SCOPES if may_use_scope(owner, scope)]
            return add_token(session, owner, "test", frozenset(chosen), NOON)[1]

        return Program(app, parts.store.write(add))

    return make
