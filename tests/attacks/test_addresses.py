"""Addresses that nobody was given: every page, every argument, on both databases."""

import base64
import json
from typing import Any

import pytest

from forum.accounts.models import User
from tests.doors import GET, fill
from tests.town import Town
from tests.web.doors_tried import look

#: Every argument that any page reads; unknown ones are sent along and must not matter.
ARGUMENTS = (
    *("q", "role", "state", "tab", "actor", "verb", "title", "tags", "tag", "kind", "sort", "offset"),
    *("name", "email", "from", "revision", "newest", "unanswered", "removed", "question", "contact", "next"),
)
#: What `tests/web/test_bad_input.py` does not send in every argument already.
WORDS = {
    "brackets": "%28" * 180 + "%22",
    "marks": "%CC%81" * 190,
    "pattern": "%25_%5C%27%22%3Cscript%3E%7B%7B7%2A7%7D%7D",
}


def cursor(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


CURSORS = {
    "not base64": "%00%FF",
    "another list's": cursor([{"v": 3}, 1]),
    "words": cursor([{"v": "a\0"}, 1]),
    "before time": cursor([{"t": "0001-01-01T00:00:00+14:00"}, 1]),
    "a real moment": cursor([{"t": "2024-01-01T00:00:00+00:00"}, 2**63 - 1]),
    "nan": cursor([{"v": float("nan")}, 1]),
    "too wide": cursor([{"v": -(2**63)}, 2**63]),
    "another shape": cursor([[[]], True]),
}


@pytest.mark.parametrize("word", WORDS)
def test_no_argument_breaks_a_page(word: str, browser: Any, omni: User, town: Town) -> None:
    client = browser(omni)
    arguments = "&".join(f"{name}={WORDS[word]}" for name in ARGUMENTS)
    broken = {}
    for endpoint, paths in GET.items():
        answer = look(client, f"{fill(paths[0], town).partition('?')[0]}?{arguments}")
        if answer.status_code >= 500:
            broken[endpoint] = answer.status_code
        assert "<script>" not in answer.text
    assert not broken


@pytest.mark.parametrize("kind", CURSORS)
def test_no_cursor_breaks_a_list(kind: str, browser: Any, omni: User, town: Town) -> None:
    client = browser(omni)
    broken = {}
    for endpoint, paths in GET.items():
        path = fill(paths[0], town).partition("?")[0]
        answer = look(client, f"{path}?after={CURSORS[kind]}&cursor={CURSORS[kind]}")
        if answer.status_code >= 500:
            broken[endpoint] = answer.status_code
    assert not broken


def test_a_filter_of_the_people_still_finds_whom_it_names(browser: Any, omni: User, town: Town) -> None:
    client = browser(omni)
    assert "anna@example.it" in client.get("/admin/people?q=ann%00a").text
    assert "bruno@example.it" not in client.get("/admin/people?q=anna").text


@pytest.mark.parametrize(
    "path",
    [
        "/old/a%00b/questions/1",
        "/old/a%00b/a/1",
        "/%00",
        "/tags/%00",
        "/tags/%ED%A0%80",
        "/people/999999/%00",
        "/static/%00",
        "/static/..%2f..%2fconfig.py",
        "/account/confirm/%00",
        "/account/reset/..",
        "/questions/%D9%A3",
        "/questions/01",
        "/questions/9223372036854775808",
        "/questions/" + "9" * 400,
    ],
)
def test_an_address_that_was_never_given_out_leads_nowhere(path: str, browser: Any, omni: User) -> None:
    assert browser(omni).get(path, follow_redirects=True).status_code in (404, 410)
