"""Makes what a test needs and says only what matters to it; builders flush and never commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import passwords
from forum.accounts.models import User
from forum.base.markup import render
from forum.contacts.actions import join
from forum.contacts.drafts import ContactDraft, fill
from forum.contacts.models import BY_EMAIL, EMAIL, PHONE, Contact, ContactPoint
from forum.contacts.points import point_value
from forum.knowledge.actions import ask_review, promote_answer, review_article
from forum.knowledge.models import Article
from forum.moderation.actions import flag_text
from forum.moderation.models import SPAM, Flag
from forum.questions import actions
from forum.questions.actions.products import ProductDraft, add_product
from forum.questions.models import Answer, Comment, Product, Question
from forum.search.gathering import gather_searches
from forum.search.models import AGAIN, NOTHING, SHOWN, Gap, GapWording, SearchNote
from forum.tickets.actions import open_ticket
from forum.tickets.models import Ticket

#: When people of tests signed up: before anything they do.
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)

#: The moment at which tests happen unless they say otherwise.
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def make_user(
    session: Session,
    name: str = "user",
    *,
    roles: set[str] | None = None,
    rights: set[str] | None = None,
    **values: Any,
) -> User:
    """Somebody with a confirmed address `name@example.it`."""
    user = User(
        name=name.title(),
        email=f"{name}@example.it",
        language="en",
        roles=frozenset(roles or ()),
        rights=frozenset(rights or ()),
        created_at=LONG_AGO,
        **values,
    )
    session.add(user)
    session.flush()
    return user


def make_question(
    session: Session,
    asker: User,
    *,
    title: str = "The router shows a red light since the storm",
    text: str = "I restarted it twice and the light stays red.",
    tags: tuple[str, ...] = (),
    answers: int = 0,
    answerer: User | None = None,
    product: str = "",
    now: datetime = NOON,
) -> Question:
    """A question as `asker` would ask it, with so many answers by `answerer`."""
    with unlimited():
        question = actions.ask_question(session, asker, title, render(text), tags, now, product=product)
    for number in range(answers):
        assert answerer is not None
        make_answer(session, answerer, question, text=f"Try step {number + 1} and look at the light.", now=now)
    return question


def make_product(session: Session, keeper: User, name: str = "Fibra Casa", *, now: datetime = NOON) -> Product:
    """A product as an administrator would put it on the list."""
    return add_product(session, keeper, ProductDraft({"it": name, "en": f"{name} at home"}, {}), now)


def make_answer(
    session: Session,
    author: User,
    question: Question,
    *,
    text: str = "Unplug the antenna cable for a minute.",
    accepted: bool = False,
    now: datetime = NOON,
) -> Answer:
    """An answer as `author` would give it; accepted by the asker if wanted."""
    with unlimited():
        answer = actions.post_answer(session, author, question, render(text), now)
        if accepted:
            actions.accept_answer(session, question.asker, answer, now)
    return answer


def make_comment(
    session: Session,
    author: User,
    post: Question | Answer,
    *,
    text: str = "Which model is it?",
    now: datetime = NOON,
) -> Comment:
    """A comment under a question or an answer."""
    question, answer = (post, None) if isinstance(post, Question) else (post.question, post)
    with unlimited():
        return actions.post_comment(session, author, question, answer, render(text), now)


def make_vote(session: Session, voter: User, post: Question | Answer, value: int = 1, *, now: datetime = NOON) -> None:
    """A vote as `voter` would give it."""
    with unlimited():
        actions.vote(session, voter, post, value, now)


@contextmanager
def unlimited() -> Iterator[None]:
    """Tests may need more in an hour than a person does; the limits have tests of their own."""
    with patch("forum.questions.actions.keeping.spend"):
        yield


def give_password(session: Session, user: User, password: str) -> None:
    """Let somebody sign in with this password."""
    user.password_hash = passwords.hash_password(password)
    session.flush()


def make_article(
    session: Session,
    editor: User,
    answer: Answer,
    *,
    reviewer: User | None = None,
    title: str = "",
    text: str = "Unplug the antenna cable, wait a minute, plug it in again.",
    now: datetime = NOON,
) -> Article:
    """A draft that `editor` made from an accepted answer; reviewed and published if there is a `reviewer`."""
    article = promote_answer(session, editor, answer, title or answer.question.title, render(text), now, language="en")
    if reviewer is not None:
        ask_review(session, editor, article, now)
        review_article(session, reviewer, article, "approve", "", now, version=article.version)
    return article


def make_contact(
    session: Session,
    name: str = "Giulia Conti",
    *,
    emails: tuple[str, ...] = (),
    phones: tuple[str, ...] = (),
    user: User | None = None,
    now: datetime = NOON,
    **fields: Any,
) -> Contact:
    """A person in the CRM; with `user`, joined and that user's address proved."""
    contact = Contact(created_at=now)
    fill(contact, ContactDraft(name=name, **fields))
    points = [(EMAIL, email) for email in emails] + [(PHONE, phone) for phone in phones]
    contact.points = [ContactPoint(kind=kind, value=point_value(kind, text)) for kind, text in points]
    session.add(contact)
    session.flush()
    if user is not None:
        join(session, contact, user, BY_EMAIL, now)
    return contact


def make_ticket(
    session: Session,
    agent: User,
    requester: Contact,
    *,
    subject: str = "No line since Tuesday",
    message: str = "",
    now: datetime = NOON,
) -> Ticket:
    """A case as `agent` would open it."""
    return open_ticket(session, agent, requester, subject, now, message=render(message) if message else None)


def make_flag(
    session: Session,
    flagger: User,
    post: Question | Answer | Comment,
    reason: str = SPAM,
    words: str = "",
    *,
    now: datetime = NOON,
) -> Flag:
    """A doubt about a text as `flagger` would raise it."""
    with patch("forum.moderation.actions.flagging.spend"):
        return flag_text(session, flagger, post, reason, words, now)


def make_gap(
    session: Session,
    words: str,
    *,
    nothing: int = 0,
    left: int = 0,
    again: int = 0,
    is_rare: bool = False,
    now: datetime = NOON,
) -> Gap:
    """Searches as pages would have noted them and the courier counted them."""
    for what, count in ((NOTHING, nothing), (SHOWN, left + again), (AGAIN, again)):
        if count:
            session.add(SearchNote(words=words, what=what, is_rare=is_rare, count=count, at=now))
    session.flush()
    gather_searches(session, now)
    return session.scalars(select(Gap).join(GapWording).where(GapWording.words == words)).one()
