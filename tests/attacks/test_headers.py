"""Headers that no browser sends: whatever stands in them, the answer is one of ours."""

import base64
from typing import Any

import pytest

from forum.accounts.models import User
from tests.conftest import DATABASES

#: Headers do not reach the database: one is enough here.
pytestmark = pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)

HEADERS = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Cookie",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Purpose",
    "Range",
    "Referer",
    "Sec-Fetch-Site",
    "User-Agent",
    "X-CSRF-Token",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Requested-With",
)
VALUES = (
    "",
    "http://[",
    "http://[::1]:port/",
    "\xff\xfe\x80",
    "a;q=nan,b;q=1e999,*;q=-1",
    "sportello=.eJw.x.y; language=\xe9; theme=\x80; =; ;;",
    "=?utf-8?b?//8=?=",
    "multipart/form-data; boundary=\xff",
    "multipart/form-data",
    "Bearer \xff",
    "Basic ====",
    "bytes=9-1,-,x",
    "%00%0d%0aX-Evil: 1",
    ",;=" * 500,
)


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_breaks_a_page_or_a_form(name: str, browser: Any, anna: User) -> None:
    client = browser(anna)
    for value in VALUES:
        for path in ("/questions/ask", "/nothing-here", "/static/css/none.css"):
            answer = client.get(path, headers={name: value})
            assert answer.status_code < 500, (path, value)
            assert "X-Evil" not in answer.headers
        for path in ("/account/settings", "/account/sign-out"):
            answer = client.send(path, {"text": "x"}, headers={name: value})
            assert answer.status_code < 500, (path, value)
        client.set_cookie("theme", "light")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://localhost.evil.test"},
        {"Origin": "http://localhost@evil.test"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_what_another_site_sends_is_refused_in_spite_of_the_right_token(
    headers: dict[str, str], browser: Any, anna: User
) -> None:
    client = browser(anna)
    refused = client.send("/account/settings", {"name": "Eve", "about": "", "language": "en"}, headers=headers)
    assert refused.status_code == 403
    kept = client.get("/account/settings").text
    assert 'value="Eve"' not in kept


def test_the_same_form_from_our_own_page_is_taken(browser: Any, anna: User) -> None:
    client = browser(anna)
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    taken = client.send("/account/settings", {"name": "Eve", "about": "", "language": "en"}, headers=own)
    assert taken.status_code == 303
    assert 'value="Eve"' in client.get("/account/settings").text


def test_a_token_of_another_browser_is_refused(browser: Any, anna: User, bruno: User) -> None:
    client = browser(anna)
    for secret in ("1" * 32, "0" * 31 + "1"):
        with client.session_transaction() as cookie:
            cookie["csrf"] = secret
        others = base64.urlsafe_b64encode(bytes(16) + bytes.fromhex("0" * 32)).decode().rstrip("=")
        assert client.post("/account/sign-out", data={"csrf_token": others}).status_code == 403
    for broken in ("", "x", "A" * 43, "\x00", "é" * 22, "=" * 44, "A" * 5000):
        assert client.post("/account/sign-out", data={"csrf_token": broken}).status_code == 403
