"""The demo happens by the actions people use, so everything that must always be true is true of it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from PIL import Image
from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.mentions import mentioned_in
from forum.accounts.models import StandingEntry, User
from forum.accounts.passwords import is_right
from forum.app import create_parts
from forum.base.db import Store
from forum.base.errors import Refused
from forum.base.parts import Parts
from forum.contacts.models import Contact, TimelineEntry
from forum.drafts.models import Draft
from forum.knowledge.models import Article, ArticleQuestion, ArticleRevision
from forum.knowledge.sources import review_reasons
from forum.media.files import PictureFiles
from forum.media.looking import SMALL_SIDE
from forum.media.models import Picture, PictureUse
from forum.moderation.models import REASONS, Decision, Flag, ReviewItem
from forum.questions.models import (
    Answer,
    Comment,
    Follow,
    MeToo,
    Product,
    Question,
    Revision,
    Tag,
    Vote,
    question_tags,
)
from forum.tickets.models import STATUSES, Link, Ticket, TicketMessage
from forum.transfer import demo_community as texts
from forum.transfer.demo import SignIn, make_demo
from forum.transfer.demo_pictures import PICTURES
from forum.transfer.demo_texts import read_community
from search_index.memory import MemoryIndex
from tests.builders import NOON, make_user

PASSWORD = "made up for this start only"

LINK = re.compile(r'href="/questions/(\d+)/[a-z0-9-]+"')

COMMUNITY = read_community()


@dataclass
class Demo:
    parts: Parts
    session: Session
    sign_ins: list[SignIn]
    refused_for_one: bool


@pytest.fixture(scope="module")
def demo(engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Made once for all tests of this file, which only look at it; undone at the end."""
    folder = tmp_path_factory.mktemp("demo")
    settings = replace(Settings(), data=folder, database_url=database_url, secret_key="a secret for this test" * 3)
    with engine.execution_options(writes=True).connect() as connection:
        outer = connection.begin()
        parts = create_parts(settings, store=Store(connection), index=MemoryIndex())
        session = parts.store.session(writes=True)
        refused = _refused_for(session, parts)
        yield Demo(parts, session, make_demo(parts, NOON, PASSWORD), refused)
        session.close()
        outer.rollback()


def _refused_for(session: Session, parts: Parts) -> bool:
    """Whether one person is enough to refuse the demo, and what the attempt left."""
    person = make_user(session, "anna")
    session.commit()
    try:
        make_demo(parts, NOON, PASSWORD)
    except Refused:
        return count(session, Question) == 0
    finally:
        session.delete(person)
        session.commit()
    return False


@pytest.fixture
def sign_ins(demo: Demo) -> list[SignIn]:
    return demo.sign_ins


@pytest.fixture
def session(demo: Demo) -> Session:
    demo.session.expire_all()
    return demo.session


@pytest.fixture
def parts(demo: Demo) -> Parts:
    return demo.parts


def count(session: Session, kind: type) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


def count_of(session: Session, kind: type, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(kind).where(condition)) or 0


def test_everything_the_texts_tell_is_there(sign_ins: list[SignIn], session: Session) -> None:
    answers = [answer for question in COMMUNITY.questions for answer in question.answers]
    posts = [*COMMUNITY.questions, *answers]
    edits = sum(len(post.edits) for post in posts)
    messages = sum(step.kind == "message" for ticket in COMMUNITY.tickets for step in ticket.steps)
    links = sum(step.kind == "link" for ticket in COMMUNITY.tickets for step in ticket.steps)
    assert {kind.__name__: count(session, kind) for kind in (User, Tag, Question, Answer, Comment, Revision, Vote)} == {
        "User": len(COMMUNITY.people),
        "Tag": len(COMMUNITY.tags),
        "Question": len(COMMUNITY.questions),
        "Answer": len(answers),
        "Comment": sum(len(post.comments) for post in posts),
        "Revision": len(posts) + edits,
        "Vote": sum(len(post.up) + len(post.down) for post in posts),
    }
    assert {kind.__name__: count(session, kind) for kind in (Product, MeToo, Flag, Decision)} == {
        "Product": len(COMMUNITY.products),
        "MeToo": sum(len(question.too) for question in COMMUNITY.questions),
        "Flag": len(done_of("flag")),
        "Decision": len(done_of("decide")),
    }
    assert {kind.__name__: count(session, kind) for kind in (Article, Ticket, TicketMessage, Link)} == {
        "Article": len(COMMUNITY.articles),
        "Ticket": len(COMMUNITY.tickets),
        "TicketMessage": messages,
        "Link": links,
    }


