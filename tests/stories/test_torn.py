"""A line that goes dead in the middle of a form: nothing is kept of it, and the server goes on."""

import socket
import urllib.parse

import pytest
from sqlalchemy import func, select

from forum.questions.models import Question
from tests.stories.client import Client
from tests.stories.server import Server

TITLE = "Half a question is no question"


@pytest.mark.slow
@pytest.mark.parametrize("way", ["length", "chunks", "broken chunk"])
def test_half_a_question_is_not_kept(way: str, server: Server, clients: dict[str, Client]) -> None:
    anna = clients["Anna"]
    fields = {"csrf_token": anna.token, "title": TITLE, "tags": "router", "text": "All of this, " * 50 + "to the end."}
    body = urllib.parse.urlencode(fields).encode()
    half = body[: len(body) // 2]
    cookie = "; ".join(f"{name}={value}" for name, value in anna.cookies.items())
    head = (
        f"POST /questions/ask HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
    ).encode()
    rest = {
        "length": b"Content-Length: %d\r\n\r\n" % len(body) + half,
        "chunks": b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(half) + half + b"\r\n",
        "broken chunk": b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(half) + half + b"\r\nZZ\r\n",
    }[way]
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(head + rest)
        line.shutdown(socket.SHUT_WR)
        status = line.recv(100).split(b" ", 2)[1]
    assert status in (b"400", b"411")
    with server.parts() as parts, parts.store.reading() as session:
        assert session.scalar(select(func.count()).where(Question.title == TITLE)) == 0
    assert "Traceback" not in server.said()
    assert anna.get("/questions").status == 200
