"""A community to measure: one question as full as they get, among others, with people who are signed in."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.accounts.sessions import open_session
from forum.base.clock import utc_now
from forum.questions.models import Question
from forum.web.questions.addresses import question_slug
from tests.builders import make_answer, make_article, make_comment, make_question, make_user, make_vote
from tests.stories.server import Server
from tests.town import LONG
from tests.web.test_budgets import ANSWERS, COMMENTS, written

#: Who posts answers; each may post thirty in an hour.
POSTERS = 6


@dataclass(frozen=True)
class Town:
    """What to ask for, and the cookies of those who are signed in."""

    question: str
    question_id: int
    article: str
    cookies: list[str]


def build(server: Server) -> Town:
    """Fill a server's empty database."""
    with server.parts() as parts:

        def work(session: Session) -> tuple[int, str, int, list[str]]:
            now = utc_now()
            writers = [make_user(session, f"writer{number}") for number in range(12)]
            editor = make_user(session, "editor", rights={"editor"})
            reviewer = make_user(session, "reviewer", roles={"moderator"}, rights={"editor"})
            others = [make_question(session, writers[number % 12], title=f"Why is light number {number} red", now=now)
                      for number in range(60)]
            question = make_question(session, writers[0], text=LONG, tags=("router", "fibra"), now=now)
            answers = [
                make_answer(session, writers[1 + number % 11], question, text=written(number, 100), now=now,
                            accepted=number == ANSWERS - 1)
                for number in range(ANSWERS)
            ]
            for number in range(COMMENTS):
                make_comment(session, writers[number % 12], question if number % 3 else answers[number % ANSWERS],
                             text=written(1000 + number, 20), now=now)
            for number, answer in enumerate(answers):
                make_vote(session, writers[0] if answer.author is not writers[0] else writers[1], answer, 1, now=now)
            article = make_article(session, editor, make_answer(session, writers[3], others[0], accepted=True, now=now),
                                   reviewer=reviewer, now=now)
            signed_in = [cookie_of(server, session, person) for person in writers[1:1 + POSTERS]]
            return question.id, question_slug(question), article.id, signed_in

        def cookie_of(server: Server, session: Session, person: User) -> str:
            return sign(server, open_session(session, person, "benchmark", utc_now())[1])

        number, slug, article_id, cookies = parts.store.write(work)
    return Town(f"/questions/{number}/{slug}", number, f"/kb/{article_id}/the-router-shows-a-red-light-since-the-storm", cookies)


def sign(server: Server, token: str) -> str:
    """The cookie of a browser that is signed in with this token, and whose forgery secret is zero."""
    from flask import Flask
    from flask.sessions import SecureCookieSessionInterface

    app = Flask(__name__)
    app.secret_key = server.settings.secret_key
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return "sportello=" + serializer.dumps({"_user_id": token, "_fresh": True, "csrf": "0" * 32, "_permanent": True})