def test_every_state_can_be_seen(sign_ins: list[SignIn], session: Session, now: datetime) -> None:
    articles = session.scalars(select(Article)).all()
    assert {article.state for article in articles} == {"draft", "in_review", "published", "archived"}
    assert Counter(article.state for article in articles) == Counter(each.state for each in COMMUNITY.articles)
    assert any(article.is_live and review_reasons(article, now) for article in articles)
    assert set(session.scalars(select(Ticket.status))) == set(STATUSES)
    assert set(session.scalars(select(Question.state))) == {"waiting", "answered", "solved", "closed"}
    hidden = session.scalars(select(Question.title).where(Question.hidden_at.is_not(None))).all()
    deleted = session.scalars(select(Question.title).where(Question.deleted_at.is_not(None))).all()
    done = {kind: [each.title for each in COMMUNITY.questions if kind in done_to(each)] for kind in ("hide", "delete")}
    assert (hidden, deleted) == (done["hide"], done["delete"]) and hidden and deleted
    assert session.scalars(select(Comment.hidden_why).where(Comment.hidden_at.is_not(None))).all()
    roles = {role for user in session.scalars(select(User)) for role in user.roles | user.rights}
    assert roles == {"moderator", "agent", "administrator", "editor", "manager"}


def done_to(question: texts.Question) -> set[str]:
    return {done.what if done.kind == "decide" else done.kind for done in question.done}


def done_of(kind: str) -> list[texts.Done]:
    """Everything of one kind that is done to any text."""
    posts = [post for question in COMMUNITY.questions for post in (question, *question.answers)]
    written = [text for post in posts for text in (post, *post.comments)]
    return [done for text in written for done in text.done if done.kind == kind]


def test_moderators_have_something_of_every_kind_before_them(sign_ins: list[SignIn], session: Session) -> None:
    assert set(session.scalars(select(ReviewItem.state))) == {"open", "mending", "decided"}
    open_flags = select(Flag.reason).join(ReviewItem, ReviewItem.id == Flag.item_id).where(ReviewItem.state == "open")
    assert set(session.scalars(open_flags)) == set(REASONS)
    assert set(session.scalars(select(Decision.outcome))) >= {"keep", "hide", "mend"}


def test_people_follow_have_it_too_and_say_what_it_is_about(sign_ins: list[SignIn], session: Session) -> None:
    for question in session.scalars(select(Question)):
        assert question.too_count == count_of(session, MeToo, MeToo.question_id == question.id)
    assert max(session.scalars(select(Question.too_count))) >= 5
    followed = session.execute(select(Follow.question_id, Follow.tag_id).where(Follow.is_implied.is_(False))).all()
    assert {question is not None for question, _ in followed} == {True, False}
    used = set(session.scalars(select(Product.slug).join(Question, Question.product_id == Product.id)))
    assert used == set(session.scalars(select(Product.slug).where(Product.archived_at.is_(None))))


def test_pictures_are_drawn_and_shown(parts: Parts, sign_ins: list[SignIn], session: Session) -> None:
    files = PictureFiles(parts.settings.media_folder)
    pictures = session.scalars(select(Picture)).all()
    assert {picture.state for picture in pictures} == {"ready"} and len(pictures) == len(PICTURES)
    for picture in pictures:
        with Image.open(files.picture(picture.token)) as shown, Image.open(files.small(picture.token)) as small:
            assert shown.size == (picture.width, picture.height) and max(small.size) == SMALL_SIDE
    shown_in = Counter(session.scalars(select(PictureUse.kind)))
    assert shown_in["question"] and shown_in["answer"] and shown_in["article"]
    html = "".join([*session.scalars(select(Question.html)), *session.scalars(select(Answer.html))])
    assert html.count("<img") == shown_in["question"] + shown_in["answer"]


def test_a_text_that_refers_to_a_question_leads_to_it(sign_ins: list[SignIn], session: Session) -> None:
    there = {question.id for question in session.scalars(select(Question))}
    led = [int(found) for html in session.scalars(select(Comment.html)) for found in LINK.findall(html)]
    assert led and set(led) <= there


def test_who_is_mentioned_is_known_and_what_was_begun_is_kept(sign_ins: list[SignIn], session: Session) -> None:
    mentioned = set().union(*(mentioned_in(html) for html in session.scalars(select(Comment.html))))
    assert {session.get_one(User, number).name for number in mentioned} == {
        "Davide Quaranta",
        "Mia Lindner",
        "Priya Nair",
    }
    kept = session.scalars(select(Draft).order_by(Draft.saved_at)).all()
    assert [draft.kind for draft in kept] == ["answer", "question", "answer"]


def test_tickets_stand_where_their_story_ends(sign_ins: list[SignIn], session: Session) -> None:
    found = dict(session.execute(select(Ticket.subject, Ticket.status)).all())
    assert found == {ticket.subject: ticket.status for ticket in COMMUNITY.tickets}


def test_accepted_is_what_the_texts_say(sign_ins: list[SignIn], session: Session) -> None:
    accepted = session.execute(
        select(Question.title, User.name)
        .join(Answer, Answer.question_id == Question.id)
        .join(User, User.id == Answer.author_id)
        .where(Answer.accepted_at.is_not(None))
    )
    names = {person.key: person.name for person in COMMUNITY.people}
    titles = {
        each.key: next((edit.title for edit in each.edits[::-1] if edit.title), each.title)
        for each in COMMUNITY.questions
    }
    wanted = {titles[each.key]: names[each.accepted.by] for each in COMMUNITY.questions if each.accepted}
    assert dict(accepted.all()) == wanted
    solved = session.scalars(select(Question.title).where(Question.state == "solved")).all()
    assert sorted(solved) == sorted(wanted)


