"""A title that reads like a page of its own below a question or an article still leads to the question or article."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.knowledge import models as knowledge
from forum.questions import models as questions
from tests.builders import make_answer, make_article, make_question

TAKEN = {
    "/questions/<int:question_id>/": questions.TAKEN_SLUGS,
    "/kb/<int:article_id>/": knowledge.TAKEN_SLUGS,
}


@pytest.mark.parametrize("place", TAKEN)
def test_every_page_below_is_known(app: Flask, place: str) -> None:
    below = {rule.rule[len(place) :].split("/")[0] for rule in app.url_map.iter_rules() if rule.rule.startswith(place)}
    assert below - {"<slug>"} <= TAKEN[place]


@pytest.mark.parametrize("told", ["/search?q=help", "/questions", "/sitemaps/questions-1.xml", "/api/v1/search?q=help"])
@pytest.mark.parametrize("title", ["Still need help", "Duplicates help"])
def test_wherever_its_address_is_told_it_leads_to_the_question(
    session: Session, anna: User, browser: Any, carry: Callable[[], None], told: str, title: str
) -> None:
    slug = "still-need-help-" if title == "Still need help" else "duplicates-help"
    question = make_question(session, anna, title=title)
    session.commit()
    carry()
    assert re.findall(rf"/questions/{question.id}/([a-z-]+)", browser(None).get(told).text)[:1] == [slug]
    assert title in browser(None).get(f"/questions/{question.id}/{slug}").text


def test_a_search_leads_to_an_article_whose_title_is_a_page(
    session: Session, cast: dict[str, User], browser: Any, carry: Callable[[], None]
) -> None:
    answer = make_answer(session, cast["bruno"], make_question(session, cast["anna"]), accepted=True)
    article = make_article(session, cast["elena"], answer, reviewer=cast["mia"], title="Revisions")
    session.commit()
    carry()
    assert f'"/kb/{article.id}/revisions-"' in browser(None).get("/search?q=revisions").text
