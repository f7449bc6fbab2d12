"""An accepted answer of Bruno's to Anna's question, and what editors make of it."""

from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.knowledge.models import Article
from forum.questions.models import Answer
from tests.builders import make_answer, make_article, make_question
from tests.ground import made_once


@made_once
def answer(session: Session, anna: User, bruno: User) -> Answer:
    return make_answer(session, bruno, make_question(session, anna), accepted=True)


@made_once
def draft(session: Session, elena: User, answer: Answer) -> Article:
    return make_article(session, elena, answer)


@made_once
def live(session: Session, elena: User, mia: User, answer: Answer) -> Article:
    return make_article(session, elena, answer, reviewer=mia)
