"""What stands beside questions: what a topic is about and who helps there, and what resembles a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, exists, func, select, union_all
from sqlalchemy.orm import Session, aliased

from forum.accounts.models import Reader, User
from forum.base.errors import NotFound
from forum.base.statements import Statement, connection_of
from forum.questions.models import (
    DUPLICATE,
    RELATED,
    SIMILAR,
    SOLVED,
    Answer,
    Follow,
    Question,
    QuestionLink,
    Tag,
    question_tags,
)
from forum.questions.queries import STATES, is_public
from forum.questions.rows import QUESTIONS

#: Those a newcomer would look out for; more would be a ranking.
MOST_HELPERS = 5


@dataclass(frozen=True)
class Topic:
    """A tag as its page shows it."""

    tag: Tag
    is_following: bool
    #: How many public questions are in each state that there are some in.
    counts: dict[str, int]


def find_topic(session: Session, reader: Reader, name: str) -> Topic:
    """All in one statement, of the tag that is meant; raises NotFound for a name that no question bears or bore."""
    asked = select(func.count()).select_from(question_tags).join(Question, Question.id == question_tags.c.question_id)
    about = asked.where(question_tags.c.tag_id == Tag.id, is_public(Question)).correlate(Tag)
    counts = [about.where(Question.state == state).scalar_subquery() for state in STATES]
    follows = exists().where(Follow.tag_id == Tag.id, Follow.user_id == reader.id)
    typed = aliased(Tag)
    meant = select(func.coalesce(typed.meant_id, typed.id)).where(typed.name == name).scalar_subquery()
    row = session.execute(select(Tag, follows, *counts).where(Tag.id == meant)).one_or_none()
    if row is None:
        raise NotFound("tag")
    tag, is_following, *numbers = row
    return Topic(
        tag, bool(is_following), {state: number for state, number in zip(STATES, numbers, strict=True) if number}
    )


@dataclass(frozen=True)
class Helper:
    """Somebody whose answers solved questions about a topic."""

    person: User
    accepted: int


def list_helpers(session: Session, tag: Tag) -> Sequence[Helper]:
    """Whose answers solved most, among people who can still be met here."""
    solved = (
        select(Answer.author_id, func.count().label("accepted"))
        .join(Question, Question.id == Answer.question_id)
        .join(question_tags, question_tags.c.question_id == Question.id)
        .where(question_tags.c.tag_id == tag.id, Answer.accepted_at.is_not(None))
        .where(Answer.author_id != Question.asker_id, is_public(Answer), is_public(Question))
        .group_by(Answer.author_id)
        .subquery()
    )
    rows = session.execute(
        select(User, solved.c.accepted)
        .join(solved, solved.c.author_id == User.id)
        .where(User.disabled_at.is_(None))
        .order_by(solved.c.accepted.desc(), User.id)
        .limit(MOST_HELPERS)
    )
    return [Helper(*row) for row in rows]


#: What fits beside a question without pushing anything down.
MOST_RELATED = 5


class Related(NamedTuple):
    """Another question, as a link to it shows it."""

    id: int
    title: str
    state: str
    language: str


def list_related(session: Session, question_id: int) -> tuple[Related, ...]:
    """Public questions tied to this one from either side, and those that asked the same after it.

    Those somebody named stand first, then solved ones.
    """
    return tuple([Related(*raw) for raw in _related().ask(connection_of(session), {"question_id": question_id})])


@lru_cache
def _related() -> Statement:
    links = QuestionLink.__table__
    question_id: BindParameter[int] = bindparam("question_id")
    is_tie, repeats = links.c.kind.in_((RELATED, SIMILAR)), links.c.kind.in_((DUPLICATE, RELATED, SIMILAR))
    tied = union_all(
        select(links.c.target_id.label("other_id"), links.c.kind).where(links.c.source_id == question_id, is_tie),
        select(links.c.source_id, links.c.kind).where(links.c.target_id == question_id, repeats),
    ).subquery()
    shown = [QUESTIONS.c[name] for name in ("id", "title", "state", "language")]
    return Statement(
        select(*shown)
        .select_from(QUESTIONS.join(tied, tied.c.other_id == QUESTIONS.c.id))
        .where(is_public(QUESTIONS.c), QUESTIONS.c.id != question_id)
        .group_by(*shown)
        .order_by(func.min(tied.c.kind) == SIMILAR, QUESTIONS.c.state != SOLVED, QUESTIONS.c.id.desc())
        .limit(MOST_RELATED)
    )


def list_originals(session: Session, question_id: int) -> tuple[Related, ...]:
    """The public questions that asked the same before it."""
    return tuple([Related(*raw) for raw in _originals().ask(connection_of(session), {"question_id": question_id})])


@lru_cache
def _originals() -> Statement:
    links = QuestionLink.__table__
    return Statement(
        select(*(QUESTIONS.c[name] for name in ("id", "title", "state", "language")))
        .select_from(QUESTIONS.join(links, links.c.target_id == QUESTIONS.c.id))
        .where(links.c.source_id == bindparam("question_id"), links.c.kind == DUPLICATE)
        .where(is_public(QUESTIONS.c), QUESTIONS.c.id != bindparam("question_id"))
        .order_by(links.c.at, QUESTIONS.c.id)
        .limit(MOST_RELATED)
    )
