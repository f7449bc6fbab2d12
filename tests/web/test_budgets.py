"""What a page may cost: statements to the database, and bytes over the line at the first view."""

import os
import random
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import User
from tests.builders import make_answer, make_article, make_comment, make_question
from tests.ground import made_once
from tests.town import LONG

#: HTML, styles, scripts and pictures, as they travel.
FIRST_VIEW = 50 * 1024

ANSWERS, COMMENTS = 20, 30

#: Words to make texts of that no compressor has seen before; an answer of a hundred words is a long one.
VOCABULARY = sorted(set(re.findall(r"[a-z]{3,}", (Path(__file__).parents[2] / "docs" / "demo.md").read_text())))


def written(number: int, words: int) -> str:
    """A text of so many words, the same in every run and another for every number."""
    chance = random.Random(number)
    return " ".join(chance.choice(VOCABULARY) for _ in range(words)).capitalize() + "."


@made_once
def busy(session: Session, cast: dict[str, User]) -> str:
    """A question page as full as they get: answers, comments, an accepted answer that became an article."""
    anna, bruno, carla = cast["anna"], cast["bruno"], cast["carla"]
    question = make_question(session, anna, text=LONG, tags=("router", "fibra"))
    answers = [
        make_answer(session, bruno if number % 2 else carla, question, text=written(number, 100))
        for number in range(ANSWERS - 1)
    ]
    answers.append(make_answer(session, bruno, question, text=written(99, 100), accepted=True))
    for number in range(COMMENTS):
        make_comment(
            session, carla, question if number % 3 else answers[number % ANSWERS], text=written(1000 + number, 20)
        )
    make_article(session, cast["elena"], answers[-1], reviewer=cast["mia"])
    for number in range(30):
        make_question(session, bruno, title=f"Why is light number {number} red", tags=("router",))
    session.commit()
    return f"/questions/{question.id}/the-router-shows-a-red-light-since-the-storm"


def show(figure: str, value: object) -> None:
    if os.environ.get("SPORTELLO_SHOW_FIGURES"):
        print(f"{figure}: {value}")  # noqa: T201


@pytest.mark.parametrize("who", ["visitor", "anna", "mia", "aldo", "ada"])
def test_pages_ask_the_database_seldom(
    busy: str, cast: dict[str, User], browser: Any, count_queries: Any, carry: Any, who: str
) -> None:
    carry()
    client = browser(None if who == "visitor" else cast[who])
    for path, most in (
        (busy, 8),
        ("/questions", 6),
        ("/", 6),
        ("/questions?tag=router&state=waiting", 6),
        ("/search?q=red+light", 5),
    ):
        client.get(path)
        with count_queries() as queries:
            answer = client.get(path)
        assert answer.status_code == 200
        show(f"{who} {path}", len(queries))
        assert len(queries) <= most, "\n".join(queries)


@pytest.mark.parametrize("who", ["visitor", "anna", "ada"])
@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_the_first_view_is_small(busy: str, cast: dict[str, User], browser: Any, who: str, encoding: str) -> None:
    client = browser(None if who == "visitor" else cast[who])
    sizes = {busy: 0}
    waiting = [busy]
    while waiting:
        path = waiting.pop()
        answer = client.get(path, headers={"Accept-Encoding": encoding})
        assert answer.status_code == 200, path
        assert answer.headers.get("Content-Encoding") in (encoding, None)
        sizes[path] = len(answer.data)
        plain = client.get(path, headers={"Accept-Encoding": "identity"}).text
        pattern = (
            r'(?:href|src)="(/static/[^"#]+)'
            if path == busy
            else r"""(?:url\(|from |import )["']?((?:\./|/static/)[\w./-]+)"""
        )
        for found in re.findall(pattern, plain):
            address = found if found.startswith("/") else f"/static/{found.removeprefix('./')}"
            if address.startswith("/static/") and address not in sizes:
                sizes[address] = 0
                waiting.append(address)
    show(f"{who}, {encoding}", {**sizes, "all": sum(sizes.values())})
    assert len(sizes) > 3
    assert sum(sizes.values()) <= FIRST_VIEW, sizes
