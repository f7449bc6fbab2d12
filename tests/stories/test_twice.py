"""The same button pressed twice, also at the same moment: one thing, and both presses lead to it."""

import secrets
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from forum.accounts.models import SignUp, StandingEntry, User
from forum.contacts.models import Contact
from forum.knowledge.models import Article
from forum.questions.models import Answer, Comment, Question, Vote
from forum.tickets.models import Ticket, TicketMessage
from tests.stories.client import Answered, Client
from tests.stories.server import Server

PRESSES = 4


def at_once(press: Callable[[], Answered]) -> list[Answered]:
    """Press so often at the same moment."""
    gate = threading.Barrier(PRESSES)
    answers: list[Answered] = []

    def run() -> None:
        gate.wait(30)
        answers.append(press())

    threads = [threading.Thread(target=run) for _ in range(PRESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == PRESSES
    return answers


def count(server: Server, model: Any, *where: Any) -> int:
    with server.parts() as parts, parts.store.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


@pytest.fixture(scope="module")
def question(clients: dict[str, Client]) -> str:
    answer = clients["Mia"].post("/questions/ask", title="Pressed twice", text="What then?", once=secrets.token_hex(16))
    return answer.location.rpartition("/")[0]


def check(answers: list[Answered]) -> None:
    """Everybody is led to the same place; who came into a crowd may be asked to try again, and then is."""
    assert {answer.status for answer in answers} <= {303, 503}, [answer.status for answer in answers]
    places = {answer.location for answer in answers if answer.status == 303}
    assert len(places) == 1


@pytest.mark.slow
def test_asking_twice_makes_one_question(server: Server, clients: dict[str, Client]) -> None:
    form = {"title": "Asked four times at once", "text": "And why?", "once": secrets.token_hex(16)}
    check(at_once(lambda: clients["Mia"].post("/questions/ask", **form)))
    assert count(server, Question, Question.title == form["title"]) == 1


@pytest.mark.slow
def test_answering_and_commenting_twice_makes_one(server: Server, clients: dict[str, Client], question: str) -> None:
    for place, model in (("answers", Answer), ("comments", Comment)):
        text, once = f"Four {place} at once", secrets.token_hex(16)
        check(at_once(lambda p=place, t=text, o=once: clients["Ada"].post(f"{question}/{p}", text=t, once=o)))
        assert count(server, model, model.text == text) == 1


@pytest.mark.slow
def test_voting_twice_is_one_vote(server: Server, clients: dict[str, Client], question: str) -> None:
    check(at_once(lambda: clients["Bruno"].post(f"{question}/vote", value="1")))
    number = int(question.rpartition("/")[2])
    assert count(server, Vote, Vote.question_id == number) == 1
    assert count(server, Question, Question.id == number, Question.score == 1) == 1


@pytest.mark.slow
def test_accepting_and_promoting_twice_is_once(server: Server, clients: dict[str, Client], question: str) -> None:
    posted = clients["Aldo"].post(f"{question}/answers", text="Press once.", once=secrets.token_hex(16))
    answer = f"/answers/{posted.location.rpartition('-')[2]}"
    check(at_once(lambda: clients["Mia"].post(f"{answer}/accept")))
    before = count(server, Article)
    promoted = at_once(lambda: clients["Elena"].post(f"{answer}/promotion"))
    assert {each.status for each in promoted} <= {303, 503}
    assert count(server, Article) == before + 1
    with server.parts() as parts, parts.store.reading() as session:
        author = session.scalars(select(User).where(User.name == "Aldo")).one()
        credits = session.scalars(select(StandingEntry).where(StandingEntry.user_id == author.id)).all()
        assert author.standing == sum(credit.points for credit in credits)
        assert len({(credit.reason, credit.cause_kind, credit.cause_id) for credit in credits}) == len(credits)


@pytest.mark.slow
def test_the_desk_pressed_twice(server: Server, clients: dict[str, Client]) -> None:
    aldo = clients["Aldo"]
    contact = {"name": "Dora Twice", "tier": "basic", "language": "", "once": secrets.token_hex(16)}
    made = at_once(lambda: aldo.post("/contacts/new", **contact))
    check(made)
    assert count(server, Contact, Contact.name == "Dora Twice") == 1
    number = next(each.location for each in made if each.status == 303).rpartition("/")[2]
    ticket = {"subject": "Opened four times", "text": "", "once": secrets.token_hex(16)}
    opened = at_once(lambda: aldo.post(f"/tickets/new?contact={number}", **ticket))
    check(opened)
    assert count(server, Ticket, Ticket.subject == "Opened four times") == 1
    place = next(each.location for each in opened if each.status == 303)
    message = {"kind": "note", "text": "Said four times", "once": secrets.token_hex(16)}
    check(at_once(lambda: aldo.post(f"{place}/messages", **message)))
    assert count(server, TicketMessage, TicketMessage.text == "Said four times") == 1


@pytest.mark.slow
def test_signing_up_twice_is_one_wish(server: Server, visitor: Client) -> None:
    visitor.take_token("/account/sign-up")
    form = {"name": "Twice", "email": "twice@example.it", "password": "seven marmots under a lamp"}
    once = secrets.token_hex(16)
    first = visitor.post("/account/sign-up", **form, once=once)
    assert first.status == 303
    check(at_once(lambda: visitor.post("/account/sign-up", **form, once=once)))
    assert count(server, SignUp, SignUp.email == "twice@example.it") == 1
