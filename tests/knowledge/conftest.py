"""An accepted answer of Bruno's to Anna's question, and what editors make of it."""

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.knowledge.models import Article
from forum.questions.models import Answer
from tests.builders import make_answer, make_article, make_question


@pytest.fixture
def answer(session: Session, anna: User, bruno: User) -> Answer:
    made = make_answer(session, bruno, make_question(session, anna), accepted=True)
    session.commit()
    return made


@pytest.fixture
def draft(session: Session, elena: User, answer: Answer) -> Article:
    made = make_article(session, elena, answer)
    session.commit()
    return made


@pytest.fixture
def live(session: Session, elena: User, mia: User, answer: Answer) -> Article:
    made = make_article(session, elena, answer, reviewer=mia)
    session.commit()
    return made