def test_counts_are_those_of_the_rows(sign_ins: list[SignIn], session: Session) -> None:
    for question in session.scalars(select(Question)):
        answers = session.scalars(select(Answer).where(Answer.question_id == question.id)).all()
        assert question.answer_count == len(answers)
        for post, column in [(question, Vote.question_id), *((each, Vote.answer_id) for each in answers)]:
            values = session.scalars(select(Vote.value).where(column == post.id)).all()
            assert (post.up_count, post.down_count) == (values.count(1), values.count(-1))
            assert post.score == sum(values)
    for tag in session.scalars(select(Tag)):
        rows = session.scalar(
            select(func.count())
            .select_from(question_tags.join(Question.__table__))
            .where(question_tags.c.tag_id == tag.id, Question.hidden_at.is_(None), Question.deleted_at.is_(None))
        )
        assert tag.question_count == rows and set(tag.descriptions) == {"it", "en"}


def test_standing_is_the_sum_of_its_entries(sign_ins: list[SignIn], session: Session) -> None:
    sums = dict(
        session.execute(
            select(StandingEntry.user_id, func.sum(StandingEntry.points)).group_by(StandingEntry.user_id)
        ).all()
    )
    people = session.scalars(select(User)).all()
    assert {person.id: person.standing for person in people if person.standing} == {
        user_id: int(points) for user_id, points in sums.items() if points
    }
    assert next(person for person in people if person.name == "Bruno Cantoni").standing >= 15


def test_nothing_happens_before_its_time_or_after_now(sign_ins: list[SignIn], session: Session, now: datetime) -> None:
    joined = {user.id: user.created_at for user in session.scalars(select(User))}
    for question in session.scalars(select(Question)):
        assert joined[question.asker_id] < question.created_at <= question.active_at <= now
    for answer in session.scalars(select(Answer)):
        assert answer.question.created_at < answer.created_at < now and joined[answer.author_id] < answer.created_at
        assert answer.accepted_at is None or answer.created_at < answer.accepted_at <= now
    for vote in session.scalars(select(Vote)):
        assert joined[vote.voter_id] < vote.at < now
    for revision in session.scalars(select(ArticleRevision)):
        assert joined[revision.author_id] < revision.at <= now
    for entry in session.scalars(select(TimelineEntry)):
        assert entry.at <= now


def test_contacts_are_joined_by_their_addresses(sign_ins: list[SignIn], session: Session) -> None:
    contacts = session.scalars(select(Contact)).all()
    addresses = {email: contact.name for contact in COMMUNITY.contacts for email in contact.emails}
    known = {contact.name for contact in COMMUNITY.contacts}
    for contact in contacts:
        if contact.user is not None and contact.user.email in addresses:
            assert addresses[contact.user.email] == contact.name
    assert {contact.name for contact in contacts} >= known
    assert any(contact.user is None for contact in contacts if contact.name in known)
    customers = {person.email for person in COMMUNITY.people if set(person.roles) == {"customer"}}
    assert {contact.user.email for contact in contacts if contact.user} == customers
    kinds = set(session.scalars(select(TimelineEntry.kind)))
    assert {
        "asked",
        "answered",
        "helped",
        "was_helped",
        "reused",
        "ticket_opened",
        "ticket_resolved",
        "joined",
    } <= kinds


def test_an_article_gathers_questions(sign_ins: list[SignIn], session: Session) -> None:
    gathered = sum(1 + len(article.gathers) for article in COMMUNITY.articles)
    assert count(session, ArticleQuestion) == gathered


def test_those_offered_can_sign_in_and_nobody_else(sign_ins: list[SignIn], session: Session) -> None:
    assert [each.email for each in sign_ins] == [person.email for person in COMMUNITY.people if person.sign_in]
    assert {each.password for each in sign_ins} == {PASSWORD}
    offered = {each.email for each in sign_ins}
    for user in session.scalars(select(User)):
        assert (user.password_hash is not None) is (user.email in offered)
        assert user.password_hash is None or is_right(user.password_hash, PASSWORD)


def test_the_second_time_it_is_refused_and_nothing_happens(
    sign_ins: list[SignIn], parts: Parts, session: Session, now: datetime
) -> None:
    before = [count(session, kind) for kind in (User, Question, Answer, Vote, Contact, Ticket)]
    with pytest.raises(Refused, match="only for an empty database"):
        make_demo(parts, now, PASSWORD)
    assert [count(session, kind) for kind in (User, Question, Answer, Vote, Contact, Ticket)] == before


def test_one_person_is_enough_to_refuse_it(demo: Demo) -> None:
    assert demo.refused_for_one
