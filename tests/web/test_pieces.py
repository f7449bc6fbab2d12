"""Pieces of pages that are drawn once: never anybody else's, never an old one, and never too many."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy.orm import Session

from forum.accounts.models import Reader, User
from forum.questions.reading import read_discussion
from forum.web import forgery
from forum.web.pieces import Pieces, remembered_in_language
from forum.web.questions.shown import AnswerShown, CommentShown, show_answers
from tests.builders import make_answer, make_comment, make_question
from tests.conftest import Browser

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Word:
    """The least that can be shown."""

    said: str

    def facts(self, now: datetime) -> tuple[str, ...]:
        return (self.said,)


@pytest.fixture
def page(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def form(shown: Any) -> Markup:
    return Markup('<b>{}</b><input name="csrf_token" value="{}">').format(shown, forgery.csrf_token())


def test_a_kept_form_gets_the_token_of_each_page(app: Flask) -> None:
    draw = remembered_in_language(form)
    pages = []
    for _ in range(2):
        with app.test_request_context("/"):
            pages.append(str(draw("one")))
            token = TOKEN.findall(pages[-1])
            assert token and forgery.check(token[0])
            assert forgery.BLANK not in pages[-1]
    assert pages[0] != pages[1]


@pytest.mark.usefixtures("page")
def test_markup_and_the_same_text_are_not_taken_for_each_other() -> None:
    draw = remembered_in_language(lambda text: Markup("{}").format(text))
    assert draw(Markup("<i>")) == "<i>"
    assert draw("<i>") == "&lt;i&gt;"


@pytest.mark.usefixtures("page")
def test_what_nobody_asked_for_makes_room() -> None:
    drawn: list[str] = []

    def macro(word: Word) -> Markup:
        drawn.append(word.said)
        return Markup("x") * 1_000

    pieces = Pieces(macro, most=3_000)
    for said in "abacab":
        pieces.draw(Word(said))
    assert drawn == ["a", "b", "c", "b"]


def shown_to(reader: Reader, session: Session, question_id: int) -> AnswerShown:
    return show_answers(read_discussion(session, reader, question_id), reader)[0]


@pytest.mark.parametrize("kind", [AnswerShown, CommentShown])
def test_whatever_is_shown_is_among_the_facts(
    session: Session, cast: dict[str, User], now: datetime, kind: type[Any]
) -> None:
    answer = make_answer(session, cast["bruno"], make_question(session, cast["anna"]))
    make_comment(session, cast["carla"], answer)
    shown: Any = shown_to(cast["bruno"], session, answer.question_id)
    shown = shown if kind is AnswerShown else shown.comments.items[0]
    other: dict[str, Any] = {
        "author": type(shown.author)(shown.author.id, "Somebody else", shown.author.roles),
        "edited_at": now - timedelta(days=3),
        "tools": type(shown.tools)(),
        "ballot": type(shown.tools)(),
    }
    if kind is AnswerShown:
        other["comments"] = type(shown.comments)(shown.comments.id, [], shown.comments.url)
    else:
        shown.tools = type(shown.tools)([("Edit", "/comments/1/edit", "edit", "get")])
    before = shown.facts(now)
    hash(before)
    for field in fields(kind):
        kept = getattr(shown, field.name)
        setattr(shown, field.name, other.get(field.name, now - timedelta(9) if field.name.endswith("_at") else "other"))
        assert shown.facts(now) != before, field.name
        setattr(shown, field.name, kept)
    assert shown.facts(now) == before
    assert shown.facts(now + timedelta(days=400)) != before


def test_everybody_gets_their_own_answer_card(
    browser: Callable[..., Browser], session: Session, cast: dict[str, User]
) -> None:
    answer = make_answer(session, cast["bruno"], make_question(session, cast["anna"]), text="Turn it off and on.")
    session.commit()
    address, edit = f"/answers/{answer.id}", f'href="/answers/{answer.id}/edit"'
    for _ in range(2):
        assert edit in browser(cast["bruno"]).get(address, follow_redirects=True).text
        strangers = browser(cast["carla"]).get(address, follow_redirects=True).text
        assert edit not in strangers and f'action="/answers/{answer.id}/vote"' in strangers
        assert f'action="/answers/{answer.id}/accept"' in browser(cast["anna"]).get(address, follow_redirects=True).text
        visitors = browser().get(address, follow_redirects=True).text
        assert "csrf_token" not in visitors and edit not in visitors and "Turn it off and on." in visitors


def test_a_new_name_and_a_new_text_are_seen_at_once(
    browser: Callable[..., Browser], session: Session, cast: dict[str, User]
) -> None:
    answer = make_answer(session, cast["bruno"], make_question(session, cast["anna"]), text="Turn it off and on.")
    session.commit()
    client, address = browser(), f"/answers/{answer.id}"
    assert "Turn it off and on." in client.get(address, follow_redirects=True).text
    cast["bruno"].name, answer.html = "Bruno the Second", "<p>Press the button.</p>"
    session.commit()
    page = client.get(address, follow_redirects=True).text
    assert "Bruno the Second" in page and "Press the button." in page and "Turn it off and on." not in page
