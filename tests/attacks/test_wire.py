"""What stands between the server and the pages: only whole requests get through, and nothing is guessed."""

import asyncio
import json
from typing import Any

import pytest
from granian.rsgi import ProtocolClosed

from forum.web.wire import Gate


class Headers(dict[str, list[str]]):
    """As the server gives them: names in lower case, each with all its values."""

    def get_all(self, name: str) -> list[str]:
        return self.get(name, [])

    def items(self) -> Any:
        return [(name, value) for name, values in super().items() for value in values]


class Scope:
    http_version, scheme, method, path, query_string = "1.1", "http", "POST", "/", ""
    client, server, authority = "192.0.2.1:4711", "127.0.0.1:5000", None

    def __init__(self, **headers: list[str]) -> None:
        self.headers = Headers({name.replace("_", "-"): values for name, values in headers.items()})


class Line:
    """A connection that gives a body, or goes dead before it is whole."""

    def __init__(self, body: bytes | None) -> None:
        self.body = body
        self.status = 0
        self.headers: dict[str, str] = {}
        self.answer = b""

    async def __call__(self) -> bytes:
        if self.body is None:
            raise ProtocolClosed
        return self.body

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.answer = status, dict(headers), body


def send(line: Line, scope: Scope) -> tuple[int, list[bytes]]:
    """The status that came back, and the bodies that reached the application."""
    reached: list[bytes] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        reached.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return [b""]

    asyncio.run(Gate(application, 1_000, languages=("it", "en")).__rsgi__(scope, line))
    return line.status, reached


def test_a_whole_body_reaches_the_pages() -> None:
    assert send(Line(b"text=all"), Scope(content_length=["8"])) == (200, [b"text=all"])


def test_half_a_body_reaches_nobody() -> None:
    assert send(Line(None), Scope(content_length=["8"])) == (400, [])
    assert send(Line(b"text"), Scope(content_length=["8"])) == (400, [])


@pytest.mark.parametrize("coding", ["chunked", "gzip, chunked", "xchunked"])
def test_a_body_without_a_length_is_not_taken_for_nobody_knows_where_it_ends(coding: str) -> None:
    assert send(Line(b"text=h"), Scope(transfer_encoding=[coding])) == (411, [])
    assert send(Line(b"text=h"), Scope(transfer_encoding=[coding], content_length=["6"])) == (411, [])


@pytest.mark.parametrize("lengths", [["8", "8"], ["8", "9"], ["-1"], ["+8"], ["8, 8"], ["٨"], ["8" * 20]])
def test_a_length_in_doubt_is_refused(lengths: list[str]) -> None:
    assert send(Line(b"text=all"), Scope(content_length=lengths)) == (400, [])


def test_more_than_fits_is_refused_before_it_is_read() -> None:
    assert send(Line(None), Scope(content_length=["1001"])) == (413, [])


def test_a_request_without_a_body_needs_no_length() -> None:
    assert send(Line(None), Scope()) == (200, [b""])


def test_what_is_refused_is_told_in_a_sentence_in_the_readers_language() -> None:
    line = Line(None)
    send(line, Scope(content_length=["1001"], accept_language=["en-GB,en;q=0.8"]))
    assert b"Go back and send less" in line.answer
    send(line, Scope(content_length=["1001"], accept_language=["it"]))
    assert "È più di quanto entra." in line.answer.decode()


def test_a_program_gets_problem_details_from_here_too() -> None:
    line, scope = Line(None), Scope(content_length=["1001"], accept_language=["en"])
    scope.path = "/api/v1/questions"
    send(line, scope)
    assert line.headers["content-type"] == "application/problem+json"
    told = json.loads(line.answer)
    assert (told["title"], told["status"]) == ("Request Entity Too Large", 413)
    assert told["detail"].startswith("That is more than fits.")
