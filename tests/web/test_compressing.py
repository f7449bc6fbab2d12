"""Pages are compressed as the browser takes it, and say so."""

import gzip
from collections.abc import Callable

import brotli
import pytest

from forum.web.compressing import CODINGS, coding_for
from tests.conftest import Browser


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *;q=0.3", "br"),
        ("identity, gzip;q=0.1", None),
        ("deflate", None),
        ("", None),
        (";;;,=,q=x", None),
    ],
)
def test_the_browser_chooses(accepted: str, coding: str | None) -> None:
    assert coding_for(accepted) == coding


def test_a_page_is_the_same_however_it_travels(browser: Callable[..., Browser]) -> None:
    client = browser()
    plain = client.get("/help", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and "Accept-Encoding" in plain.headers["Vary"]
    tags = {plain.headers["ETag"]}
    for coding, unpack in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        answer = client.get("/help", headers={"Accept-Encoding": coding})
        assert answer.headers["Content-Encoding"] == coding
        assert int(answer.headers["Content-Length"]) == len(answer.data) < len(plain.data)
        assert unpack(answer.data) == plain.data
        assert "Accept-Encoding" in answer.headers["Vary"]
        tags.add(answer.headers["ETag"])
        headers = {"Accept-Encoding": coding, "If-None-Match": answer.headers["ETag"]}
        assert client.get("/help", headers=headers).status_code == 304
    assert len(tags) == 3


def test_what_is_small_stays_as_it_is(browser: Callable[..., Browser]) -> None:
    answer = browser().get("/healthz", headers={"Accept-Encoding": ", ".join(CODINGS)})
    assert answer.status_code == 200 and "Content-Encoding" not in answer.headers
